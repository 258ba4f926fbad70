"""Growth over the whole span on the initial level, with spillovers: one cross-section of cities."""

from __future__ import annotations

import warnings

import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case
from guantian.spatial_rows import NO_ESTIMATE, comparison_rows, fit_rows, fitted
from regiometrics.spatial import SpatialPanel, moran_test
from regiometrics.spatial.comparison import select_model
from regiometrics.spatial.errors import DisconnectedWeightsWarning
from regiometrics.weights.weights import Weights

MODELS = ("slx", "sar", "sem", "sdm")


def growth_models(case: Case, weights: Weights, confidence: float) -> tuple[list[dict], list[dict]]:
    """Fit spatial lag, error and Durbin models of mean annual growth on the initial level.

    Parameters
    ----------
    case
        Cities with a neighbour each.
    weights
        Of these cities, row-standardised.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Rows of ``growth_cross_section`` by model (``method``), with coefficients and impacts, and
        Moran's I of the residuals of least squares (term ``residual_moran``).
    tests
        Tests between models.

    Notes
    -----
    g_i = rho W g + a + b ln y_i0 + theta W ln y_0 + u, u = lambda W u + e, by exact maximum
    likelihood with sandwich errors: the panel model with one period and no effects (Elhorst 2014;
    LeSage and Pace 2009). Without city effects there is no Nickell bias.
    """
    growth, exog = _design(case)
    common = {**case.key, "weights": weights.name, "n_periods": 1, "n_obs": len(growth)}
    common["analysis"] = "growth_cross_section"
    estimated, tested = [], []
    with warnings.catch_warnings():  # an archipelago is no fault of the data
        warnings.simplefilter("ignore", DisconnectedWeightsWarning)
        for model in MODELS:
            panel = SpatialPanel(growth, exog, weights, model=model, effects="none")
            rows = fitted(
                lambda panel=panel: fit_rows(
                    panel.fit(bias_correction=None, cov_type="qml"), confidence
                )
            )
            how = {
                "method": model,
                "estimator": f"{model.upper()}, maximum likelihood, cross-section",
                "cov_type": "QML sandwich",
            }
            estimated += [{**common, **how, **row} for row in rows]
        moran = moran_test(growth, exog, weights, effects="none")
        estimated.append(
            {
                **common,
                "term": "residual_moran",
                "estimate": moran["statistic"],
                "statistic": moran["z"],
                "p_value": moran["p_value"],
                "estimator": "Moran's I of the residuals of least squares",
            }
        )
        try:
            table = select_model(growth, exog, weights, effects="none", bias_correction=None)
            tested += [{**common, **row} for row in comparison_rows(table)]
        except NO_ESTIMATE as error:
            tested.append({**common, "term": "none", "note": str(error)})
    return estimated, tested


def _design(case: Case) -> tuple[pd.Series, pd.DataFrame]:
    logs = case.logs
    span = logs.index[-1] - logs.index[0]
    index = pd.MultiIndex.from_product(
        [logs.columns, [logs.index[-1]]], names=["city_code", "year"]
    )
    growth = ((logs.iloc[-1] - logs.iloc[0]) / span).to_numpy()
    initial = logs.iloc[0].to_numpy()
    return (
        pd.Series(growth, index, name="growth"),
        pd.DataFrame({"initial": initial}, index),
    )
