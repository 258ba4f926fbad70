"""The prefectures and their shared borders, read once for all tests here."""

from pathlib import Path

import pandas as pd
import pytest

RAW = Path(__file__).parents[3] / "data" / "raw"


@pytest.fixture(scope="session")
def prefectures():
    from guantian.geography.boundaries import read_prefectures

    units = pd.read_csv(RAW / "city_names.csv", dtype=str)["city_code"]
    return read_prefectures(RAW / "prefectures.gpkg", units)


@pytest.fixture(scope="session")
def borders(prefectures):
    from guantian.geography.boundaries import shared_borders

    return shared_borders(prefectures)


@pytest.fixture(scope="session")
def adjacency(prefectures, borders):
    from regiometrics.weights.adjacency import adjacency_matrix

    return adjacency_matrix(borders, prefectures.index)
