"""The table of recovery says what was fitted, and what simulated panels say of it."""

import pandas as pd

from guantian.chapters.spillovers.tables_recovery import recovery_table
from regiometrics.spatial import monte_carlo, monte_carlo_gmm


def test_rows_say_what_was_fitted():
    size = {"n": 25, "T": 5, "seed": 1}
    specs = [{"model": "sar"}, {"model": "sdm", "effects": "unit", "bias_correction": None}]
    result = pd.concat(
        [
            monte_carlo(specs, 2, **size).assign(estimator="QML"),
            monte_carlo_gmm([{"model": "sar"}], 2, **size).assign(estimator="2SLS/GMM"),
        ],
        ignore_index=True,
    )
    body = recovery_table(result, **size).body
    assert len(body) == len(result)
    assert list(body["Estimator"].unique()) == [
        "QML, SAR, effects twoway, correction lee-yu",
        "QML, SDM, effects unit, correction none",
        "2SLS/GMM, SAR, effects twoway",
    ]
