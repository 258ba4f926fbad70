"""Tests whose size is off are calibrated by placebos; those that hold it are left as they are."""

import numpy as np
import pytest

from guantian.calibration import CALIBRATED, Placebos, calibrated_row, crossed_size, zone_row


def placebos(scale, draws=4000, seed=1):
    """Estimates with a true standard deviation of one and errors that say `scale`."""
    drawn = np.random.default_rng(seed).standard_normal(draws)
    return Placebos(drawn, np.full(draws, scale))


def test_a_method_that_holds_its_size_keeps_its_t():
    row = calibrated_row(2.1, 1.0, 1000, placebos(1.0), "robust", 0.95)
    assert row["cov_type"] == "robust"
    assert row["p_value"] == pytest.approx(0.036, abs=0.002)  # of t with 1000 degrees
    # 4000 draws of a true 5% test: Monte Carlo standard error 0.0034.
    assert row["size_at_5pct"] == pytest.approx(0.05, abs=0.011)
    assert row["expected_std_error"] == pytest.approx(1.0, abs=0.04)
    assert "benchmark" not in row


def test_a_method_that_rejects_too_often_is_calibrated():
    """Errors of one half reject 33% of true nulls; the calibrated test rejects 5%."""
    drawn = placebos(0.5)
    assert drawn.size(1000) == pytest.approx(0.327, abs=0.025)
    row = calibrated_row(2.1, 0.5, 1000, drawn, "robust", 0.95)
    assert row["cov_type"] == "robust" + CALIBRATED
    assert row["p_value"] == pytest.approx(0.036, abs=0.012)
    assert row["conf_high"] - row["estimate"] == pytest.approx(1.96, abs=0.1)
    assert row["size_at_5pct"] == pytest.approx(0.05, abs=0.015)


def test_p_is_against_the_benchmark():
    row = calibrated_row(10.0, 1.0, 1000, placebos(1.0), "robust", 0.95, benchmark=9.9)
    assert row["estimate"] == 10.0
    assert row["p_value"] == pytest.approx(0.92, abs=0.01)
    assert row["benchmark"] == 9.9
    assert row["conf_low"] < 9.9 < row["conf_high"]


def test_calibrated_p_is_never_zero():
    row = calibrated_row(50.0, 0.5, 1000, placebos(0.5, draws=99), "robust", 0.95)
    assert row["p_value"] == pytest.approx(0.01)


def test_a_zone_is_tested_against_the_benchmark_and_not_against_others():
    """A zone at the mean of its placebos may still differ from the reference value."""
    values = np.random.default_rng(2).normal(10.0, 1.0, 2000)
    members = np.arange(14_000).reshape(2000, 7)
    row = zone_row(10.0, values, members, 0.95, benchmark=5.0)
    assert row["p_value"] == pytest.approx(1 / 2001)
    assert row["std_error"] == pytest.approx(1.0, abs=0.05)
    assert row["conf_low"] == pytest.approx(8.04, abs=0.15)
    assert 900 < min(row["rank"], 2001 - row["rank"]) <= 1001


def test_too_few_placebo_zones_give_no_row():
    members = np.arange(210).reshape(30, 7)
    assert zone_row(1.0, np.linspace(0, 1, 30), members, 0.95) == {}
    assert zone_row(np.nan, np.linspace(0, 1, 30), members, 0.95) == {}


def test_the_crossed_size_is_measured_on_other_draws():
    statistics = np.abs(np.random.default_rng(3).standard_normal(20_000))
    assert crossed_size(statistics) == pytest.approx(0.05, abs=0.005)
    shifted = statistics.copy()
    shifted[::2] += 10  # one half never sets a limit that the other half reaches
    assert crossed_size(shifted) == pytest.approx(0.5, abs=0.01)
