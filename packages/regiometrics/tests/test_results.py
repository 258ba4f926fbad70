"""One protocol of results: every fitted model gives the same things in the same form."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence import (
    beta_convergence,
    beta_trend,
    log_t_test,
    newey_west_trend,
    weak_sigma_test,
)
from regiometrics.counterfactuals import effect_with_error
from regiometrics.errors import PanelError
from regiometrics.gravity import FlowGrid, poisson, tobit
from regiometrics.inference import (
    GLANCE,
    TIDY,
    Inference,
    Result,
    SlopeInference,
    error_behind,
    implied_error,
    inference_row,
    minimum_detectable_effect,
)
from regiometrics.panel import (
    BiasCorrectedLSDV,
    DynamicPanelGMM,
    HalfPanelJackknife,
    wild_cluster_bootstrap,
)
from regiometrics.panel.mean_group import mean_group
from regiometrics.spatial import (
    SeveralLags,
    Spatial2SLS,
    SpatialPanel,
    rook_lattice,
    simulate_panel,
)

YEARS = pd.RangeIndex(2000, 2012, name="year")
SPATIAL = simulate_panel(n=25, T=6, model="sdm", effects="twoway", rho=0.3, seed=1)


def growing():
    rng = np.random.default_rng(0)
    steps = rng.normal(0.08, 0.02, (len(YEARS), 8)).cumsum(axis=0)
    return pd.DataFrame(np.exp(9 + rng.normal(size=8) + steps), YEARS, list("abcdefgh"))


def dynamic():
    rng = np.random.default_rng(1)
    y = np.zeros((40, 8))
    for year in range(1, 8):
        y[:, year] = 0.4 * y[:, year - 1] + rng.normal(size=40)
    index = pd.MultiIndex.from_product([range(40), range(8)], names=["unit", "year"])
    return pd.Series(y.ravel(), index, name="y"), pd.DataFrame(
        {"x": rng.normal(size=len(index))}, index
    )


def flows():
    rng = np.random.default_rng(2)
    distance = rng.uniform(1, 3, (12, 12))
    distance = (distance + distance.T) / 2
    flow = np.exp(2 - distance + rng.normal(0, 0.3, (12, 12))) * ~np.eye(12, dtype=bool)
    listed = flow > 0.6
    codes = [f"c{place:02}" for place in range(12)]
    return FlowGrid(codes, np.where(listed, flow, 0), listed, {"log_distance": distance})


def wild():
    rng = np.random.default_rng(3)
    groups = np.repeat(range(8), 10)
    X = np.column_stack([np.ones(80), rng.normal(size=80)])
    return wild_cluster_bootstrap(X[:, 1] + rng.normal(size=80), X, groups, 1, draws=99, seed=0)


def beta(method):
    pytest.importorskip("statsmodels")
    pytest.importorskip("linearmodels")
    return beta_convergence(growing(), method)


def effect():
    outcomes = np.random.default_rng(4).normal(size=(20, 12)).cumsum(axis=1)
    treated = np.arange(20) < 2
    return effect_with_error(outcomes, treated, ~treated, 8, draws=30)


def several():
    far = rook_lattice(5, 5)
    far = far @ far
    far.setdiag(0)
    far.eliminate_zeros()
    far = far.multiply(1 / far.sum(axis=1)[:, None]).tocsr()
    return SeveralLags(SPATIAL.dependent, SPATIAL.exog, {"near": SPATIAL.weights, "far": far}).fit()


MODELS = {
    "SeveralLags": several,
    "beta trend": lambda: beta_trend(growing(), span=5),
    "effect with error": effect,
    "weak sigma": lambda: weak_sigma_test(np.log(growing())),
    "SpatialPanel": lambda: SpatialPanel(SPATIAL.dependent, SPATIAL.exog, SPATIAL.weights).fit(),
    "Spatial2SLS": lambda: Spatial2SLS(SPATIAL.dependent, SPATIAL.exog, SPATIAL.weights).fit(),
    "DynamicPanelGMM": lambda: DynamicPanelGMM(*dynamic()).fit(),
    "HalfPanelJackknife": lambda: HalfPanelJackknife(*dynamic()).fit(),
    "BiasCorrectedLSDV": lambda: BiasCorrectedLSDV(*dynamic()).fit(draws=20, seed=0),
    "beta, cross-section": lambda: beta("cross-section"),
    "beta, two-way": lambda: beta("two-way"),
    "log t": lambda: log_t_test(np.log(growing())),
    "trend": lambda: newey_west_trend(growing()["a"]),
    "Poisson": lambda: poisson(flows(), ["log_distance"]),
    "Poisson, dyadic": lambda: poisson(flows(), ["log_distance"]).with_covariance("dyadic"),
    "tobit": lambda: tobit(flows(), ["log_distance"]),
    "wild bootstrap": wild,
    "mean group": lambda: mean_group(SPATIAL.dependent, SPATIAL.exog, factors=False),
}


@cache
def fitted(name):
    return MODELS[name]()


@pytest.fixture(params=MODELS)
def result(request):
    return fitted(request.param)


def test_it_satisfies_the_protocol(result):
    assert isinstance(result, Result)


def test_the_parts_have_the_same_labels(result):
    labels = result.params.index
    assert labels.is_unique and len(labels) > 0
    for part in (result.std_errors, result.tstats, result.pvalues, result.conf_int()):
        assert part.index.equals(labels)
    assert result.cov.index.equals(labels) and result.cov.columns.equals(labels)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_tidy_says_what_the_parts_say(result, level):
    table, interval = result.tidy(level), result.conf_int(level)
    assert tuple(table.columns) == TIDY
    assert table["term"].tolist() == result.params.index.tolist()
    for column, part in {
        "estimate": result.params,
        "std_error": result.std_errors,
        "statistic": result.tstats,
        "p_value": result.pvalues,
        "conf_low": interval["lower"],
        "conf_high": interval["upper"],
    }.items():
        np.testing.assert_array_equal(table[column], part)
        assert table[column].dtype == float


def test_errors_are_the_roots_of_the_covariance(result):
    # The square of a root differs from the number by rounding.
    np.testing.assert_allclose(result.std_errors**2, np.diag(result.cov), rtol=1e-12)
    assert (result.std_errors > 0).all()


def test_intervals_hold_the_estimate_and_widen_with_the_level(result):
    narrow, wide = result.conf_int(0.8), result.conf_int(0.99)
    assert (wide["lower"] <= narrow["lower"]).all() and (narrow["upper"] <= wide["upper"]).all()
    assert (narrow["lower"] <= result.params).all() and (result.params <= narrow["upper"]).all()


def test_p_values_are_probabilities_that_agree_with_the_intervals(result):
    assert result.pvalues.between(0, 1).all()
    if type(result).__name__ in ("LogTResult", "WeakSigmaResult", "WildBootstrapResult"):
        return  # a one-sided test; a bootstrap whose p-value is a share of draws
    zero_outside = (result.conf_int(0.95)["lower"] > 0) | (result.conf_int(0.95)["upper"] < 0)
    assert ((result.pvalues < 0.05) == zero_outside).all()


def test_glance_is_one_row_of_known_columns(result):
    row = result.glance()
    assert len(row) == 1
    assert list(row.columns) == [name for name in GLANCE if name in row.columns]
    assert {"n_obs", "n_units", "n_periods", "n_clusters", "n_treated"} & set(row.columns)


@pytest.mark.parametrize("level", [0, 1, 5, 95, -0.1, float("nan"), "0.95", None])
def test_a_level_in_per_cent_is_refused(result, level):
    for method in (result.conf_int, result.tidy):
        with pytest.raises(PanelError, match="expected a number between 0 and 1"):
            method(level)


@pytest.mark.parametrize(
    "call",
    [
        lambda level: inference_row(1.0, 0.5, level),
        lambda level: minimum_detectable_effect(1.0, confidence=level),
        lambda level: minimum_detectable_effect(1.0, confidence=0.95, power=level),
        lambda level: implied_error(0.0, 1.0, level),
        lambda level: error_behind(inference_row(1.0, 0.5, 0.95), level),
    ],
)
def test_functions_refuse_it_too(call):
    with pytest.raises(PanelError, match="The level is 95; expected a number between 0 and 1"):
        call(95)


def test_rows_of_models_stack():
    table = pd.concat({name: fitted(name).tidy() for name in MODELS}, names=["model"])
    assert tuple(table.columns) == TIDY
    assert table.index.get_level_values("model").unique().tolist() == list(MODELS)


def test_every_result_class_is_tried():
    """A class that inherits the protocol and is missing above would go untested."""

    def classes(base):
        for one in base.__subclasses__():
            yield one
            yield from classes(one)

    ours = {one for one in classes(Inference) if one.__module__.startswith("regiometrics.")}
    bases = {base for one in ours for base in one.__mro__[1:]}
    assert ours - bases - {SlopeInference} == {type(fitted(name)) for name in MODELS}
