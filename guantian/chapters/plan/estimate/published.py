"""A published result on the zone, by its own design: Li and Li (2019, Economic Geography 39(3)).

They find by synthetic control that the zone's approval raised output, that it held the core city
back, and that cities outside the core's province lost. Synthetic control is run here with their
treated units on each measure of output, set of donors and last year, so that what makes a
difference can be seen; synthetic difference-in-differences is beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.design import MIN_DRAWS, compare, make_window
from guantian.chapters.plan.estimate.primary import against_placebo
from guantian.chapters.plan.estimate.sample import outcome_matrix
from guantian.chapters.plan.estimate.staggered import first_treated
from guantian.chapters.plan.estimate.study import Study
from regiometrics.counterfactuals.synthetic import METHOD_NAMES

VARIANT = "li_li_2019"


def published_rows(study: Study, panel: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Synthetic control of the zone, its core, and its members outside the core's province.

    Parameters
    ----------
    study
        As `make_study` returns it; the option ``published`` has the outcomes, donors, last years
        and methods.
    panel
        Index (city_code, year), with the outcomes.

    Yields
    ------
    dict
        Estimates of the analysis ``external``: the mean gap after the approval, compared with zero
        by those of as many placebo zones, or of single donors for single cities.
    """
    choices, year = study.choices["published"], first_treated(study.zone)
    treated = _treated(study)
    for outcome in choices["outcomes"]:
        matrix = outcome_matrix(
            panel, study.cities.codes, outcome["variable"], "log", year - 12, max(choices["until"])
        )
        for until in choices["until"]:
            window = make_window(matrix, year - study.choices["before"], year, until)
            if window is None:
                continue
            for donors, method in product(choices["donors"], choices["methods"]):
                for members, own in treated.items():
                    found = _effect(study, window, own, donors, method)
                    if found is not None:
                        yield {
                            "analysis": "external",
                            "variant": VARIANT,
                            "sample": "zone",
                            "outcome": outcome["name"],
                            "term": "effect",
                            "method": method,
                            "donors": donors,
                            "members": members,
                            "first_year": window.years[0],
                            "last_year": until,
                            **found,
                            "n_periods": len(window.years),
                            "estimator": METHOD_NAMES[method],
                        }


def _treated(study: Study) -> dict[str, np.ndarray]:
    codes, zone = study.cities.codes, study.zone
    home = [code for code in zone.codes if code[:2] == zone.core[:2]]
    sets = {
        "all": zone.codes,
        "core": [zone.core],
        "other provinces": [code for code in zone.codes if code not in home],
    }
    return {name: codes.isin(chosen) for name, chosen in sets.items() if codes.isin(chosen).any()}


def _effect(study: Study, window, own: np.ndarray, donors: str, method: str) -> dict | None:
    """The effect on one group, and on placebo zones or single donors in its place."""
    if not (own & window.keep).any() or not (window.keep >= own).all():
        return None
    limit = study.choices["n_placebos_slow"]
    if own.sum() == len(study.zone.codes):
        groups = np.vstack([own, study.groups(window, limit)[1:]])
    else:
        free = np.flatnonzero(study.cities.donors(own[None], donors)[0] & window.keep)
        groups = np.vstack([own, np.eye(len(own), dtype=bool)[free]])
    found = compare(window, study.cities, groups, method, donors)
    if found is None or len(groups) <= MIN_DRAWS:
        return None
    placebo = against_placebo(float(found.effects[0]), found.effects[1:], study.confidence)
    return placebo | {"n_units": int((found.donor_weights[0] > 0).sum())}
