"""Tables that describe the figures: sources with rights, codebook, coverage, errata."""

from __future__ import annotations

import pandas as pd

from guantian.data.package import DataPackage
from guantian.tables.format import number
from guantian.tables.render import Table


def data_tables(
    package: DataPackage,
    codebook: pd.DataFrame,
    coverage: pd.DataFrame,
    errata: pd.DataFrame,
) -> list[Table]:
    """Return the tables ``sources``, ``codebook``, ``coverage`` and ``errata``."""
    return [
        Table(
            "sources",
            "Tables of figures, their sources and rights",
            _sources(package),
            "Rights as stated at the source. Years are those that the table may hold.",
            text=("Table", "What", "Years", "Source", "Rights"),
        ),
        Table(
            "codebook",
            "Codebook of the panel",
            _codebook(codebook),
            "Made by machine from the declarations that also build the panel. Figures: cells that "
            "are not missing; in the zone in brackets.",
            text=("Variable", "What and unit", "Made from"),
        ),
        Table(
            "coverage",
            "Years with figures, by variable and city of the zone",
            _coverage(coverage),
            "First and last year with a figure and, in brackets, the number of years missing "
            "between.",
            text=("Variable",),
        ),
        Table(
            "errata",
            "Corrections by reason",
            _errata(errata),
            "Every corrected cell stands with its evidence in data/raw/errata.csv. Emptied: the "
            "true value cannot be known.",
            text=("Reason", "Tables"),
        ),
    ]


def _sources(package: DataPackage) -> pd.DataFrame:
    rows = []
    for table in package.tables.values():
        years = [field.raw_range for field in table.fields if field.name == "year"]
        rows.append(
            {
                "Table": table.name,
                "What": table.title,
                "Years": f"{years[0][0]}–{years[0][1]}" if years else "",
                "Source": "; ".join(table.sources),
                "Rights": table.rights,
            }
        )
    return pd.DataFrame(rows).sort_values("Table", ignore_index=True)


def _codebook(codebook: pd.DataFrame) -> pd.DataFrame:
    made = codebook["formula"].fillna("")
    return pd.DataFrame(
        {
            "Variable": codebook["variable"],
            "What and unit": codebook["title"] + " (" + codebook["unit"] + ")",
            "Made from": made.where(made != "", codebook["source"]),
            "Years": _years(codebook),
            "Cities": codebook["cities"].map(lambda value: number(value, 0)),
            "Figures": codebook["figures"].map(lambda value: number(value, 0))
            + codebook["figures_zone"].map(lambda value: f" ({number(value, 0)})"),
        }
    )


def _coverage(coverage: pd.DataFrame) -> pd.DataFrame:
    gaps = coverage["missing"].fillna("").map(lambda years: len(str(years).split()))
    cell = _years(coverage) + gaps.map(lambda count: f" ({count})" if count else "")
    wide = coverage.assign(cell=cell).pivot(index="variable", columns="city_code", values="cell")
    names = coverage.drop_duplicates("city_code").set_index("city_code")["name_en"]
    wide.columns = [names[code] for code in wide]
    return wide.rename_axis("Variable").reset_index()


def _errata(errata: pd.DataFrame) -> pd.DataFrame:
    """Count corrections by reason; reasons given to single cells by hand stand together."""
    by_hand = errata["rule"] == "by_hand"
    reason = errata["reason"].mask(by_hand, "decided by hand, each with its own reason")
    counted = errata.assign(
        reason=reason,
        emptied=errata["used_value"] == "",
        tables=errata["table"].str.replace("_", " "),
    )
    counted = counted.groupby("reason", as_index=False).agg(
        tables=("tables", lambda names: ", ".join(sorted(set(names)))),
        columns=("column", "nunique"),
        cells=("key", "size"),
        emptied=("emptied", "sum"),
    )
    counted = counted.sort_values(["cells", "reason"], ascending=[False, True], ignore_index=True)
    for name in ("columns", "cells", "emptied"):
        counted[name] = counted[name].map(lambda value: number(value, 0))
    return counted.set_axis(["Reason", "Tables", "Columns", "Cells", "Emptied"], axis=1)


def _years(frame: pd.DataFrame) -> pd.Series:
    known = frame["first"].notna()
    first, last = (
        frame[name].fillna(0).astype("int64").astype("str") for name in ("first", "last")
    )
    return (first + "–" + last).where(known, "–")
