"""A confidence in per cent is refused by every public function that takes one."""

import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import pytest

import regiometrics
from regiometrics import (
    convergence,
    distribution,
    gravity,
    inference,
    placebo,
    spatial,
)

#: Names of parameters that are levels, between zero and one.
LEVELS = {"confidence", "level", "alpha", "power", "rate"}
#: Functions in which such a name means something else.
OTHER = {"generalised_entropy", "inverse_distance_weights", "nash_bargain", "travel_time_weights"}
#: Functions that are tried in the tests of their own package.
TRIED = {"conformal_test", "detectable_slope", "prediction_intervals", "sensitivity"}
PANEL = pd.DataFrame(
    np.exp(9 + np.random.default_rng(0).normal(0.05, 0.02, (12, 8)).cumsum(axis=0)),
    index=range(2000, 2012),
)
LINE = np.diag(np.ones(7), 1) + np.diag(np.ones(7), -1)
ROW = inference.inference_row(1.0, 0.5, 0.95)


def grid():
    rng = np.random.default_rng(1)
    flow = rng.uniform(1, 2, (6, 6)) * ~np.eye(6, dtype=bool)
    near = rng.uniform(1, 2, (6, 6))
    names = {"log_distance": near, "adjacent": near > 1.5, "same_province": near > 1.2}
    return gravity.FlowGrid([f"c{i}" for i in range(6)], flow, flow > 0, names)


DATA = spatial.simulate_panel(n=25, T=5, seed=0)


def fitted():
    return spatial.SpatialPanel(DATA.dependent, DATA.exog, DATA.weights).fit()


def weights():
    from regiometrics.weights import Weights

    return Weights(LINE, range(8)).standardise()


#: A call with the level as its argument, by function and parameter.
CALLS = {
    ("inference_row", "confidence"): lambda x: inference.inference_row(1.0, 0.5, x),
    ("minimum_detectable_effect", "confidence"): lambda x: inference.minimum_detectable_effect(
        1.0, confidence=x
    ),
    ("minimum_detectable_effect", "power"): lambda x: inference.minimum_detectable_effect(
        1.0, confidence=0.95, power=x
    ),
    ("implied_error", "confidence"): lambda x: inference.implied_error(0.0, 1.0, x),
    ("error_behind", "confidence"): lambda x: inference.error_behind(ROW, x),
    ("beta_convergence", "confidence"): lambda x: convergence.beta_convergence(PANEL, confidence=x),
    ("beta_trend", "confidence"): lambda x: convergence.beta_trend(PANEL, 5, x),
    ("sigma_convergence", "confidence"): lambda x: convergence.sigma_convergence(PANEL, x),
    ("pitman_morgan", "confidence"): lambda x: convergence.pitman_morgan(
        PANEL.loc[2000], PANEL.loc[2011], x
    ),
    ("rank_size", "confidence"): lambda x: gravity.rank_size([1.0, 2.0, 3.0], x),
    ("zone_pairs", "confidence"): lambda x: gravity.zone_pairs(
        grid(), [0, 1, 2], np.ones((3, 3)), np.array([[3, 4, 5]]), np.ones((1, 3, 3)), x
    ),
    ("rank_row", "confidence"): lambda x: placebo.rank_row(
        placebo.placebo_rank(1.0, [0.0, 2.0]), [0.0, 2.0], x
    ),
    ("bootstrap_chain", "confidence"): lambda x: distribution.bootstrap_chain(
        distribution.classify(PANEL, 2), distribution.mobility, draws=9, confidence=x
    ),
    ("local_moran", "rate"): lambda x: distribution.local_moran(
        PANEL.iloc[0], weights(), permutations=9, rate=x
    ),
    ("lisa_by_period", "rate"): lambda x: distribution.lisa_by_period(
        PANEL.iloc[:2], weights(), permutations=9, rate=x
    ),
    ("monte_carlo", "level"): lambda x: spatial.monte_carlo([{"model": "sar"}], 1, n=9, level=x),
    ("monte_carlo_gmm", "level"): lambda x: spatial.monte_carlo_gmm(
        [{"model": "sar"}], 1, n=9, level=x
    ),
    ("select_model", "level"): lambda x: spatial.select_model(
        DATA.dependent, DATA.exog, DATA.weights, level=x
    ),
    ("impacts", "level"): lambda x: fitted().impacts(level=x),
    ("profile_interval", "level"): lambda x: fitted().profile_interval("x1", x),
}


REFUSED = (95, 5, 1, 0, -0.1, float("nan"), "0.95", None)


@pytest.mark.parametrize("level", REFUSED)
@pytest.mark.parametrize("name", CALLS)
def test_it_is_refused_with_a_sentence(name, level):
    if name[0] == "beta_convergence":
        pytest.importorskip("statsmodels")
    with pytest.raises(ValueError, match=r"0 and 1|zero and one|above 0 and below 1"):
        CALLS[name](level)


def test_every_public_function_with_a_level_is_tried():
    """The methods of results are tried in test_results.py."""
    packages = [
        name for _, name, is_package in pkgutil.iter_modules(regiometrics.__path__) if is_package
    ]
    found = set()
    for module in map(importlib.import_module, (f"regiometrics.{name}" for name in packages)):
        for public in module.__all__:
            thing = getattr(module, public)
            if inspect.isfunction(thing) and public not in OTHER | TRIED:
                parameters = LEVELS & set(inspect.signature(thing).parameters)
                found |= {(public, parameter) for parameter in parameters}
    assert found <= set(CALLS)
