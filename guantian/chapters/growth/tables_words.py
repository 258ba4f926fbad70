"""Words on the sources of growth that depend on a result, and the names they need."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.present.format import interval, joined, number, p_value


def rank_said(rows: pd.DataFrame, key: tuple) -> str:
    """Say where the zone's residual stands among placebo zones, and what that says of its growth.

    Parameters
    ----------
    rows
        Estimates by ``analysis``, ``spec``, ``sample`` and ``term``.
    key
        Of the rank.
    """
    if key not in rows.index or pd.isna(rows.at[key, "estimate"]):
        return "cannot be ranked"
    less, low, high = (
        100 * float(rows.at[key, name]) for name in ("estimate", "conf_low", "conf_high")
    )
    note = rows.at[key, "note"]
    side, place = ("under", "lowest") if less < 0 else ("over", "highest")
    stands = f"is the {place}" if note.startswith("rank 1 of ") else "lies"
    means = ""
    if high < 0 or low > 0:
        amount, as_claimed = ("less", "against what") if high < 0 else ("more", "as")
        means = (
            f". By these accounts {amount} of the zone's growth than elsewhere is productivity, "
            f"{as_claimed} S1.1 expects"
        )
    return (
        f"{stands} ({note}), {number(abs(less), 1)} points {side} their median "
        f"({interval(low, high, 1)}, p {p_value(rows.at[key, 'p_value'])}){means}"
    )


def border_names(names: Mapping[str, str], border: Mapping) -> dict[str, str]:
    """Names of the two provinces, and of the cities whose counties are also left out."""
    first, second = (names.get(code, code) for code in border["provinces"])
    doubtful = [names.get(code, code) for code in border["exclude_cities"]]
    return {"first": first, "second": second, "doubtful": joined(doubtful)}
