"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from guantian.present.declared import read_numbers
from guantian.present.format import Format, joined, number, verdict
from guantian.present.numbers import evaluate, merge
from guantian.results import rows

PLACES = ("below those of", "not statistically different from those of", "above those of")
SIGNS = ("below zero", "not statistically different from zero", "above zero")
FORMATS = {
    "lie": Format(lambda outside: "lies" if outside == 1 else "lie", "left"),
    "covered": Format(lambda gap: number(100 - gap, 0)),  # by own revenue
}


def similarity_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    structures: Iterable[str],
    provinces: Mapping[str, str],
) -> tuple[dict, dict]:
    """Return the numbers of the chapter's text, nested, and where each comes from.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    structures
        Specifications of structure, in the order in which they are named.
    provinces
        Code to name.
    """
    rates = rows(estimates, analysis="investment_rate", term="level")["year"]
    gaps = rows(series, analysis="fiscal_gap", outcome="gap", term="value")
    years = gaps.loc[gaps["value"].notna(), "year"]
    given = {"rate_first": rates.min(), "rate_last": rates.max()}
    given |= {"gap_first": years.min(), "gap_last": years.max()}
    printed, keys = evaluate(
        read_numbers(__file__, FORMATS, **given), {"estimates": estimates, "series": series}
    )
    own = rows(series, analysis="segmentation", sample="zone")
    pairs = own[["unit", "partner"]].drop_duplicates().itertuples(index=False)
    names = ["–".join(provinces[code] for code in pair) for pair in pairs]
    land = rows(estimates, analysis="outgrowth", variable="population")
    slopes = rows(
        estimates, analysis="burden", term="overlap", group="with", variable="", errors="wild"
    )
    slopes = slopes.set_index("variant")
    slopes = slopes.loc[[name for name in structures if name in slopes.index]]
    words = {
        "markets": {"pairs": ", ".join(names) or "no pair of neighbouring provinces"},
        "duplication": {"land_said": _in_turn(land.sort_values("variant"), PLACES)},
        "slopes": {"said": _in_turn(slopes, SIGNS)},
    }
    return merge(printed, words), keys


def _in_turn(found: pd.DataFrame, words: tuple[str, str, str]) -> str:
    """Say where the intervals of several rows lie; once where it is the same of all."""
    known = found.dropna(subset="estimate")
    said = dict.fromkeys(
        verdict(low, high, 0, words)
        for low, high in zip(known["conf_low"], known["conf_high"], strict=True)
    )
    if not said:
        return "cannot be determined"
    return joined(said) if len(said) == 1 else f"{joined(said)}, in turn"
