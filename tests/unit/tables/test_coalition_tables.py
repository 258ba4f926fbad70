"""The table of what coalitions are worth."""

import pandas as pd

from guantian.chapters.core_periphery.tables import _values

NAMES = {str(code): f"City {code}" for code in range(12)}


def test_coalitions_stand_by_size_as_numbers():
    """A zone of ten cities or more: as text, 2 would stand before 11."""
    sizes = {"core_and_1": 2, "all": 12, "without_1": 11}
    rows = pd.DataFrame(
        [
            {
                "term": f"value.{name}",
                "estimate": 1.0,
                "conf_low": 0.5,
                "conf_high": 1.5,
                "note": f"{size} cities",
            }
            for name, size in sizes.items()
        ]
    )
    body = _values(rows, NAMES)
    assert body["Cities"].tolist() == ["12", "11", "2"]
    assert body["Coalition"].tolist() == ["All", "Without City 1", "Core and City 1"]
