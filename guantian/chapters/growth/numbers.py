"""The numbers of the chapter's text, from its results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from guantian.chapters.growth.estimate.design import TITLES
from guantian.chapters.growth.tables import border_names
from guantian.present.cells import interval_cell, p_cell, rank_text, value, value_cell
from guantian.present.format import count_word, joined, number, spread
from guantian.results import Row, find, rows

SHOWN = {"zone": ("growth", "capital", "labour", "residual"), "nation": ("growth", "residual")}


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
    two_way = {"analysis": "growth_two_way", "variant": "core", "term": "government"}
    durbin = {"analysis": "growth_spillovers", "variable": "government", "effect": "indirect"}
    border = {"analysis": "border", "sample": "all", "term": "across"}
    gmm = {"analysis": "growth_gmm", "variant": "all"}

    def effect(**key: str) -> dict[str, str]:
        return _effect(find(estimates, **key))

    return {
        "accounts": {name: _accounts(estimates, *windows[name]) for name in ("whole", "after")},
        "shares": {
            "low": f"{min(shares):g}",
            "middle": f"{shares[len(shares) // 2]:g}",
            "high": f"{max(shares):g}",
        },
        "first": str(spec["years"]["first"]),
        "last": str(spec["years"]["last"]),
        "production": {
            sample: effect(analysis="production", sample=sample, term="capital")
            for sample in ("zone", "nation")
        },
        "two_way": {
            sample: {"government": effect(**two_way, errors="city", sample=sample)}
            for sample in ("zone", "nation")
        },
        "wild": {"government": effect(**two_way, errors="province", sample="nation")},
        "spillovers": {
            sample: {"indirect.government": effect(**durbin, sample=sample)}
            for sample in ("zone", "nation")
        },
        "gmm": {
            "hansen": p_cell(find(tests, **gmm, term="hansen")),
            "lagged": effect(**gmm, term="lagged growth"),
        },
        "robust": _robust(estimates),
        "bounds_others": count_word(spec["bounds_others"]),
        "prior": spec["prior"].upper(),
        "border": {
            "first": str(spec["border"]["first"]),
            "last": str(spec["border"]["last"]),
            **{
                f"{key}_name": name
                for key, name in border_names(names, spec["border"]).items()
                if key != "signed"
            },
            "across": effect(**border, errors="dyadic"),
            "permuted": effect(**border, errors="permutation"),
            "signed": effect(**{**border, "term": "signed"}, errors="dyadic"),
        },
    }


def _accounts(estimates: pd.DataFrame, first: int, last: int) -> dict:
    key = {"first_year": first, "last_year": last}
    said: dict = {"first": str(first), "last": str(last)}
    for sample, terms in SHOWN.items():
        for term in terms:
            row = find(estimates, analysis="accounting", sample=sample, **key, term=term)
            ends = (100 * value(row, "conf_low"), 100 * value(row, "conf_high"))
            printed = {"value": value_cell(row, 1, scale=100), "range": spread(*ends, 1)}
            said.setdefault(sample, {})[term] = printed
    rank = find(estimates, analysis="accounting_rank", **key, term="residual")
    said["rank"] = _rank_said(rank)
    return said


def _effect(row: Row | None) -> dict[str, str]:
    return {
        "value": value_cell(row, 2),
        "interval": interval_cell(row, 2),
        "p": p_cell(row),
        "detectable": value_cell(row, 2, column="mde"),
        "said": _said(value(row, "conf_low"), value(row, "conf_high")),
    }


def _said(low: float, high: float) -> str:
    """Put an interval into a word."""
    if pd.isna(low):
        return "not estimable"
    if low > 0:
        return "positive"
    return "negative" if high < 0 else "not statistically different from zero"


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
