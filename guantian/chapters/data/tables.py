"""Tables that describe the data: sources with rights, codebook, coverage, errata, their quality."""

from __future__ import annotations

import pandas as pd

from guantian.data.package import DataPackage
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import MISSING, Format, as_text, number
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


FORMATS = {
    "period": Format(_period),
    "defined": Format(lambda title, unit: f"{title} ({unit})", "left"),
    "with_zone": Format(lambda every, zone: f"{number(every, 0)} ({number(zone, 0)})"),
    "within": Format(_within),
    "table": Format(lambda name: "All tables" if name == ALL else name, "left"),
}
SPECS = read_tables(__file__, FORMATS)


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
        _built(SPECS["sources"], _sources(package)),
        _built(SPECS["codebook"], codebook.assign(made_from=made_from)),
        _built(_coverage_spec(coverage), coverage),
        _built(SPECS["errata"], _errata(errata)),
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
        _built(SPECS["agreement"], _agreement(agreement)),
        _built(
            SPECS["precision"],
            precision.assign(
                total=precision["table"] == ALL, in_order=precision["kept"] - precision["flagged"]
            ),
        ),
        _built(SPECS["planted"], planted),
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
