"""What a part's verdict would be with another estimate in its place."""

import pytest

from guantian.claims import verdict_in_place
from guantian.estimates import tidy

ROWS = tidy(
    [{"spec": "base0", "p_value": 0.2}, {"spec": "base1", "p_value": 0.03}],
    analysis="plan",
    sample="zone",
    outcome="gdp",
    term="effect",
)
PARTS = [
    {"estimate": {"spec": "base0", "outcome": "gdp"}, "direction": "positive", "matters": 0.05},
    {"estimate": {"spec": "base1", "outcome": "gdp"}, "direction": "negative", "matters": 0.05},
]


def judged(spec, **row):
    return verdict_in_place(PARTS, ROWS, {"spec": spec}, row, 0.05)


def test_the_interval_decides_against_the_parts_own_size():
    found = judged("base0", conf_low=-0.1, conf_high=0.04, p_value=0.2)
    assert found == {"word": "not supported", "matters": 0.05, "end": 0.04}
    assert judged("base0", conf_low=-0.1, conf_high=0.06, p_value=0.2)["word"] == "inconclusive"


def test_the_end_is_on_the_claimed_side():
    found = judged("base1", conf_low=-0.04, conf_high=0.1, p_value=0.5)
    assert (found["word"], found["end"]) == ("not supported", -0.04)


def test_p_is_adjusted_within_the_family():
    """0.02 stands as the smaller of two (0.04); 0.03 is doubled by the other part's 0.03."""
    up = {"conf_low": 0.01, "conf_high": 0.1}
    assert judged("base0", **up, p_value=0.02)["word"] == "supported"
    assert judged("base0", **up, p_value=0.03)["word"] == "inconclusive"


def test_a_place_that_no_part_has_is_an_error():
    with pytest.raises(ValueError, match="0 parts stand at"):
        judged("base2", conf_low=0, conf_high=1, p_value=0.5)
