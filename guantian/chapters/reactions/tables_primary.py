"""The table of primary tests: responses to rivals and careers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from guantian.labels import label
from guantian.present.cells import count_cell, p_cell, share_cell, value_cell, with_interval
from guantian.present.format import MINUS
from guantian.results import Row, find, rows

PARTS = ("S1.4", "S1.7", "S2.1", "S2.2", "S2.d")
#: Published designs that are repeated, under the part that they belong to.
EXTERNAL = {"yu_zhou_zhu_2016": "Yu, Zhou and Zhu (2016)", "wiebe_2024": "Wiebe (2024)"}
KINDS = ("primary", "falsification")
OTHER = ("ml", "2sls")  # estimators beside a primary one


def primary_cells(
    estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame
) -> Iterator[dict[str, str]]:
    """Yield the cells of one row per primary or falsification test and per replication.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    """
    for part in PARTS:
        for kind in KINDS:
            for row in rows(estimates, analysis=kind, variant=part).to_dict("records"):
                yield {"Claim": part, "Test": label("analysis_kind", kind), **_cells(Row(row))}
        for method in OTHER:
            found = rows(estimates, analysis="secondary", variant=part, method=method)
            for row in rows(found, term="inside").to_dict("records"):
                strength = _strength(series, tests, part) if method == "2sls" else "two-way"
                head = {"Claim": part, "Test": label("analysis_kind", method)}
                yield head | _cells(Row(row)) | {"Note": strength}
        weighted = rows(estimates, analysis="secondary", variant=part, weights="inverse_variance")
        for row in weighted.to_dict("records"):
            yield {"Claim": part, "Test": label("analysis_kind", "gls"), **_cells(Row(row))}
    for variant, name in EXTERNAL.items():
        for row in rows(estimates, analysis="external", variant=variant).to_dict("records"):
            yield {"Claim": name, "Test": label("analysis_kind", "external"), **_cells(Row(row))}


def _cells(row: Row) -> dict[str, str]:
    wiebe = row.variant == "wiebe_2024"
    return {
        "Outcome": label("outcome", row.outcome),
        "Term": label("growth_measure" if wiebe else "primary_term", row.term),
        "Note": label("official", row.group) if wiebe else _detail(row),
        "Estimate": with_interval(row, 2, scale=100 if wiebe else 1),
        "p": p_cell(row),
        "Expected": value_cell(row, 3, column="expected_std_error"),
        "Size": share_cell(row, 1, column="size_at_5pct"),
        "Units": count_cell(row),
    }


def _strength(series: pd.DataFrame, tests: pd.DataFrame, part: str) -> str:
    """First stage and Anderson–Rubin set of two-stage least squares."""
    first = find(tests, analysis="instruments", variant=part, term="first_stage")
    ends = rows(series, analysis="anderson_rubin_set", variant=part)
    pieces = ends.pivot(index="setting", columns="term", values="value").sort_index()
    sets = " and ".join(f"{piece.low:.2g} to {piece.high:.2g}" for piece in pieces.itertuples())
    sets = sets.replace("-", MINUS).replace("inf", "∞") or "empty"
    return f"F {value_cell(first, 1, column='statistic')}; AR set {sets}"


def _detail(row: Row) -> str:
    """Name what distinguishes a row: its side, effects, age or first year."""
    if row.term == "rivals_late":
        return label("rivals", row.group, "short")
    if row.term == "late":
        return f"aged {row.setting:g} or more"
    if row.term == "growth_later":
        return f"from {row.setting:g}"
    return {"two_way": "two-way", "province_year": "province-year"}.get(row.effect, "")
