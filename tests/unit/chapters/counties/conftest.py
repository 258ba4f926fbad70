"""A made-up China: 64 prefectures on a grid, four provinces, five counties each."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from guantian.geography.zones import Zone

YEARS = range(2000, 2020)
SIDE = 8
CHOICES = {
    "before": 4,
    "after": 6,
    "min_after": 2,
    "last": 2018,
    "min_counties": 8,
    "sizes": [3],
    "groups": 120,
    "draws": 200,
    "seed": 1,
}


def city_code(row: int, column: int) -> str:
    """Two digits of the province, two of the prefecture."""
    province = 11 + 2 * (row >= SIDE // 2) + (column >= SIDE // 2)
    return f"{province}{row * SIDE + column + 1:02d}00"


def make_zone(name: str, approved: str, codes: list[str]) -> Zone:
    return Zone(
        id=name,
        name_en=name,
        name_zh="区",
        kind="economic_zone",
        approved=approved,
        approved_precision="day",
        approving_body="State Council",
        source="made up",
        core=codes[0],
        members=tuple({"code": code, "name_en": code} for code in codes),
    )


def make_china(effect: float = 0.0, seed: int = 0) -> SimpleNamespace:
    """Counties whose dispersion grows by `effect` in the approved zones from the approval on."""
    random = np.random.default_rng(seed)
    cities = [city_code(row, column) for row in range(SIDE) for column in range(SIDE)]
    place = {code: divmod(at, SIDE) for at, code in enumerate(cities)}
    zones = {
        "north": make_zone("north", "2008-03-01", [city_code(0, c) for c in (3, 4, 5)]),
        "south": make_zone("south", "2010-03-01", [city_code(7, c) for c in (2, 3, 4)]),
        "west": make_zone("west", "2011-03-01", [city_code(r, 0) for r in (3, 4, 5)]),
    }
    units = [(f"{city[:4]}{k + 1:02d}", city, k) for city in cities for k in range(5)]
    time = np.arange(len(YEARS))
    rows = []
    for unit, city, k in units:
        scale = np.ones(len(YEARS))
        for zone in zones.values():
            if city in zone.codes:
                scale = 1 + effect * (np.array(YEARS) >= zone.year)
        noise = np.cumsum(random.normal(0, 0.02, len(YEARS)))
        level = 10 + 0.08 * time + (k - 2) * 0.3 * scale + random.normal(0, 0.1) + noise
        rows += [
            (unit, year, city, np.exp(value), 30.0 + k, np.exp(value - 8))
            for year, value in zip(YEARS, level, strict=True)
        ]
    columns = ["unit_code", "year", "city_code", "gdp_10k_yuan", "population_10k", "lights"]
    counties = pd.DataFrame(rows, columns=columns).set_index(["unit_code", "year"])
    inside = counties["city_code"].isin(zones["north"].codes).astype(int)
    counties = counties.assign(in_zone=inside, in_plan=inside)
    index = pd.MultiIndex.from_product([cities, YEARS], names=["city_code", "year"])
    panel = pd.DataFrame(index=index)
    code = panel.index.get_level_values("city_code")
    panel["province_code"] = code.str[:2] + "0000"
    panel["gdp_100m_yuan"] = panel["real_gdp_100m_yuan"] = 100.0
    panel["in_zone"] = code.isin(zones["north"].codes).astype(int)
    panel["in_region"] = (code.str[:2] == "11").astype(int)
    panel["in_nation"] = 1
    panel["gdp_growth_pct"] = 9 + random.normal(0, 1, len(panel))
    panel["gdp_growth_first_published_pct"] = panel["gdp_growth_pct"]
    panel["gdp_per_resident_yuan"] = 1e4 * np.exp(random.normal(0, 0.3, len(panel)))
    panel["population_10k"] = 300.0
    pairs = [
        (a, b, int(sum(abs(x - y) for x, y in zip(place[a], place[b], strict=True)) == 1))
        for at, a in enumerate(cities)
        for b in cities[at + 1 :]
    ]
    pairs = pd.DataFrame(pairs, columns=["code_a", "code_b", "adjacent"])
    touching = pairs[pairs["adjacent"] == 1]
    # Counties form a line within a prefecture, and the first of adjacent prefectures touch.
    neighbours = [(f"{a[:4]}01", f"{b[:4]}01") for a, b in touching[["code_a", "code_b"]].values]
    neighbours += [(f"{c[:4]}{k:02d}", f"{c[:4]}{k + 1:02d}") for c in cities for k in range(1, 5)]
    return SimpleNamespace(
        panel=panel,
        counties=counties,
        pairs=pairs,
        neighbours=pd.DataFrame(neighbours, columns=["unit_a", "unit_b"]),
        zones=zones,
    )


@pytest.fixture(scope="session")
def china():
    return make_china()
