"""What a part's verdict would be with another estimate in its place: what a word hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from guantian.claims.rules import SIGNS, part_verdict
from regiometrics.inference import holm


def verdict_in_place(
    parts: Sequence[Mapping[str, Any]],
    estimates: pd.DataFrame,
    place: Mapping[str, str],
    row: Mapping[str, Any],
    alpha: float,
) -> dict[str, Any]:
    """Judge an estimate by the rule of the part in whose place it is put.

    Parameters
    ----------
    parts
        All of a family, as the configuration holds them: ``estimate``, ``direction``, ``matters``.
    estimates
        Tidy estimates in which the parts stand.
    place
        Of the part that is replaced: any columns and their values that single it out.
    row
        The estimate: ``conf_low``, ``conf_high``, ``p_value``.
    alpha
        Level of the adjusted p-value.

    Returns
    -------
    dict
        ``word``: the verdict; ``matters``: the part's; ``end``: the interval's end on the side that
        the claim predicts.

    Raises
    ------
    ValueError
        If no part or several stand at that place.
    """
    at = [number for number, part in enumerate(parts) if place.items() <= part["estimate"].items()]
    if len(at) != 1:
        raise ValueError(f"{len(at)} parts stand at {dict(place)}; expected one.")
    p_values = [_p_value(part["estimate"], estimates) for part in parts]
    p_values[at[0]] = row["p_value"]
    direction, matters = parts[at[0]]["direction"], parts[at[0]]["matters"]
    low, high = row["conf_low"], row["conf_high"]
    word = part_verdict(low, high, holm(p_values)[at[0]], direction, matters, alpha=alpha)
    return {"word": word, "matters": matters, "end": high if SIGNS[direction] > 0 else low}


def _p_value(key: Mapping[str, str], estimates: pd.DataFrame) -> float:
    chosen = pd.Series(True, index=estimates.index)
    for column in estimates.columns.intersection(list(key)):
        chosen &= estimates[column] == key[column]
    return float(estimates.loc[chosen, "p_value"].iloc[0]) if chosen.any() else float("nan")
