"""Trade shares of provinces: distances, the home effect, and rows."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.trade_shares import (
    SHARE,
    WITHIN,
    home_effect,
    province_distances,
    trade_rows,
)

gpd = pytest.importorskip("geopandas")
shapely = pytest.importorskip("shapely")
KM = 1000.0


@pytest.fixture
def map_of_three():
    """Three provinces; the first has two prefectures, each a square of 100 km."""
    corners = {"110100": (0, 0), "110200": (100, 0), "120100": (200, 0), "130100": (500, 0)}
    shapes = [
        shapely.box(x * KM, y * KM, (x + 100) * KM, (y + 100) * KM) for x, y in corners.values()
    ]
    provinces = [code[:2] + "0000" for code in corners]
    frame = gpd.GeoDataFrame({"province_code": provinces}, geometry=shapes, index=list(corners))
    codes = list(corners)
    rows = [
        (a, b, abs(corners[a][0] - corners[b][0]), int(abs(corners[a][0] - corners[b][0]) == 100))
        for i, a in enumerate(codes)
        for b in codes[i + 1 :]
    ]
    return frame, pd.DataFrame(rows, columns=["code_a", "code_b", "distance_km", "adjacent"])


def test_distances_of_provinces_are_harmonic_means_and_hold_their_own_size(map_of_three):
    prefectures, pairs = map_of_three
    distance, adjacent = province_distances(pairs, prefectures)
    own = WITHIN * 100 / np.sqrt(np.pi)
    assert distance.loc["130000", "130000"] == pytest.approx(own)
    assert distance.loc["110000", "110000"] == pytest.approx(4 / (2 / own + 2 / 100))
    assert distance.loc["110000", "120000"] == pytest.approx(2 / (1 / 200 + 1 / 100))
    assert adjacent.loc["110000", "120000"] == 1
    assert adjacent.loc["110000", "110000"] == 0
    assert adjacent.loc["110000", "130000"] == 0


def test_a_home_effect_that_was_put_in_is_found():
    rng = np.random.default_rng(3)
    n = 12
    home, distance = np.eye(n), rng.uniform(4, 7, (n, n))
    share = np.exp(2.5 * home - distance + rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, n))
    estimate, error = home_effect(share, np.stack([home, distance]))
    assert estimate == pytest.approx(2.5, abs=1e-6)
    assert error < 1e-6
    noisy = share * rng.lognormal(0, 0.3, (n, n))
    estimate, error = home_effect(noisy, np.stack([home, distance]))
    assert abs(estimate - 2.5) < 4 * error
    assert 0.01 < error < 1


def test_the_home_effect_is_that_of_a_poisson_model_with_dummies():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    n = 8
    x = np.stack([np.eye(n), rng.uniform(4, 7, (n, n))])
    share = rng.lognormal(0, 1, (n, n))
    first, second = (each.ravel() for each in np.indices((n, n)))
    dummies = [first[:, None] == np.arange(n), second[:, None] == np.arange(1, n)]
    design = np.column_stack([x.reshape(2, -1).T, *dummies]).astype(float)
    expected = sm.GLM(share.ravel(), design, family=sm.families.Poisson()).fit(tol=1e-12)
    assert home_effect(share, x)[0] == pytest.approx(expected.params[0], rel=1e-6)


def test_rows_are_secondary_and_leave_the_world_out(map_of_three):
    prefectures, pairs = map_of_three
    rng = np.random.default_rng(5)
    # Five provinces, so that effects leave degrees of freedom.
    more = [shapely.box(0, y * KM, 100 * KM, (y + 100) * KM) for y in (300, 700)]
    extra = gpd.GeoDataFrame(
        {"province_code": ["140000", "150000"]}, geometry=more, index=["140100", "150100"]
    )
    prefectures = gpd.GeoDataFrame(pd.concat([prefectures, extra]))
    known = list(prefectures.index)
    pairs = pd.DataFrame(
        [
            (a, b, float(rng.uniform(100, 900)), 0)
            for i, a in enumerate(known)
            for b in known[i + 1 :]
        ],
        columns=["code_a", "code_b", "distance_km", "adjacent"],
    )
    pairs.loc[0, "adjacent"] = 1
    pairs.loc[2, "adjacent"] = 1
    codes = [*sorted(set(prefectures["province_code"])), "WORLD"]
    table = pd.DataFrame(
        [(a, b, 2002, float(rng.uniform(0.01, 1))) for a in codes for b in codes],
        columns=["origin", "destination", "year", SHARE],
    )
    (row,) = trade_rows(table, pairs, prefectures, 0.95)
    assert (row["analysis"], row["variant"], row["outcome"]) == ("secondary", "S1.2", "trade_2002")
    assert (row["n_units"], row["n_obs"]) == (5, 25)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
