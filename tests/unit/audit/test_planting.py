"""Planted faults are found; floors reflect the recall measured on the whole data."""

from pathlib import Path

import pandas as pd
import pytest

import audit
from audit.planting import FAULTS, plant_and_measure

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
TABLES = (
    "city_accounts",
    "city_growth_targets",
    "city_infrastructure_land",
    "city_investment_fiscal",
    "city_population_labour",
    "city_resident_population",
    "city_retail",
    "city_sector_employment",
)
#: Provinces in which the faults are planted: seven of thirty-one, to be quick.
PROVINCES = ("14", "32", "34", "36", "41", "61", "62")

#: Share found that a kind must reach with seed 2026. Each is 0.1 (four cells of forty)
#: below what was measured, so that a change of one library's last digit does not fail it
#: and a check that goes blind does.
FLOORS = {
    "factor of 10": 0.90,
    "lost decimal point": 0.90,
    "output off by half": 0.65,
    "population off by a tenth": 0.70,
    "value added off by a tenth": 0.60,
    "density off by a tenth": 0.80,
    "copied year": 0.70,
    "another city's figure": 0.80,
    "shifted rows": 0.80,
    "permuted columns (new order)": 0.75,
    "index among percentages": 0.90,
    "zero for a gap": 0.90,
}


@pytest.fixture(scope="module")
def measured():
    """Return recall on seven provinces of the raw tables."""
    tables = {}
    for name in TABLES:
        frame = pd.read_csv(RAW / f"{name}.csv", dtype={"city_code": str})
        frame = frame[frame["city_code"].str[:2].isin(PROVINCES)].reset_index(drop=True)
        numbers = frame.columns.difference(["city_code", "year"])
        tables[name] = frame.astype(dict.fromkeys(numbers, float))
    faults = [fault for fault in FAULTS if fault.kind in FLOORS]
    return plant_and_measure(tables, seed=2026, faults=faults).set_index("kind")


@pytest.mark.parametrize("kind", FLOORS)
def test_share_found(measured, kind):
    """Each kind of planted fault is found at its floor or above."""
    assert measured.loc[kind, "share_found"] >= FLOORS[kind]


def test_false_alarms(measured):
    """In cleaned data at most two cells in a thousand are proposed without a fault."""
    assert measured.loc["no fault", "false_alarms_per_1000"] <= 2.0


def test_same_seed_same_table(measured):
    """Planting is deterministic: the same seed gives the same counts."""
    assert measured["planted"].sum() > 400
    assert set(audit.KEYS) >= set(TABLES)
