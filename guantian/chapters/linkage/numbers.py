"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from guantian.chapters.linkage.names import Names
from guantian.chapters.linkage.tables import factor
from guantian.present.cells import value, value_cell, with_interval
from guantian.present.declared import read_numbers
from guantian.present.format import Format
from guantian.present.numbers import evaluate, merge
from guantian.results import find, rows

FORMATS = {
    "side": Format(lambda difference: "above" if difference > 0 else "below", "left"),
    "years": Format(lambda first, last: f"{first} to {last}", "left"),
}


def linkage_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Names,
    core: str,
    own_provinces: Sequence[str],
) -> dict:
    """Return the numbers of the text, printed; a dash where a study does not have one.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        Of cities and provinces.
    core
        Code of the core.
    own_provinces
        Codes of the provinces of the zone.
    """
    trade = rows(estimates, analysis="secondary", method="trade_shares")["year"]
    given = {"trade_first": trade.min(), "trade_last": trade.max()}
    printed, _ = evaluate(
        read_numbers(__file__, FORMATS, **given), {"estimates": estimates, "series": series}
    )
    borders = {
        "text": _everywhere(series),
        "own": _own(estimates, series, names, own_provinces),
    }
    return merge(printed, {"core": names.cities[core], "borders": borders})


def _own(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Names, provinces: Sequence[str]
) -> str:
    """Say how wide the border of each province of the zone is, and its place among all."""
    border = {"analysis": "gravity", "errors": "dyadic", "term": "border_log_distance"}
    count, *places = (
        value_cell(find(series, analysis="border", term=term, unit=unit), 0, column="value")
        for term, unit in (("provinces", ""), *(("place", unit) for unit in provinces))
    )
    said = [
        f"{names.provinces[unit]} {with_interval(factor(row), 2)}, place {place} of {count}"
        for unit, place in zip(provinces, places, strict=True)
        if (row := find(estimates, **border, unit=unit)) is not None
    ]
    return "; ".join(said) or "the zone's provinces have too few cities"


def _everywhere(series: pd.DataFrame) -> str:
    """Tell whether there is a border under every treatment of pairs that are not listed."""
    models, above = (
        value(find(series, analysis="border", term=term), "value")
        for term in ("models", "models_above_one")
    )
    if not models > 0:
        return "Whether there is a border cannot be determined."
    if above == models:
        return "The border appears in every specification; its size depends on the model."
    if above > 0:
        return "The border does not appear in every specification."
    return "In no specification is the border statistically different from zero."
