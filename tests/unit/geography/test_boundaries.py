"""Areas, points, distances and shared borders."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from guantian.geography.boundaries import (
    ALBERS,
    distances_km,
    read_prefectures,
    representative_points,
    shared_borders,
)

RAW = Path(__file__).parents[3] / "data" / "raw"
GPKG = RAW / "prefectures.gpkg"


def squares(*corners, size=1.0):
    """Squares of `size` degrees with these south-west corners."""
    shapes = [box(x, y, x + size, y + size) for x, y in corners]
    index = pd.Index([f"{i:06d}" for i in range(len(shapes))], name="code")
    return gpd.GeoDataFrame({"name": index}, geometry=shapes, index=index, crs=4490)


def areas_km2(boundaries):
    return boundaries.to_crs(ALBERS).area / 1e6


def test_areas_agree_with_the_published_ones(prefectures):
    published = pd.read_csv(RAW / "city_resident_population.csv", dtype={"city_code": str})
    published = published[published["year"] == 2019].set_index("city_code")["land_area_km2"]
    zone = ["610100", "610200", "610300", "610400", "610500", "611000", "620500"]
    ratio = (areas_km2(prefectures) / published).loc[zone].drop(["610100", "610400"])
    # Outlines simplified to 0.01 degree of cities of about 10 000 km2 move by 1 to 2 per cent.
    # Xi'an and Xianyang are left out: from 2017 the yearbook counts Xixian in Xi'an.
    assert ratio.between(0.98, 1.02).all()


def test_area_of_a_cell_is_that_of_the_ellipsoid():
    from pyproj import Geod

    # A thin cell, so that its straight edges on the projection stay close to the parallels.
    cell = gpd.GeoDataFrame(
        {"name": ["a"]}, geometry=[box(108, 34, 108.1, 34.1)], index=["a"], crs=4490
    )
    true, _ = Geod(ellps="GRS80").geometry_area_perimeter(cell.geometry.iloc[0])
    # The projection is equal-area; what is left is the bending of the edges, of order 1e-6.
    assert areas_km2(cell).iloc[0] == pytest.approx(true / 1e6, rel=1e-5)


def test_representative_points_lie_inside(prefectures):
    points = representative_points(prefectures)
    located = gpd.points_from_xy(points["longitude"], points["latitude"], crs=4490)
    # The points go through degrees and back: a metre is far more than the rounding.
    apart = prefectures.to_crs(ALBERS).distance(
        gpd.GeoSeries(located, index=prefectures.index).to_crs(ALBERS)
    )
    assert apart.max() < 1


def test_a_crescent_takes_a_point_on_its_surface():
    crescent = Polygon([(100, 30), (104, 30), (104, 34), (103, 34), (103, 31), (100, 31)])
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[crescent], index=["a"], crs=4490)
    point = gpd.points_from_xy(*representative_points(frame).to_numpy().T)[0]
    assert crescent.contains(point)


def test_distances_are_geodesics_in_kilometres():
    # Flinders Peak to Buninyong: 54 972.271 m on GRS80 (Geoscience Australia's worked example).
    dms = {
        "longitude": [144.424867888, 143.926495528],
        "latitude": [-37.951033417, -37.652821139],
    }
    table = distances_km(pd.DataFrame(dms, index=["flinders", "buninyong"]))
    # Printed to the millimetre; the coordinates above are rounded to 1e-9 degree, 0.1 mm.
    assert table.loc["flinders", "buninyong"] == pytest.approx(54.972271, abs=1e-6)
    assert (table.to_numpy() == table.to_numpy().T).all()
    assert (np.diag(table) == 0).all()


def known(borders, a, b):
    a, b = sorted([a, b])
    return ((borders["code_a"] == a) & (borders["code_b"] == b)).any()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("610100", "610400"),  # Xi'an, Xianyang
        ("610300", "620500"),  # Baoji, Tianshui
        ("611000", "610100"),  # Shangluo, Xi'an
        ("610500", "611000"),  # Weinan, Shangluo
        ("610200", "610400"),  # Tongchuan, Xianyang
        ("110000", "120000"),  # Beijing, Tianjin
        ("440300", "810000"),  # Shenzhen, Hong Kong
        (
            "530100",
            "530600",
        ),  # Kunming, Zhaotong: the simplified outlines leave a gap of 29 m
        ("513400", "530300"),  # Liangshan, Qujing, across the Jinsha: a gap of 1.1 km
    ],
)
def test_known_neighbours_touch(borders, a, b):
    assert known(borders, a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("610100", "620500"),  # Xi'an, Tianshui
        ("610200", "611000"),  # Tongchuan, Shangluo
        ("610100", "610200"),  # Xi'an, Tongchuan: Xianyang and Weinan lie between
        ("611000", "620500"),  # Shangluo, Tianshui
        ("110000", "310000"),  # Beijing, Shanghai
        ("460200", "469001"),  # Sanya, Wuzhishan
        ("460100", "440800"),  # Haikou, Zhanjiang: the strait
    ],
)
def test_known_strangers_do_not(borders, a, b):
    assert not known(borders, a, b)


def test_the_tolerance_decides_few_pairs(borders):
    apart = borders[borders["gap_m"] > 0]
    assert set(map(tuple, apart[["code_a", "code_b"]].to_numpy())) == {
        ("140400", "410700"),
        ("469027", "469029"),
        ("469029", "469030"),
        ("513400", "530300"),
        ("530100", "530600"),
    }


def test_corners_touch_and_borders_are_measured():
    # Two squares side by side, one at the corner of the first, one 0.005 degree off, one far.
    frame = squares((100, 30), (101, 30), (101, 31), (99, 31.005), (110, 30))
    pairs = shared_borders(frame).set_index(["code_a", "code_b"])
    assert set(pairs.index) == {
        ("000000", "000001"),
        ("000000", "000002"),
        ("000000", "000003"),
        ("000001", "000002"),
    }
    # A side of one degree of latitude at 30.5 degrees north is 110.85 km, and the projection draws
    # meridians 1.3 per cent too long there; the outline bends round both corners for 1.1 km each.
    assert pairs.loc[("000000", "000001"), "border_km"] == pytest.approx(
        110.85 * 1.013 + 2 * 1.113, rel=0.002
    )
    assert pairs.loc[("000000", "000002"), "border_km"] < 3
    assert pairs.loc[("000000", "000003"), "gap_m"] == pytest.approx(0.005 * 110.9e3, rel=0.02)
    assert len(shared_borders(frame, tolerance_m=0)) == 3


def test_a_bow_tie_is_refused(tmp_path):
    bow_tie = Polygon([(100, 30), (101, 31), (101, 30), (100, 31)])
    frame = gpd.GeoDataFrame({"code": ["110000"], "name": ["a"]}, geometry=[bow_tie], crs=4490)
    frame.to_file(tmp_path / "shapes.gpkg")
    with pytest.raises(ValueError, match="the boundary of 110000 crosses itself"):
        read_prefectures(tmp_path / "shapes.gpkg")


def test_bad_files_are_refused_with_a_sentence(tmp_path, prefectures):
    good = prefectures.iloc[:2].reset_index()
    path = tmp_path / "shapes.gpkg"
    for change, sentence in (
        (good.drop(columns="name"), "shapes.gpkg: no column name"),
        (good.to_crs(4326), "the coordinate system is EPSG:4326; EPSG:4490 was expected"),
        (good.assign(code="1"), "column code: '1'; a code of six digits"),
        (good.assign(code="110000"), "column code: 110000 occurs twice"),
        (
            good.set_geometry([None, good.geometry[1]], crs=4490),
            "the boundary of 110000 is missing",
        ),
        (good.translate(0, 40).to_frame("geometry").join(good[["code", "name"]]), "is not between"),
        (
            good.set_geometry([Polygon(), Polygon()], crs=4490),
            "the boundary of 110000 is empty",
        ),
    ):
        change.to_file(path)
        with pytest.raises(ValueError, match=sentence):
            read_prefectures(path)
        path.unlink()
    with pytest.raises(ValueError, match="no boundary of 999999"):
        read_prefectures(GPKG, ["610100", "999999"])
    with pytest.raises(ValueError, match="tolerance_m is -1"):
        shared_borders(prefectures.iloc[:2], -1)


def test_geopandas_is_not_imported_with_the_module():
    import subprocess
    import sys

    code = (
        "import sys, guantian.geography.boundaries, regiometrics.weights.adjacency;"
        "print([m for m in ('geopandas', 'shapely', 'pyproj', 'libpysal') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
