"""The specification curve of the headline effect, with the placebo groups' own curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.design import compare, complete_groups, make_window, ranked
from guantian.chapters.plan.estimate.sample import Cities

#: Key columns of the results; the horizon is how many years after the treatment are used.
CHOICES = ("method", "base", "donors", "horizon", "outcome", "members")


@dataclass(frozen=True)
class Curve:
    """All specifications.

    Attributes
    ----------
    specs : DataFrame
        One row per specification, columns `CHOICES`.
    effects : ndarray, shape (specifications, 1 + placebo groups)
        The zone's effect first.
    groups : ndarray of bool, shape (placebo groups, cities)
    """

    specs: pd.DataFrame
    effects: np.ndarray
    groups: np.ndarray


def specification_curve(
    outcomes: Mapping[str, pd.DataFrame],
    cities: Cities,
    zone_groups: Mapping[str, np.ndarray],
    placebo: np.ndarray,
    year: int,
    before: int,
    choices: Mapping[str, Sequence[Any]],
    limit: int,
) -> Curve | None:
    """Estimate the effect under every combination of the choices.

    Parameters
    ----------
    outcomes
        Name to cities by years.
    zone_groups
        Name of a choice of members to its mask.
    placebo
        Masks of placebo groups, shape (groups, cities); those complete in every specification are
        used, at most `limit`, the same throughout.
    year
        Of the treatment.
    before
        Years before it.
    choices
        Each of `CHOICES` to its values.

    Returns
    -------
    Curve or None
        None where no specification can be estimated.
    """
    windows = {}
    for base, after, name in product(choices["base"], choices["after"], choices["outcome"]):
        outcome = outcomes.get(name)
        if outcome is not None:
            window = make_window(outcome, year - before, year + base, year + after - 1)
            if window is not None and window.years[-1] == year + after - 1:
                windows[base, after, name] = window
    for window in windows.values():
        placebo = complete_groups(window, placebo)
    placebo = placebo[:limit]
    rows, effects = [], []
    for (base, after, name), window in windows.items():
        for members, method, donors in product(
            choices["members"], choices["method"], choices["donors"]
        ):
            if not (zone_groups[members] & window.keep).any():
                continue
            groups = np.vstack([zone_groups[members], placebo])
            found = compare(window, cities, groups, method, donors)
            if found is not None:
                rows.append((method, base, donors, after, name, members))
                effects.append(found.effects)
    if not rows:
        return None
    return Curve(pd.DataFrame(rows, columns=CHOICES), np.array(effects), placebo)


def curve_rows(curve: Curve, confidence: float) -> list[dict[str, Any]]:
    """Rows: each specification ranked, and the curve's median ranked among placebo curves.

    The joint test is that of Simonsohn, Simmons and Nelson (2020) with placebo groups in place of
    shuffled data: the median effect, and the share of effects above zero.
    """
    specs = curve.specs.to_dict("records")
    middle = np.median(curve.effects, axis=0)
    above = (curve.effects > 0).mean(axis=0)
    return [
        *(
            {**spec, "term": "effect", **ranked(effects, None, confidence)}
            for spec, effects in zip(specs, curve.effects, strict=True)
        ),
        {"term": "median", **ranked(middle, curve.groups, confidence)},
        {"term": "share_above", **ranked(above, None, confidence)},
    ]
