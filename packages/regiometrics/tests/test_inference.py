"""The tidy row of an estimate and its error."""

import numpy as np
import pytest
from scipy import stats

from regiometrics.inference import inference_row


@pytest.mark.parametrize("df", [1, 6, 200.5, np.inf])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_it_is_what_the_distribution_says(df, confidence):
    law = stats.norm(-0.3, 0.2) if np.isinf(df) else stats.t(df, -0.3, 0.2)
    row = inference_row(-0.3, 0.2, confidence, df)
    assert row["statistic"] == pytest.approx(-1.5)
    # Rounding only: the same functions are behind scipy's distributions.
    assert row["p_value"] == pytest.approx(2 * law.sf(0), rel=1e-12)
    low, high = law.interval(confidence)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high), rel=1e-12)


def test_it_tests_against_the_value_given():
    row = inference_row(0.7, 0.2, 0.95, null=1.0)
    assert row["estimate"] == 0.7
    assert row["statistic"] == pytest.approx(-1.5)
    assert row["conf_low"] < 0.7 < row["conf_high"]  # around the estimate, not the null


@pytest.mark.parametrize("error", [0.0, np.nan])
def test_without_an_error_there_is_no_statistic(error):
    row = inference_row(0.7, error, 0.95, 6)
    assert np.isnan(row["statistic"]) and np.isnan(row["p_value"])
