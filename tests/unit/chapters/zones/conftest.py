"""Cities on a chessboard with planted growth, structures, flows and effects of approval."""

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.zones.estimate.run import run_zones
from guantian.geography.zones import Zone

SIDE = 10
YEARS = range(2001, 2020)
EFFECT, BORDER = 0.3, 0.8
CHOICES = {
    "growth": {"first": 2001, "last": 2016},
    "growth_benchmark": 5,
    "levels": {"first": 2005, "last": 2016},
    "structure": {"first": 2005, "last": 2012},
    "flow_year": 2019,
    "approval": {
        "output": "real_gdp_100m_yuan",
        "years": {"first": 2001, "last": 2019},
        "before": 8,
        "after": 8,
        "min_after": 3,
    },
    "min_share": 0.5,
    "placebo_size": 5,
    "draws": 100,
    "seed": 1,
}


def code(row: int, column: int) -> str:
    """Five columns of the board are a province."""
    return f"{11 + column // 5}{10 * row + column:02d}00"


CODES = sorted(code(row, column) for row in range(SIDE) for column in range(SIDE))


def square(row: int, column: int, size: int = 3) -> list[str]:
    return [code(row + i, column + j) for i in range(size) for j in range(size)]


def make_zone(name: str, approved: str, codes: list[str]) -> Zone:
    return Zone(
        id=name,
        name_en=name.capitalize(),
        name_zh="区",
        kind="economic_zone",
        approved=approved,
        approved_precision="day",
        approving_body="State Council",
        source="none",
        core=codes[0],
        members=[{"code": each, "name_en": each} for each in codes],
    )


ZONES = {
    zone.id: zone
    for zone in (
        make_zone("treated", "2009-03-01", square(0, 3)),
        make_zone("dark", "2010-03-01", square(7, 0)),
        make_zone("late", "2018-03-01", square(7, 7)),
        make_zone("three", "2010-03-01", square(4, 9, 1) + square(5, 9, 1) + square(6, 9, 1)),
    )
}


def world() -> SimpleNamespace:
    """The panel, structure, pairs and flows of the board."""
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product([CODES, YEARS], names=["city_code", "year"])
    time = np.arange(len(YEARS))
    level = rng.normal(6, 0.5, (len(CODES), 1))
    logs = level + (0.10 - 0.02 * (level - 6)) * time + rng.normal(0, 0.01, (len(CODES), len(time)))
    treated = np.isin(CODES, ZONES["treated"].codes)
    logs[treated, 8:] += EFFECT
    logs[np.isin(CODES, ZONES["dark"].codes)] = np.nan
    panel = pd.DataFrame({"real_gdp_100m_yuan": np.exp(logs).ravel()}, index=index)
    panel["real_gdp_first_published_100m_yuan"] = np.exp(logs + 0.01 * time).ravel()
    panel["real_gdp_per_resident_yuan"] = panel["real_gdp_100m_yuan"]
    panel["in_nation"] = 1

    place = {each: divmod(int(each[2:4]), 10) for each in CODES}
    pairs = pd.DataFrame(
        [
            {
                "code_a": a,
                "code_b": b,
                "distance_km": 100 * float(np.hypot(*np.subtract(place[a], place[b]))),
                "adjacent": int(np.abs(np.subtract(place[a], place[b])).sum() == 1),
                "same_province": int(a[:2] == b[:2]),
            }
            for i, a in enumerate(CODES)
            for b in CODES[i + 1 :]
        ]
    )
    flow = np.exp(
        10 - 1.5 * np.log(pairs["distance_km"]) + BORDER * pairs["same_province"]
    ).to_numpy()
    both = [
        pairs.assign(
            origin=pairs[a],
            destination=pairs[b],
            travel_2019=flow * rng.lognormal(0, 0.1, len(pairs)),
        )[["origin", "destination", "travel_2019"]]
        for a, b in (("code_a", "code_b"), ("code_b", "code_a"))
    ]
    return SimpleNamespace(
        panel=panel, structure=structures(rng), pairs=pairs, flows=pd.concat(both)
    )


def structures(rng) -> pd.DataFrame:
    """Three sectors; the members of the treated zone close half their gaps in seven years."""
    start = rng.dirichlet([5, 5, 5], len(CODES))
    inside = np.isin(CODES, ZONES["treated"].codes)
    rows = []
    for step, year in enumerate(range(2005, 2013)):
        shares = start.copy()
        pull = 0.5 * step / 7
        shares[inside] = (1 - pull) * start[inside] + pull * start[inside].mean(axis=0)
        shares = shares * rng.lognormal(0, 0.01, shares.shape)
        rows.append(
            pd.DataFrame(shares, CODES, ["a", "b", "c"])
            .rename_axis("code")
            .reset_index()
            .melt("code", var_name="sector")
            .assign(year=year, source="units", level="sector", complete=1)
        )
    return pd.concat(rows, ignore_index=True)


@pytest.fixture(scope="session")
def board() -> SimpleNamespace:
    """What was planted."""
    return SimpleNamespace(zones=ZONES, choices=CHOICES, effect=EFFECT, border=BORDER, codes=CODES)


@pytest.fixture(scope="session")
def found():
    """Estimates and series of the board."""
    made = world()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few disjoint placebo groups
        return run_zones(made.panel, made.structure, made.pairs, made.flows, ZONES, CHOICES, 0.95)
