"""The chapter's tables, declared by their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian import labels
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import (
    as_text,
    bounds,
    by,
    count,
    either,
    fixed,
    labelled,
)
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import Row, rows

INTERVAL = ("conf_low", "conf_high")
INDEX = Column("measure", "Index", labelled("measure", "short"))
AGRICULTURE = Column("group", "Agriculture", labelled("agriculture", "short"))
#: Rows of the table of duplication are in several units: by analysis, how each is printed.
UNITS = {
    "co_movement": (2, 1),
    "outgrowth": (2, 100),
    "investment_rate": (0, 100),
    "capital_efficiency": (2, 1),
    "land_elasticity": (2, 1),
}

IN_UNIT = {name: fixed(*unit) for name, unit in UNITS.items()}
FORMATS = {
    "yes_or_no": either("Yes", "No"),
    "in_unit": by(IN_UNIT),
    "own_in_unit": by(IN_UNIT | {"land_elasticity": as_text()}),  # estimated, not ranked
    "bounds_in_unit": by({name: bounds(*unit) for name, unit in UNITS.items()}),
}
SPECS = read_tables(__file__, FORMATS)


def similarity_tables(
    estimates: pd.DataFrame, structures: Mapping[str, str], confidence: float
) -> list[Table]:
    """Return the tables of similarity, segmentation, duplication and burden.

    Parameters
    ----------
    estimates
        Results of the chapter.
    structures
        Specification of structure to its title, in the order of printing.
    confidence
        Of the intervals, named in the headers.
    """
    order = {name: place for place, name in enumerate(structures.keys())}
    found = estimates.assign(structure=estimates["variant"].map(structures).fillna(""))
    found = found.sort_values(
        "variant", kind="stable", key=lambda names: names.map(order).fillna(len(order))
    )
    shown = {"duplication": pd.DataFrame(_duplication(estimates), columns=DUPLICATED)}
    specs = [*SPECS.values(), _counties(rows(found, analysis="county_similarity"))]
    level = f"{100 * confidence:g}"
    values = {"level": level, "confidence": level, "zone": labels.label("sample", "zone")}
    return [
        build(
            spec,
            shown.get(spec.name, found),
            caption("similarity", spec.name, "tables"),
            **values,
        )
        for spec in specs
    ]


def _counties(found: pd.DataFrame) -> TableSpec:
    """The table of counties, with a column for each census."""
    change = {"term": "change"}
    years = sorted(found["year"].dropna().unique())
    return TableSpec(
        "county_similarity",
        select={"analysis": "county_similarity"},
        index={"measure": "measure", "variant": "county_pair", "group": "agriculture"},
        group="Index",
        columns=(
            INDEX,
            Column("variant", "Pairs", labelled("county_pair")),
            AGRICULTURE,
            *(
                Column("estimate", str(year), fixed(3), where={"term": "level", "year": year})
                for year in years
            ),
            Column("estimate", "Change", fixed(3), where=change),
            Column(INTERVAL, "{level}% of change", bounds(3), where=change),
            Column("n_obs", "Pairs of counties", count(), where=change),
        ),
    )


VALUES = ("own_value", "estimate", *INTERVAL, "p_value", "mde")
DUPLICATED = ["evidence", "what", "analysis", *VALUES, "size"]
RANKED, ELASTICITY = "Ranked among placebo zones", "Elasticity of built-up area"
ORDER = {
    "co_movement": ["measure"],
    "outgrowth": ["outcome", "variant"],
    "investment_rate": ["outcome", "year"],
    "capital_efficiency": ["outcome"],
    "land_elasticity": ["sample", "variant", "term"],
}


def _duplication(estimates: pd.DataFrame) -> Iterator[dict]:
    """Rows of results with what they measure, in the order of the table."""
    for analysis, keys in ORDER.items():
        found = rows(estimates, analysis=analysis)
        found = found[found["term"] != "trend"].sort_values(keys, key=_places, kind="stable")
        for values in found.to_dict("records"):
            row, ranked = Row(values), analysis != "land_elasticity"
            yield {
                "evidence": RANKED if ranked else ELASTICITY,
                "what": _measured(row),
                "analysis": analysis,
                "size": row.n_draws if ranked else row.n_units,
                **{name: row[name] for name in VALUES},
            }


def _places(values: pd.Series) -> pd.Series:
    """Order keys as their labels are; years and windows by value."""
    kind = {"measure": "correlation", "term": "outcome"}.get(values.name, values.name)
    if kind in ("year", "variant"):
        return values
    return values.map(lambda value: labels.position(kind, value))


def _measured(row: Row) -> str:
    """Say what a row of the table measures, with its years and unit."""
    if row.analysis == "co_movement":
        return f"Infrastructure investment, {_lower(labels.label('correlation', row.measure))}"
    if row.analysis == "land_elasticity":
        said = _lower(labels.label("outcome", row.term))
        return f"{labels.label('sample', row.sample)}, {_years(row)}, to {said}"
    said = labels.label("outcome", row.outcome)
    if row.analysis == "outgrowth":
        return f"{said}, {_years(row)}, percent a year"
    if row.analysis == "investment_rate":
        return f"{said}, {row.year}, percent"
    return f"{labels.with_unit('outcome', row.outcome)}, {_years(row)}"


def _years(row: Row) -> str:
    first, last = row.first_year, row.last_year
    return str(last) if first == last else f"{first}–{last}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
