"""What is given wrongly to models and tests is refused with a sentence that names it."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import DuplicateObservationError, PanelError
from regiometrics.spatial import Spatial2SLS, SpatialPanel, lm_tests, moran_test, simulate_panel
from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError

DATA = simulate_panel(25, 6, seed=1)
y, X, W = DATA.dependent, DATA.exog, DATA.weights
NONE = X[[]]
TWICE = pd.concat([X, X.iloc[:1]])
RENAMED = {name: X.rename(columns={"x2": name}) for name in ("rho", "lambda", "W.x1", "W.W.x1")}


@pytest.mark.parametrize("model", [SpatialPanel, Spatial2SLS])
@pytest.mark.parametrize("name", ["rho", "lambda"])
def test_regressors_called_like_an_estimate_are_refused(model, name):
    with pytest.raises(SpecificationError, match=f"called '{name}', as an estimate"):
        model(y, RENAMED[name], W)


@pytest.mark.parametrize("name", ["W.x1", "W.W.x1"])
def test_regressors_called_like_an_instrument_are_refused(name):
    with pytest.raises(SpecificationError, match=f"called '{name}', as a lag that the model"):
        Spatial2SLS(y, RENAMED[name], W)


def test_lags_that_share_a_name_are_refused():
    with pytest.raises(SpecificationError, match=r"called 'L\.x1', as a lag"):
        Spatial2SLS(y, X.rename(columns={"x2": "L.x1"}), W, dynamic="time")
    with pytest.raises(SpecificationError, match=r"Two lags that the model makes are .* 'W\.y'"):
        Spatial2SLS(y, X.rename(columns={"x2": "y"}), W)
    with pytest.raises(SpecificationError, match=r"called 'rho\.a', as a lag"):
        Spatial2SLS(y, X.rename(columns={"x2": "rho.a"}), {"a": W, "b": W.T})


def test_names_that_share_nothing_pass():
    """In SLX without lags a regressor may be called W.x1: it is another's lag, given by hand."""
    by_hand = X.rename(columns={"x2": "W.x1"})
    result = SpatialPanel(y, by_hand, W, model="slx", durbin=False).fit()
    assert list(result.params.index) == ["x1", "W.x1"]
    assert result.rho is None
    options = {"durbin": True, "dynamic": "space-time", "effects": "unit"}
    names = Spatial2SLS(y, X, W, **options).fit().params.index
    assert names.is_unique and "W.x2" in names


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((X, X), "outcome is a DataFrame; expected a pandas Series"),
        ((y, None), "regressors are a NoneType; expected a pandas DataFrame"),
        ((y, X.to_numpy()), "regressors are a ndarray; expected a pandas DataFrame"),
        ((y.reset_index(drop=True), X), "index of the outcome has 1 level"),
        ((y, TWICE), "Unit 0 has more than one row in period 0 of the regressors"),
    ],
)
@pytest.mark.parametrize(
    "use",
    [
        SpatialPanel,
        lambda *given: SpatialPanel(*given, model="slx"),
        Spatial2SLS,
        lm_tests,
    ],
)
def test_what_is_no_panel_is_said_to_be_none(use, arguments, says):
    with pytest.raises(PanelError, match=says):
        use(*arguments, W)


def test_rows_that_are_twice_in_both_are_refused():
    twice = pd.concat([y, y.iloc[:1]])
    for model in ("slx", "sdm"):
        with pytest.raises(DuplicateObservationError):
            SpatialPanel(twice, TWICE, W, model=model)
        with pytest.raises(DuplicateObservationError):  # one index, not two that are equal
            SpatialPanel(twice, TWICE.set_index(twice.index), W, model=model)


@pytest.mark.parametrize(
    ("durbin", "lagged"),
    [(None, 2), (True, 2), (False, 0), ([], 0), ("x1", 1), (["x2"], 1), (("x1", "x2"), 2)],
)
def test_durbin_is_all_none_or_these(durbin, lagged):
    names = SpatialPanel(y, X, W, durbin=durbin).fit().params.index
    assert sum(name.startswith("W.") for name in names) == lagged
    if durbin is not None:  # the default of instruments is none
        names = Spatial2SLS(y, X, W, durbin=durbin).fit().params.index
        assert sum(name.startswith("W.") for name in names) == lagged
    else:
        assert "W.x1" not in Spatial2SLS(y, X, W, durbin=None).fit().params.index


@pytest.mark.parametrize("model", [SpatialPanel, Spatial2SLS])
def test_durbin_that_is_neither_is_refused(model):
    with pytest.raises(SpecificationError, match="durbin is 3; expected True, False, None"):
        model(y, X, W, durbin=3)
    with pytest.raises(SpecificationError, match="durbin names 'x1' more than once"):
        model(y, X, W, durbin=["x1", "x1"])


def test_durbin_needs_a_model_that_lags_regressors():
    assert SpatialPanel(y, X, W, model="sar", durbin=False).design.lagged == ()
    with pytest.raises(SpecificationError, match="'sar', which lags no regressor"):
        SpatialPanel(y, X, W, model="sar", durbin=True)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway", "random"])
def test_an_outcome_that_does_not_vary_is_refused(effects):
    with pytest.raises(SpecificationError, match="Outcome 'y' does not vary"):
        SpatialPanel(y * 0, X, W, effects=effects)


def test_an_outcome_of_effects_alone_is_refused():
    fixed = pd.Series(np.repeat(np.arange(25) / 7, 6), index=y.index, name="y")
    with pytest.raises(SpecificationError, match="once unit effects are taken out"):
        SpatialPanel(fixed, X, W, effects="unit")
    assert SpatialPanel(fixed, X, W, effects="time").design.outcome == "y"


def test_every_effect_counts_as_a_parameter():
    """Two periods of four units: two-way effects leave three observations."""
    small = simulate_panel(4, 2, "sar", beta=(1.0,), theta=(0.0,), effects="none")
    with pytest.raises(UnsupportedPanelError, match="8 observed outcomes for 1 regressors and two"):
        SpatialPanel(small.dependent, small.exog, small.weights, model="sar")


def test_options_of_fits_and_results():
    with pytest.raises(SpecificationError, match="logdet is 'foo'"):
        SpatialPanel(y, X, W, model="slx").fit(logdet="foo")
    for result in (SpatialPanel(y, X, W).fit(), Spatial2SLS(y, X, W).fit()):
        with pytest.raises(SpecificationError, match="draws is 0; expected a whole number, 2 or"):
            result.impacts("simulation", draws=0)
    with pytest.raises(SpecificationError, match="level is 95; expected a number between 0 and 1"):
        Spatial2SLS(y, X, W).fit().anderson_rubin(95)
    with pytest.raises(PanelError, match="clusters are a ndarray; expected unit, time"):
        Spatial2SLS(y, X, W).fit(clusters=np.arange(25))
    labels = pd.Series(0, index=[*range(24), 23])
    with pytest.raises(PanelError, match="two labels for unit 23"):
        Spatial2SLS(y, X, W).fit(clusters=labels)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_tests_without_regressors(effects):
    """They are those of a regressor that explains nothing: one clear of y and of its lag."""
    table = lm_tests(y, NONE, W, effects)
    assert table.loc[["lm_lag", "lm_error"], "statistic"].notna().all()
    assert table.loc["lm_lag", "statistic"] == pytest.approx(table.loc["lm_error", "statistic"])
    assert np.isfinite(moran_test(y, NONE, W, effects)["z"])
    with pytest.raises(SpecificationError, match="0 instruments for 1 instrumented"):
        Spatial2SLS(y, NONE, W, effects=effects)
    outside = Spatial2SLS(y, NONE, W, effects=effects, instruments=X).fit()
    assert np.isfinite(outside.params["rho"])
    if effects != "none":
        with pytest.raises(SpecificationError, match="neither regressors nor lags"):
            Spatial2SLS(y, NONE, W, effects=effects, lag=False)


@pytest.mark.parametrize("effects", ["twoway", "unit", "random", "none"])
def test_results_survive_copies(effects):
    result = SpatialPanel(y, X, W, model="sac", effects=effects).fit()
    result.impacts()
    for other in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        pd.testing.assert_series_equal(other.params, result.params)
        pd.testing.assert_frame_equal(other.impacts(), result.impacts())
    linear = Spatial2SLS(y, X, W).fit()
    pd.testing.assert_frame_equal(copy.deepcopy(linear).impacts(), linear.impacts())


@pytest.mark.parametrize("groups", [2, 4])
@pytest.mark.filterwarnings("ignore::regiometrics.spatial.errors.FewClustersWarning")
def test_no_more_clusters_than_instruments(groups):
    """The statistic would be their number, whatever the data; the summary remains."""
    clusters = pd.Series([unit % groups for unit in range(25)], range(25))
    result = Spatial2SLS(y, X, W).fit(clusters=clusters)
    for use in (
        lambda: result.first_stage,
        lambda: result.kleibergen_paap,
        lambda: result.anderson_rubin(),
        lambda: result.anderson_rubin_test({"rho": 0.0}),
    ):
        with pytest.raises(SpecificationError, match=f"{groups} clusters and 4 excluded"):
            use()
    assert "not available: There are" in str(result.summary)
    assert result.to_latex().count("rho") == 1
