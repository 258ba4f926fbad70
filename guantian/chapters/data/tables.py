"""Tables that describe the data: sources with rights, codebook, coverage, errata, their quality."""

from __future__ import annotations

import pandas as pd

from guantian.data.package import DataPackage
from guantian.present.captions import caption
from guantian.present.format import MISSING, Format, as_text, count, fixed, number, year
from guantian.present.tables import Column, Table, TableSpec, build, literal

BY_HAND = "manual decisions, each with its own reason"
ALL = "all"


def _period(first: object, last: object) -> str:
    return MISSING if pd.isna(first) else f"{int(first)}–{int(last)}"


def _coverage_cell(first: object, last: object, years: object) -> str:
    """Print the first and last year and, in brackets, how many years are missing between them."""
    if pd.isna(first):
        return MISSING
    gaps = int(last) - int(first) + 1 - int(years)
    return _period(first, last) + (f" ({gaps})" if gaps else "")


def _within(tolerance: object, unit: object) -> str:
    return f"{float(tolerance):g}{'%' if unit == 'per cent' else ' points'}"


PERIOD = Format(_period)
PERCENT = fixed(0, scale=100)

SOURCES = TableSpec(
    name="sources",
    columns=(
        Column("table", "Table"),
        Column("title", "Content"),
        Column(("first", "last"), "Years", Format(lambda *y: "" if pd.isna(y[0]) else _period(*y))),
        Column("sources", "Source"),
        Column("rights", "Rights"),
    ),
    order={"table": None},
)
CODEBOOK = TableSpec(
    name="codebook",
    columns=(
        Column("variable", "Variable"),
        Column(("title", "unit"), "Definition and unit", Format(lambda t, u: f"{t} ({u})", "left")),
        Column("made_from", "Origin"),
        Column(("first", "last"), "Years", PERIOD),
        Column("cities", "Cities", count()),
        Column(
            ("figures", "figures_zone"),
            "Values",
            Format(lambda every, zone: f"{number(every, 0)} ({number(zone, 0)})"),
        ),
    ),
)
ERRATA = TableSpec(
    name="errata",
    columns=(
        Column("reason", "Reason"),
        Column("tables", "Tables"),
        Column("columns", "Columns", count()),
        Column("cells", "Cells", count()),
        Column("emptied", "Emptied", count()),
    ),
    empty="No cell is corrected.",
)
AGREEMENT = TableSpec(
    name="agreement",
    columns=(
        Column("comparison", "Comparison"),
        Column("what", "Quantity"),
        Column(("first", "last"), "Years", PERIOD),
        Column("cells", "Cells", count()),
        Column(("tolerance", "unit"), "Within", Format(_within)),
        Column("agree", "Agree, %", fixed(1, scale=100)),
        Column("worst_year", "Worst year", year()),
        Column("worst", "Agree in it, %", fixed(1, scale=100)),
    ),
    empty="No two sources hold the same quantity.",
)
PRECISION = TableSpec(
    name="precision",
    columns=(
        Column("table", "Table", Format(lambda t: "All tables" if t == ALL else t, "left")),
        Column("proposed", "Proposed", count()),
        Column("accepted", "Accepted", count()),
        Column("flagged", "Flagged", count()),
        Column("in_order", "Kept", count()),
        Column("precision", "Accepted, %", PERCENT),
    ),
    select={"check": ALL},
    order={"total": None, "table": None},
    empty="No cell was proposed.",
)
PLANTED = TableSpec(
    name="planted",
    columns=(
        Column("kind", "Fault"),
        Column("planted", "Planted", count()),
        Column("share_found", "Found, %", PERCENT),
        Column("share_found_in_row", "In its row, %", PERCENT),
        Column("corrected", "Corrected", count()),
        Column("share_emptied_good", "Good among them, %", fixed(1, scale=100)),
        Column("false_alarms_per_1000", "False alarms", fixed(2)),
    ),
    empty="No fault was planted.",
)


def data_tables(
    package: DataPackage,
    codebook: pd.DataFrame,
    coverage: pd.DataFrame,
    errata: pd.DataFrame,
) -> list[Table]:
    """Return the tables ``sources``, ``codebook``, ``coverage`` and ``errata``."""
    formula = codebook["formula"].fillna("")
    made_from = formula.where(formula != "", codebook["source"])
    return [
        _built(SOURCES, _sources(package)),
        _built(CODEBOOK, codebook.assign(made_from=made_from)),
        _built(_coverage_spec(coverage), coverage),
        _built(ERRATA, _errata(errata)),
    ]


def quality_tables(
    agreement: pd.DataFrame, precision: pd.DataFrame, planted: pd.DataFrame
) -> list[Table]:
    """Return the tables ``agreement``, ``precision`` and ``planted``.

    Parameters
    ----------
    agreement
        As `guantian.data.reconciliation.agreement` gives it, by year.
    precision, planted
        As the checks' trial gives them.
    """
    return [
        _built(AGREEMENT, _agreement(agreement)),
        _built(
            PRECISION,
            precision.assign(
                total=precision["table"] == ALL, in_order=precision["kept"] - precision["flagged"]
            ),
        ),
        _built(PLANTED, planted),
    ]


def _built(spec: TableSpec, rows: pd.DataFrame) -> Table:
    return build(spec, rows, caption("data", spec.name, "tables"))


def _sources(package: DataPackage) -> pd.DataFrame:
    rows = []
    for table in package.tables.values():
        years = next((f.raw_range for f in table.fields if f.name == "year"), (None, None))
        rows.append(
            {
                "table": table.name,
                "title": table.title,
                "first": years[0],
                "last": years[1],
                "sources": "; ".join(table.sources),
                "rights": table.rights,
            }
        )
    return pd.DataFrame(rows)


def _coverage_spec(coverage: pd.DataFrame) -> TableSpec:
    """Declare one column per city, in the order of the panel."""
    names = coverage.drop_duplicates("city_code").set_index("city_code")["name_en"]
    cities = tuple(
        Column(
            ("first", "last", "years"),
            literal(name),
            Format(_coverage_cell),
            where={"city_code": code},
        )
        for code, name in names.items()
    )
    return TableSpec(
        name="coverage",
        columns=(Column("variable", "Variable", as_text()), *cities),
        index={"variable": None},
    )


def _errata(errata: pd.DataFrame) -> pd.DataFrame:
    """Count corrections by reason; reasons given to single cells by hand are counted together."""
    counted = errata.assign(
        reason=errata["reason"].mask(errata["rule"] == "by_hand", BY_HAND),
        emptied=errata["used_value"] == "",
    )
    counted = counted.groupby("reason", as_index=False).agg(
        tables=("table", lambda names: ", ".join(sorted(set(names)))),
        columns=("column", "nunique"),
        cells=("key", "size"),
        emptied=("emptied", "sum"),
    )
    return counted.sort_values(["cells", "reason"], ascending=[False, True])


def _agreement(by_year: pd.DataFrame) -> pd.DataFrame:
    """Sum comparisons over their years: the share that agrees, and the year with the lowest."""
    keys = ["comparison", "what", "unit", "tolerance"]
    rows = by_year.assign(agreeing=by_year["cells"] * by_year["agree"])
    found = rows.groupby(keys, sort=False, as_index=False).agg(
        first=("year", "min"), last=("year", "max"), cells=("cells", "sum"), n=("agreeing", "sum")
    )
    worst = rows.loc[rows.groupby(keys, sort=False)["agree"].idxmin(), [*keys, "year", "agree"]]
    worst = worst.rename(columns={"year": "worst_year", "agree": "worst"})
    return found.assign(agree=found["n"] / found["cells"]).merge(worst, on=keys, how="left")
