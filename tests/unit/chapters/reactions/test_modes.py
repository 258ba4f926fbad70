"""Modes: the rule covers everything, draws are a distribution, deviations are recovered."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.reactions.estimate.modes import (
    Estimated,
    classify,
    deviation_draws,
    mode_table,
    year_blocks,
)
from guantian.chapters.reactions.estimate.names import MODES


def test_every_case_has_one_mode():
    slopes, spill = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 21))
    for alike in (True, False):
        kinds = classify(slopes, spill, np.array(alike), 0.1)
        assert set(np.unique(kinds)) <= set(range(len(MODES)))
        assert (kinds[np.abs(slopes) <= 0.1] == 3).all()
        assert (kinds[slopes < -0.1] == 1).all()
        assert (kinds[(slopes > 0.1) & (spill > 0)] == 2).all()
        rest = kinds[(slopes > 0.1) & (spill <= 0)]
        assert (rest == (0 if alike else 1)).all()


def test_blocks_are_runs_of_years():
    blocks = year_blocks(10, 3, 50, np.random.default_rng(1))
    assert blocks.shape == (50, 10)
    assert blocks.min() >= 0
    assert blocks.max() <= 9
    assert (np.diff(blocks[:, :3], axis=1) == 1).all()


def test_slopes_that_do_not_differ_are_shrunk_and_those_that_do_are_kept():
    rng = np.random.default_rng(2)
    lags = rng.normal(size=(100, 40))
    noise = rng.normal(size=lags.shape)
    equal, _, little = deviation_draws(0.3 * lags + noise, lags, 3, 200, rng)
    spread = np.linspace(-0.8, 0.8, 100)
    unequal, drawn, much = deviation_draws(
        (0.3 + spread)[:, None] * lags + noise, lags, 3, 200, rng
    )
    assert np.abs(equal).mean() < 0.08
    assert little < 0.12 < much
    assert np.corrcoef(unequal, spread)[0, 1] > 0.9
    assert drawn.shape == (200, 100)


def table(slope, spillover, error, similarity=0.9):
    sides = ["inside", "across"]
    estimated = Estimated(
        pd.Series(slope, sides), pd.Series(error, sides),
        pd.Series(spillover, sides), pd.Series(error, sides),
    )  # fmt: skip
    pairs = pd.DataFrame(
        {
            "code_a": ["a"], "code_b": ["b"], "same_province": [0], "adjacent": [1],
            "similarity": [similarity],
        }
    )  # fmt: skip
    return mode_table(
        estimated, ["a", "b"], np.zeros((500, 2)), np.array([1.0, 0.5]),
        np.array([similarity, similarity]), pairs, 0.8, 0.1, 0.95, np.random.default_rng(1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("slope", "spillover", "similarity", "mode"),
    [
        (0.5, -1.0, 0.9, "confrontational"),
        (0.5, -1.0, 0.5, "differentiated"),
        (0.5, 1.0, 0.9, "cooperative"),
        (-0.5, 1.0, 0.9, "differentiated"),
        (0.0, 1.0, 0.9, "no_response"),
    ],
)
def test_certain_estimates_give_certain_modes(slope, spillover, similarity, mode):
    cities, pairs = table([slope] * 2, [spillover] * 2, [0.001] * 2, similarity)
    assert cities["mode"].tolist() == [mode, mode]
    assert pairs["mode"].tolist() == [mode]
    assert cities["probability"].min() == 1.0


def test_uncertain_estimates_spread_over_modes_and_sides_differ():
    cities, pairs = table([0.5, -0.5], [0.2, 0.2], [0.1, 0.1])
    assert cities[list(MODES)].sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert pairs["mode"].tolist() == ["differentiated"]  # across, where the slope is negative
    assert 0.9 < cities.loc[0, "probability"] < 1.0
    assert cities.loc[0, "slope_low"] < 0.5 < cities.loc[0, "slope_high"]
