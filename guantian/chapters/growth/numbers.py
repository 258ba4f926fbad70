"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from guantian.chapters.growth.estimate.design import TITLES
from guantian.chapters.growth.tables import border_names
from guantian.present.cells import interval_cell, p_cell, rank_text, value
from guantian.present.declared import read_numbers
from guantian.present.format import Format, count_word, joined, number, spread
from guantian.present.numbers import evaluate, merge
from guantian.results import Row, find, rows

SPAN = Format(lambda low, high: spread(100 * low, 100 * high, 1))  # over capital shares


def growth_numbers(
    estimates: pd.DataFrame,
    tests: pd.DataFrame,
    names: Mapping[str, str],
    spec: Mapping,
) -> dict:
    """Return the numbers of the text, nested, as text.

    Parameters
    ----------
    estimates, tests
        Results of the chapter.
    names
        Code of a city or province to its English name.
    spec
        The configuration's section.
    """
    windows, shares = (spec["accounting"][key] for key in ("windows", "capital_shares"))
    given = {
        f"{name}_{end}": year
        for name in ("whole", "after")
        for end, year in zip(("first", "last"), windows[name], strict=True)
    }
    printed, _ = evaluate(
        read_numbers(__file__, {"span": SPAN}, **given), {"estimates": estimates, "tests": tests}
    )
    first, last = windows["whole"]
    rank = find(
        estimates, analysis="accounting_rank", first_year=first, last_year=last, term="residual"
    )
    called = border_names(names, spec["border"])
    others = {
        "accounts": {
            "whole": {"first": str(first), "last": str(last), "rank": _rank_said(rank)},
            "after": {"first": str(windows["after"][0])},
        },
        "shares": {
            "low": f"{min(shares):g}",
            "middle": f"{shares[len(shares) // 2]:g}",
            "high": f"{max(shares):g}",
        },
        "robust": _robust(estimates),
        "bounds_others": count_word(spec["bounds_others"]),
        "prior": spec["prior"].upper(),
        "border": {
            "first": str(spec["border"]["first"]),
            "last": str(spec["border"]["last"]),
            **{f"{key}_name": called[key] for key in ("first", "second", "doubtful")},
        },
    }
    return merge(printed, others)


def _rank_said(row: Row | None) -> str:
    """Say where the zone's residual is among placebo zones, and what that says of its growth."""
    if pd.isna(value(row)):
        return "cannot be ranked"
    difference, low, high = (
        100 * value(row, name) for name in ("estimate", "conf_low", "conf_high")
    )
    side, place = ("under", "lowest") if difference < 0 else ("over", "highest")
    stands = f"is the {place}" if row.rank == 1 else "lies"
    means = ""
    if high < 0 or low > 0:
        amount, as_claimed = ("less", "against what") if high < 0 else ("more", "as")
        means = (
            f". By these accounts {amount} of the zone's growth than elsewhere is productivity, "
            f"{as_claimed} S1.1 expects"
        )
    return (
        f"{stands} ({rank_text(row)}), {number(abs(difference), 1)} points {side} their median "
        f"({interval_cell(row, 1, scale=100)}, p {p_cell(row)}){means}"
    )


def _robust(estimates: pd.DataFrame) -> dict[str, str]:
    """Regressors whose extreme bounds keep one sign, and those that the data include."""
    bounds = rows(estimates, analysis="growth_bounds", measure="mean")
    kept = bounds[(bounds["conf_low"] > 0) | (bounds["conf_high"] < 0)]
    inclusion = rows(estimates, analysis="growth_bma", measure="inclusion")
    likely = inclusion[inclusion["estimate"] > 0.95]
    return {"bounds": _listed(kept["term"]), "likely": _listed(likely["term"])}


def _listed(terms: Iterable[str]) -> str:
    return joined(TITLES[term].lower().removesuffix(", log") for term in sorted(terms))
