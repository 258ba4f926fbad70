"""Tests whose size is off are calibrated by placebos; those that hold it are left as they are."""

import numpy as np
import pytest

from guantian.placebo_inference import Placebos, calibrated_size, placebo_test, zone_row


def placebos(scale, draws=4000, seed=1):
    """Estimates with a true standard deviation of one and errors that say `scale`."""
    drawn = np.random.default_rng(seed).standard_normal(draws)
    return Placebos(drawn, np.full(draws, scale))


def row(estimate, error, df):
    return {"estimate": estimate, "std_error": error, "df": df, "cov_type": "robust"}


def test_a_method_that_holds_its_size_keeps_its_t():
    found = placebo_test(row(2.1, 1.0, 1000), placebos(1.0), 0.95)
    assert found["cov_type"] == "robust"
    assert found["p_value"] == pytest.approx(0.036, abs=0.002)  # of t with 1000 degrees
    # 4000 draws of a true 5% test: Monte Carlo standard error 0.0034.
    assert found["size_at_5pct"] == pytest.approx(0.05, abs=0.011)
    assert found["expected_std_error"] == pytest.approx(1.0, abs=0.04)
    assert "benchmark" not in found


def test_a_method_that_rejects_too_often_is_calibrated():
    """Errors of one half reject 33% of true nulls; the calibrated test rejects 5%."""
    drawn = placebos(0.5)
    assert (np.abs(drawn.ratios) > 1.96).mean() == pytest.approx(0.327, abs=0.025)
    found = placebo_test(row(2.1, 0.5, 1000), drawn, 0.95)
    assert found["cov_type"] == "robust, calibrated by placebos"
    assert found["p_value"] == pytest.approx(0.036, abs=0.012)
    assert found["conf_high"] - found["estimate"] == pytest.approx(1.96, abs=0.1)
    assert found["size_at_5pct"] == pytest.approx(0.05, abs=0.015)
    assert found["std_error"] == pytest.approx(1.0, abs=0.05)  # the error is scaled


def test_p_is_against_the_benchmark():
    found = placebo_test(row(10.0, 1.0, 1000), placebos(1.0), 0.95, benchmark=9.9)
    assert found["estimate"] == 10.0
    assert found["p_value"] == pytest.approx(0.92, abs=0.01)
    assert found["benchmark"] == 9.9
    assert found["conf_low"] < 9.9 < found["conf_high"]


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


def test_the_calibrated_size_is_measured_on_other_draws():
    statistics = np.abs(np.random.default_rng(3).standard_normal(20_000))
    assert calibrated_size(statistics) == pytest.approx(0.05, abs=0.005)
    shifted = statistics.copy()
    shifted[::2] += 10  # one half never sets a limit that the other half reaches
    assert calibrated_size(shifted) == pytest.approx(0.5, abs=0.01)
