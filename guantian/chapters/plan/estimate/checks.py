"""The headline elsewhere: other placebo sets, single cities, rings, earlier dates, other zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from guantian.chapters.plan.estimate.design import (
    compare,
    complete_groups,
    make_window,
    ranked,
    without,
)
from guantian.chapters.plan.estimate.staggered import first_treated
from guantian.chapters.plan.estimate.study import HEADLINE, Study
from regiometrics.counterfactuals.synthetic import METHOD_NAMES, counterfactuals

RINGS = (1, 2)
SDID = {"method": "sdid", "donors": "main"}
UNAFFECTED = "without affected provinces"


def placebo_set_effects(study: Study) -> Iterator[dict[str, Any]]:
    """The headline ranked among other sets of placebo zones, and without affected provinces."""
    window = study.window(HEADLINE)
    if window is None:
        return
    codes = study.cities.codes
    provinces = [code[:2] for code in study.choices["exclude_provinces"]]
    affected = codes.str[:2].isin(provinces) & ~study.cities.zone
    sets = [(name, "", masks, window) for name, masks in study.placebo_sets.items()]
    sets.append(("main", UNAFFECTED, study.placebo, without(window, affected)))
    for name, variant, masks, used in sets:
        own = study.groups(used, 1)[:1]
        chosen = complete_groups(used, masks, study.choices["n_placebos"])
        groups = np.vstack([own, chosen])
        found = compare(used, study.cities, groups, "sdid") if study.holds(used) else None
        if found is None:
            continue
        key = {"placebo_set": name, "variant": variant, **SDID, "base": 0}
        yield {
            **key,
            "term": "effect",
            **ranked(found.effects, groups[1:], study.confidence),
            "n_units": int((found.donor_weights[0] != 0).sum()),
            "n_periods": len(used.years),
            "estimator": METHOD_NAMES["sdid"],
        }
        if len(chosen):
            share = float(chosen[:, affected].sum() / chosen.sum())
            yield {**key, "term": "affected_share", "value": share, "n_draws": len(chosen)}


def city_effects(study: Study) -> Iterator[dict[str, Any]]:
    """Each of the zone's cities, ranked among single donors."""
    for base in study.choices["bases"]:
        window = study.window(HEADLINE, base)
        if window is None:
            continue
        n = len(study.cities.codes)
        zone = study.cities.zone
        donors = study.cities.donors(zone[None])[0] & window.keep
        for method in ("sdid", "sc"):
            for place in np.flatnonzero(zone & window.keep):
                groups = np.eye(n, dtype=bool)[[place, *np.flatnonzero(donors)]]
                found = compare(window, study.cities, groups, method)
                if found is None:
                    continue
                row = ranked(found.effects, groups[1:], study.confidence)
                yield {
                    "method": method,
                    "base": base,
                    "donors": "main",
                    "unit": study.cities.codes[place],
                    "term": "effect",
                    **row,
                    "estimator": METHOD_NAMES[method],
                    "n_periods": len(window.years),
                }


def ring_effects(study: Study) -> Iterator[dict[str, Any]]:
    """The zone's neighbours as if treated: what spilled over, or was drawn away."""
    window = study.window(HEADLINE)
    if window is None:
        return
    groups = study.groups(window)
    free = window.keep & ~study.cities.approved
    inner = groups
    for step in RINGS:
        key = {"parameter": "ring", "setting": step, **SDID, "base": 0}
        outer = study.cities.near(groups, step) & ~study.cities.near(groups, step - 1)
        ring = outer & free & ~study.cities.zone
        # Two rings beyond the group are no donors of its rings.
        donors = study.cities.donors(groups | study.cities.near(groups, max(RINGS))) & window.keep
        some = ring.any(axis=1) & (donors.sum(axis=1) > 1)
        if not some[0]:
            yield {**key, "term": "effect", "note": "no city with data"}
            continue
        found = counterfactuals(
            window.values,
            ring[some][:, window.keep],
            donors[some][:, window.keep],
            window.before,
            "sdid",
        )
        yield {
            **key,
            "term": "effect",
            **ranked(found.effects, inner[some][1:], study.confidence),
            "n_units": int(ring[0].sum()),
            "n_periods": len(window.years),
            "estimator": METHOD_NAMES["sdid"],
        }


def placebo_dates(study: Study) -> Iterator[dict[str, Any]]:
    """The plan dated earlier, on the years before it only."""
    year = first_treated(study.zone)
    for shift in study.choices["placebo_dates"]:
        window = make_window(
            study.outcomes[HEADLINE], year - study.choices["before"], year - shift, year - 1
        )
        if window is None:
            continue
        groups = study.groups(window)
        found = compare(window, study.cities, groups, "sdid") if study.holds(window) else None
        if found is not None:
            yield {
                **SDID,
                "base": 0,
                "year": year - shift,
                "term": "effect",
                **ranked(found.effects, groups[1:], study.confidence),
                "n_periods": len(window.years),
                "estimator": METHOD_NAMES["sdid"],
            }


def other_zones(study: Study) -> Iterator[dict[str, Any]]:
    """Every approved zone by its own date, ranked among the same placebo groups."""
    for zone in study.zones.values():
        if zone.kind not in study.kinds and zone.id != study.zone.id:
            continue
        year = first_treated(zone)
        # The same years for all, or the cities that are complete would differ between zones.
        start = first_treated(study.zone)
        last = start + study.choices["after"] - 1
        outcome = study.outcomes[HEADLINE]
        window = make_window(outcome, start - study.choices["before"], year, last)
        codes = [code for code in zone.codes if code in study.cities.codes]
        if window is None or not codes:
            continue
        limit = study.choices["n_placebos_slow"]
        groups = np.vstack([study.cities.groups(np.array(codes)), study.groups(window, limit)[1:]])
        found = compare(window, study.cities, groups, "sdid") if study.holds(window) else None
        if found is not None:
            yield {
                **SDID,
                "base": 0,
                "group": zone.id,
                "year": year,
                "term": "effect",
                **ranked(found.effects, groups[1:], study.confidence),
                "n_units": int((groups[0] & window.keep).sum()),
                "n_periods": len(window.years),
                "estimator": METHOD_NAMES["sdid"],
            }
