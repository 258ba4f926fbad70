"""Tables of the sources of growth, from the chapter's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from guantian.chapters.growth.estimate.design import TITLES
from guantian.chapters.growth.specifications import SPECIFICATIONS
from guantian.labels import label
from guantian.present.cells import (
    count_cell,
    interval_cell,
    p_cell,
    value,
    value_cell,
    with_interval,
)
from guantian.present.format import MISSING, joined, number, spread
from guantian.present.tables import EMPTY, Table, captioned
from guantian.results import Row, find, one, rows

SAMPLES = ("zone", "region", "nation")


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
    table = partial(captioned, "growth", confidence=percent)
    return [
        table("accounting", _accounts(estimates, names), "Group", group="Years"),
        table(
            "growth_regressions",
            regression_columns(estimates, tests, spec["regressors"]),
            "Regressor",
        ),
        table("growth_spillovers", _spillovers(estimates), "Impact of", group="Sample"),
        table("growth_uncertainty", _uncertainty(estimates, spec["regressors"]), "Regressor"),
        table(
            "county_border",
            _border(estimates, f"{percent}% interval", border_names(names, spec["border"])),
            "Quantity",
            "Inference",
            group="Counties",
            empty=_why_no_border(estimates),
        ),
    ]


def _why_no_border(estimates: pd.DataFrame) -> str:
    """Return why no county is compared; the words for no rows where some are."""
    border = rows(estimates, analysis="border")
    absent = len(border) and border["estimate"].isna().all()
    return border["note"].iloc[0] if absent else EMPTY


def _accounts(estimates: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    accounts = rows(estimates, analysis="accounting")
    groups = [{"sample": sample, "unit": ""} for sample in SAMPLES]
    groups += [{"sample": "city", "unit": code} for code in sorted(set(accounts["unit"]) - {""})]
    periods = accounts[["first_year", "last_year"]].drop_duplicates()
    body = []
    for first, last in periods.itertuples(index=False):
        for group in groups:
            key = {**group, "first_year": first, "last_year": last}
            parts = {
                term: one(accounts, **key, term=term)
                for term in ("growth", "capital", "labour", "residual")
            }
            rank = find(estimates, analysis="accounting_rank", **key, term="residual")
            body.append(
                {
                    "Years": f"{first}–{last}",
                    "Group": names.get(group["unit"]) or label("sample", group["sample"]),
                    "Cities": count_cell(parts["growth"]),
                    "Growth": value_cell(parts.pop("growth"), 1, scale=100),
                    **{term.capitalize(): _with_range(row) for term, row in parts.items()},
                    "Rank of residual": _rank(rank),
                }
            )
    return pd.DataFrame(body)


def _with_range(row: Row) -> str:
    if pd.isna(row.estimate):
        return MISSING
    ends = spread(100 * row.conf_low, 100 * row.conf_high, 1)
    return f"{value_cell(row, 1, scale=100)} ({ends})"


def _rank(row: Row | None) -> str:
    return f"{row.rank} of {row.n_draws + 1} from {row.rank_from}" if row else MISSING


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


def _spillovers(estimates: pd.DataFrame) -> pd.DataFrame:
    growth = rows(estimates, analysis="growth_spillovers")
    body = []
    for sample in SAMPLES:
        title = label("sample", sample)
        found = rows(growth, sample=sample)
        rho = find(found, term="rho")
        if rho is None:
            continue
        for variable in sorted(set(found["variable"]) - {""}):
            impacts = {
                effect.capitalize(): find(found, variable=variable, effect=effect)
                for effect in ("direct", "indirect", "total")
            }
            body.append(
                {
                    "Sample": title,
                    "Impact of": TITLES[variable],
                    **{head: with_interval(row, 2) for head, row in impacts.items()},
                    "Cities": count_cell(impacts["Direct"]),
                }
            )
        body.append(
            {
                "Sample": title,
                "Impact of": "Growth of neighbours (ρ)",
                "Direct": with_interval(rho, 2),
                "Indirect": "",
                "Total": "",
                "Cities": count_cell(rho),
            }
        )
    return pd.DataFrame(body)


def _uncertainty(estimates: pd.DataFrame, regressors: Sequence[str]) -> pd.DataFrame:
    body = []
    for name in regressors:
        mean, cdf, rejecting = (
            one(estimates, analysis="growth_bounds", term=name, measure=measure)
            for measure in ("mean", "cdf", "rejecting")
        )
        posterior, inclusion = (
            one(estimates, analysis="growth_bma", term=name, measure=measure)
            for measure in ("mean", "inclusion")
        )
        body.append(
            {
                "Regressor": TITLES[name],
                "Mean": value_cell(mean, 2),
                "Bounds": interval_cell(mean, 2),
                "CDF": value_cell(cdf, 3),
                "Rejecting": f"{value_cell(rejecting, 0)} of {count_cell(rejecting, 'n_draws')}",
                "Inclusion": value_cell(inclusion, 2),
                "Posterior": _coefficient(posterior),
            }
        )
    return pd.DataFrame(body)


def _border(estimates: pd.DataFrame, level: str, called: Mapping[str, str]) -> pd.DataFrame:
    quantities = {
        "across": "More difference across",
        "log_km": "Distance, log",
        "signed": called["signed"],
    }
    samples = {"all": "All"}
    if called["doubtful"]:
        samples["without_doubtful"] = f"Without those of {called['doubtful']}"
    shown = (
        *(("dyadic", term) for term in quantities),
        ("permutation", "across"),
    )
    body = []
    for sample, group in samples.items():
        for errors, term in shown:
            row = one(estimates, analysis="border", sample=sample, errors=errors, term=term)
            how = (
                row.note
                if pd.isna(row.estimate)
                else f"{row.cov_type}, t({row.df:.0f})"
                if errors == "dyadic"
                else f"{row.n_draws} {row.cov_type}"
            )
            body.append(
                {
                    "Counties": group,
                    "Quantity": quantities[term],
                    "Inference": how,
                    "Estimate": value_cell(row, 2),
                    level: interval_cell(row, 2),
                    "p": p_cell(row),
                    "Pairs": number(row.n_obs, 0),
                }
            )
    return pd.DataFrame(body)


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
