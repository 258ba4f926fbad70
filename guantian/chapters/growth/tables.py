"""Tables of the sources of growth, from the chapter's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from guantian.chapters.growth.estimate.design import TITLES
from guantian.chapters.growth.specifications import SPECIFICATIONS
from guantian.data.samples import SAMPLES
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.cells import (
    count_cell,
    p_cell,
    value,
    value_cell,
)
from guantian.present.declared import read_tables
from guantian.present.format import MISSING, Format, joined, number, spread
from guantian.present.tables import EMPTY, Table, build, captioned
from guantian.results import Row, find, rows


def _ranged(value: float, low: float, high: float) -> str:
    """Print a percentage with its range."""
    if pd.isna(value):
        return MISSING
    return f"{number(100 * value, 1)} ({spread(100 * low, 100 * high, 1)})"


FORMATS = {
    "years": Format(lambda first, last: f"{first}–{last}", "left"),
    "ranged": Format(_ranged),
    "share_of": Format(lambda count, draws: f"{number(count, 0)} of {number(draws, 0)}"),
    "determinant": Format(TITLES.__getitem__, "left"),
}


def growth_tables(
    estimates: pd.DataFrame,
    tests: pd.DataFrame,
    names: Mapping[str, str],
    spec: Mapping,
    confidence: float,
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates, tests
        Results of the chapter.
    names
        Code of a city or province -> English name.
    spec
        The configuration's section.
    confidence
        Of the intervals.
    """
    percent = f"{100 * confidence:g}"
    regressors = tuple(spec["regressors"])
    variables = sorted(set(rows(estimates, analysis="growth_spillovers")["variable"]) - {""})
    specs = read_tables(__file__, FORMATS, regressors=regressors, variables=(*variables, ""))
    specs["county_border"] = replace(specs["county_border"], empty=_why_no_border(estimates))
    shown = {
        "accounting": estimates.assign(
            named=[
                label("sample", sample) if sample in SAMPLES else names.get(unit, unit)
                for sample, unit in zip(estimates["sample"], estimates["unit"], strict=True)
            ]
        ),
        "growth_spillovers": estimates.assign(
            said=estimates["variable"].map(TITLES).fillna("Growth of neighbours (ρ)")
        ),
        "growth_uncertainty": estimates,
        "county_border": _border(estimates, border_names(names, spec["border"])),
    }
    regressions = captioned(
        "growth",
        "growth_regressions",
        regression_columns(estimates, tests, regressors),
        "Regressor",
        confidence=percent,
    )
    return [
        regressions,
        *(
            build(
                specs[name],
                found,
                caption("growth", name, "tables"),
                level=percent,
                confidence=percent,
            )
            for name, found in shown.items()
        ),
    ]


def _why_no_border(estimates: pd.DataFrame) -> str:
    """Return why no county is compared; the words for no rows where some are."""
    border = rows(estimates, analysis="border")
    absent = len(border) and border["estimate"].isna().all()
    return border["note"].iloc[0] if absent else EMPTY


def _border(estimates: pd.DataFrame, called: Mapping[str, str]) -> pd.DataFrame:
    """Differences between adjacent prefectures, with what is compared and how it is tested."""
    found = rows(estimates, analysis="border")
    quantities = {
        "across": "More difference across",
        "log_km": "Distance, log",
        "signed": called["signed"],
    }
    samples = {"all": "All"}
    if called["doubtful"]:
        samples["without_doubtful"] = f"Without those of {called['doubtful']}"
    found = found[found["sample"].isin(list(samples))]
    return found.assign(
        counties=found["sample"].map(samples),
        said=found["term"].map(quantities),
        how=[_inference(Row(row)) for row in found.to_dict("records")],
    )


def _inference(row: Row) -> str:
    """Name the errors with their degrees of freedom or draws, or why there is no estimate."""
    if pd.isna(row.estimate):
        return row.note
    if row.errors == "dyadic":
        return f"{row.cov_type}, t({row.df:.0f})"
    return f"{row.n_draws} {row.cov_type}"


def regression_columns(
    estimates: pd.DataFrame, tests: pd.DataFrame, regressors: Sequence[str]
) -> pd.DataFrame:
    """Lay out regressions in columns: coefficient, error in brackets, and what they rest on."""
    two_way = {"analysis": "growth_two_way", "errors": "city"}
    columns = {
        **{
            each.title: {**two_way, "variant": each.variant, "sample": each.sample}
            for each in SPECIFICATIONS
        },
        "System GMM": {"analysis": "growth_gmm", "variant": "all", "sample": "nation"},
    }
    titles = {"lagged growth": "Growth a year before"}
    titles |= {name: TITLES[name] for name in regressors}
    body = [
        {
            "Regressor": title,
            **{
                head: _coefficient(find(estimates, **key, term=term))
                for head, key in columns.items()
            },
        }
        for term, title in titles.items()
    ]
    first = {head: _any(estimates, **key) for head, key in columns.items()}
    for title, column in (("Observations", "n_obs"), ("Cities", "n_units")):
        cells = {head: count_cell(row, column) for head, row in first.items()}
        body.append({"Regressor": title, **cells})
    for title, term in (("Hansen, p", "hansen"), ("AR(2), p", "ar2")):
        cells = {head: p_cell(find(tests, **key, term=term)) for head, key in keys_of(columns)}
        body.append({"Regressor": title, **cells})
    counts = {
        head: count_cell(find(estimates, **key, term="instruments"), "estimate")
        for head, key in columns.items()
    }
    body.append({"Regressor": "Instruments", **counts})
    return pd.DataFrame(body)


def keys_of(columns: Mapping[str, Mapping[str, str]]) -> list[tuple[str, dict[str, str]]]:
    """Give the key columns of each model that its tests share."""
    shared = ("analysis", "variant", "sample")
    return [(head, {name: key[name] for name in shared}) for head, key in columns.items()]


def _any(estimates: pd.DataFrame, **key: str) -> Row | None:
    found = rows(estimates, **key)
    return Row(found.iloc[0].to_dict()) if len(found) else None


def _coefficient(row: Row | None) -> str:
    if pd.isna(value(row)):
        return ""
    return f"{value_cell(row, 2)} ({value_cell(row, 2, column='std_error')})"


def border_names(names: Mapping[str, str], border: Mapping) -> dict[str, str]:
    """Name the two provinces, and the cities whose counties are also left out."""
    first, second = (names.get(code, code) for code in border["provinces"] or ("none", "none"))
    doubtful = [names.get(code, code) for code in border["exclude_cities"] or ()]
    return {
        "first": first,
        "second": second,
        "signed": f"{second} less {first}" if border["provinces"] else "Second less first province",
        "doubtful": joined(doubtful) if doubtful else "",
    }
