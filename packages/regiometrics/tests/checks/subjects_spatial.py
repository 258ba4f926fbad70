"""The public names of `regiometrics.spatial`, with good arguments."""

from functools import cache

import numpy as np
import pandas as pd
from registry import Lazy, register

from regiometrics import spatial
from regiometrics.spatial import (
    Spatial2SLS,
    SpatialPanel,
    as_weights,
    compare,
    hausman_test,
    lm_tests,
    lr_test,
    monte_carlo,
    monte_carlo_gmm,
    moran_test,
    pesaran_cd,
    randomised_cd,
    rook_lattice,
    select_model,
    simulate_panel,
    wald_test,
)

# As many periods as units: swapped levels then pass every check of sizes.
N = T = 9
DATA = simulate_panel(N, T, "sdm", "twoway", rho=0.3, seed=3)
PANEL = {"dependent": DATA.dependent, "exog": DATA.exog, "weights": DATA.weights}
KINDS = {"dependent": "outcome", "exog": "frame", "weights": "weights"}
LEAST_SQUARES = {
    ("weights", "an island"): "least squares keep units without neighbours and warn",
    ("dependent", "nan"): "least squares leave out outcomes that are missing",
}


@cache
def fitted(model="sdm", effects="twoway", cov_type="classical", dynamic=None):
    panel = SpatialPanel(**PANEL, model=model, effects=effects, dynamic=dynamic)
    return panel.fit(cov_type=cov_type)


@cache
def two_stage(cov_type="clustered"):
    return Spatial2SLS(**PANEL).fit(cov_type)


def fit_panel(dependent, exog, weights, **options):
    fit = {
        key: options.pop(key)
        for key in ("bias_correction", "cov_type", "logdet", "seed", "information", "clusters")
        if key in options
    }
    return SpatialPanel(dependent, exog, weights, **options).fit(**fit)


def fit_two_stage(dependent, exog, weights, **options):
    fit = {
        key: options.pop(key)
        for key in ("cov_type", "method", "clusters", "lags", "kernel")
        if key in options
    }
    return Spatial2SLS(dependent, exog, weights, **options).fit(**fit)


for model in ("slx", "sar", "sem", "sdm", "sac"):
    register(
        f"spatial.SpatialPanel.fit.{model}",
        fit_panel,
        PANEL | {"model": model},
        KINDS,
        LEAST_SQUARES if model == "slx" else {},
    )
for effects in ("none", "random"):
    register(
        f"spatial.SpatialPanel.fit.{effects}",
        fit_panel,
        PANEL | {"model": "sar", "effects": effects},
        KINDS,
    )
register(
    "spatial.SpatialPanel.fit.dynamic",
    fit_panel,
    PANEL | {"model": "sar", "effects": "unit", "dynamic": "time"},
    KINDS,
)
register(
    "spatial.SpatialPanel.options",
    fit_panel,
    PANEL
    | {
        "model": "sdm",
        "effects": "twoway",
        "durbin": ["x1"],
        "dynamic": None,
        "random_errors": "kkp",
        "islands": False,
        "bias_correction": "lee-yu",
        "cov_type": "classical",
        "logdet": "auto",
        "seed": 0,
        "information": "expected",
        "clusters": None,
    },
    {
        "model": "name",
        "effects": "option",
        "durbin": "option",
        "dynamic": "option",
        "random_errors": "name",
        "islands": "option",
        "bias_correction": "option",
        "cov_type": "name",
        "logdet": "name",
        "seed": "seed",
        "information": "option",
        "clusters": "option",
    },
    {("seed", "negative"): "only a model without exact traces draws"},
)
register(
    "spatial.SpatialPanel.errors",
    fit_panel,
    PANEL | {"model": "sac", "error_weights": DATA.weights},
    {"error_weights": "weights"},
    {("error_weights", "none"): "by default the weights"},
)
register(
    "spatial.SpatialPanel.from_formula",
    lambda formula, data, weights: SpatialPanel.from_formula(formula, data, weights).fit(),
    {
        "formula": "y ~ x1 + x2 | unit + period",
        "data": DATA.exog.assign(y=DATA.dependent),
        "weights": DATA.weights,
    },
    {"formula": "name", "data": "frame", "weights": "weights"},
    {
        ("data", "equal columns"): "a column that no formula names",
        ("data", "columns that add up"): "a column that no formula names",
    },
)

register(
    "spatial.SpatialPanel.serial",
    fit_panel,
    PANEL | {"model": "sar", "effects": "none", "serial": "ar1"},
    KINDS | {"serial": "option"},
)
register("spatial.Spatial2SLS.fit", fit_two_stage, PANEL, KINDS)
register(
    "spatial.Spatial2SLS.options",
    fit_two_stage,
    PANEL
    | {
        "instruments_order": 2,
        "effects": "twoway",
        "durbin": False,
        "dynamic": None,
        "error": None,
        "islands": False,
        "cov_type": "clustered",
        "method": "2sls",
        "clusters": "unit",
    },
    {
        "instruments_order": "count",
        "effects": "option",
        "durbin": "option",
        "dynamic": "option",
        "error": "option",
        "islands": "option",
        "cov_type": "name",
        "method": "name",
        "clusters": "option",
    },
)
register(
    "spatial.Spatial2SLS.frames",
    fit_two_stage,
    PANEL
    | {
        "endog": 0.5 * DATA.dependent.to_frame("d") + (DATA.exog[["x1"]] ** 2).to_numpy(),
        "instruments": DATA.exog[["x2"]].rename(columns={"x2": "z"}) ** 2,
    },
    {"endog": "frame", "instruments": "frame"},
    {
        ("endog", "none"): "there need be no other endogenous regressor",
        ("instruments", "none"): "there need be no outside instrument",
        ("instruments", "equal columns"): "spanned instruments are dropped and listed",
        ("instruments", "columns that add up"): "spanned instruments are dropped and listed",
    },
)
register(
    "spatial.Spatial2SLS.kernel",
    fit_two_stage,
    PANEL | {"cov_type": "conley", "kernel": np.eye(N) + 0.5 * (DATA.weights.toarray() > 0)},
    {"kernel": "weights"},
)
register(
    "spatial.Spatial2SLS.lags",
    fit_two_stage,
    PANEL | {"cov_type": "newey-west", "lags": 2},
    {"lags": "count"},
    {("lags", "zero"): "no autocorrelation is allowed for"},
)

FAR = DATA.weights @ DATA.weights
FAR.setdiag(0)
FAR = (FAR.toarray().T / FAR.toarray().sum(axis=1)).T
register(
    "spatial.SeveralLags",
    lambda dependent, exog, near, far, **options: spatial.SeveralLags(
        dependent, exog, {"near": near, "far": far}, **options
    ).fit(),
    {
        "dependent": DATA.dependent,
        "exog": DATA.exog,
        "near": DATA.weights,
        "far": FAR,
        "effects": "twoway",
        "durbin": False,
        "islands": False,
    },
    {
        "dependent": "outcome",
        "exog": "frame",
        "near": "weights",
        "far": "weights",
        "effects": "option",
        "durbin": "option",
        "islands": "name",
    },
)
register(
    "spatial.SeveralLagsResult.impacts",
    lambda level: (
        spatial.SeveralLags(DATA.dependent, DATA.exog, {"near": DATA.weights, "far": FAR})
        .fit()
        .impacts(level)
    ),
    {"level": 0.9},
    {"level": "level"},
)

TESTS = {"dependent": "outcome", "exog": "frame", "weights": "weights", "effects": "name"}
register(
    "spatial.lm_tests",
    lm_tests,
    PANEL | {"effects": "twoway", "bias_correction": "lee-yu", "islands": False},
    TESTS | {"bias_correction": "option", "islands": "name"},
)
register("spatial.moran_test", moran_test, PANEL | {"effects": "twoway"}, TESTS)
register(
    "spatial.pesaran_cd",
    pesaran_cd,
    {"values": DATA.dependent, "weights": DATA.weights},
    {"values": "outcome", "weights": "weights"},
    {("weights", "none"): "all pairs are compared"},
)
register(
    "spatial.error_component_tests",
    spatial.error_component_tests,
    PANEL | {"islands": False},
    KINDS | {"islands": "name"},
)
register(
    "spatial.compare_weights",
    lambda dependent, exog, rook, **options: spatial.compare_weights(
        dependent, exog, {"rook": rook, "far": FAR}, **options
    ),
    {
        "dependent": DATA.dependent,
        "exog": DATA.exog,
        "rook": DATA.weights,
        "models": "sdm",
        "effects": "twoway",
        "islands": False,
    },
    {
        "dependent": "outcome",
        "exog": "frame",
        "rook": "weights",
        "models": "name",
        "effects": "name",
        "islands": "name",
    },
)
register(
    "spatial.randomised_cd",
    randomised_cd,
    {"values": DATA.dependent, "draws": 5, "seed": 1},
    {"values": "outcome", "draws": "count", "seed": "seed"},
)
register(
    "spatial.select_model",
    select_model,
    PANEL | {"effects": "twoway", "bias_correction": "lee-yu", "level": 0.05},
    TESTS | {"bias_correction": "option", "level": "level"},
)
register(
    "spatial.lr_test",
    lr_test,
    {"restricted": Lazy(lambda: fitted("sar")), "full": Lazy(fitted)},
    {"restricted": "result", "full": "result"},
)
register(
    "spatial.wald_test",
    wald_test,
    {"result": Lazy(fitted), "against": "sar"},
    {"result": "result", "against": "name"},
)
register(
    "spatial.hausman_test",
    hausman_test,
    {
        "fixed": Lazy(lambda: fitted("sar", "unit")),
        "random": Lazy(lambda: fitted("sar", "random")),
    },
    {"fixed": "result", "random": "result"},
)
register(
    "spatial.compare",
    compare,
    {"results": Lazy(lambda: [fitted(), two_stage()]), "digits": 3},
    {"results": "result", "digits": "count"},
    {("digits", "zero"): "whole numbers"},
)
register(
    "spatial.as_weights",
    as_weights,
    {"weights": DATA.weights, "units": pd.RangeIndex(N)},
    {"weights": "weights"},
)
register(
    "spatial.rook_lattice",
    rook_lattice,
    {"rows": 3, "columns": 4},
    {"rows": "count", "columns": "count"},
)
register(
    "spatial.simulate_panel",
    simulate_panel,
    {
        "n": 9,
        "T": 4,
        "model": "sdm",
        "effects": "unit",
        "rho": 0.2,
        "lambda_": 0.1,
        "gamma": 0.1,
        "eta": 0.0,
        "sigma": 1.0,
        "weights": DATA.weights,
        "errors": "normal",
        "beta": (1.0,),
        "theta": (0.5,),
        "seed": 1,
    },
    {
        "n": "count",
        "T": "count",
        "model": "name",
        "effects": "name",
        "rho": "number",
        "gamma": "number",
        "eta": "number",
        "sigma": "number",
        "weights": "weights",
        "errors": "name",
        "beta": "name",
        "theta": "name",
        "seed": "seed",
    },
    {("weights", "none"): "a rook lattice by default"},
)
MONTE_CARLO = {
    "specifications": [{"model": "sar"}],
    "replications": 2,
    "n": 9,
    "T": 4,
    "seed": 1,
    "level": 0.95,
    "errors": "normal",
}
for name, call in (("monte_carlo", monte_carlo), ("monte_carlo_gmm", monte_carlo_gmm)):
    register(
        f"spatial.{name}",
        call,
        MONTE_CARLO,
        {
            "specifications": "name",
            "replications": "count",
            "n": "count",
            "T": "count",
            "seed": "seed",
            "level": "level",
            "errors": "name",
        },
    )

for name, make in (("SpatialPanelResult", fitted), ("Spatial2SLSResult", two_stage)):
    register(
        f"spatial.{name}.impacts",
        lambda make=make, **options: make().impacts(**options),
        {"method": "simulation", "level": 0.95, "draws": 20, "seed": 1},
        {"method": "name", "level": "level", "draws": "count", "seed": "seed"},
    )
    register(
        f"spatial.{name}.conf_int",
        lambda level, make=make: make().conf_int(level),
        {"level": 0.95},
        {"level": "level"},
    )
    register(
        f"spatial.{name}.wald_test",
        lambda formula, make=make: make().wald_test(formula),
        {"formula": "x1 = 0"},
        {"formula": "name"},
    )
    register(
        f"spatial.{name}.with_covariance",
        lambda cov_type, make=make: make().with_covariance(cov_type),
        {"cov_type": "unadjusted"},
        {"cov_type": "name"},
    )
    register(
        f"spatial.{name}.to_latex",
        lambda digits, make=make: make().to_latex(digits=digits),
        {"digits": 2},
        {"digits": "count"},
        {("digits", "zero"): "whole numbers"},
    )
    register(
        f"spatial.{name}.plot_impacts",
        lambda level, make=make: make().plot_impacts(level=level),
        {"level": 0.9},
        {"level": "level"},
    )
register(
    "spatial.SpatialPanelResult.impact_path",
    lambda **options: fitted("sar", "unit", dynamic="time").impact_path(**options),
    {"horizons": 2, "cumulative": True, "level": 0.9},
    {"horizons": "count", "cumulative": "name", "level": "level"},
    {("horizons", "zero"): "the period of the change alone"},
)
register(
    "spatial.SpatialPanelResult.impacts.variables",
    lambda variables: fitted().impacts(variables=variables),
    {"variables": "x1"},
    {"variables": "name"},
    {("variables", "none"): "all regressors"},
)
register(
    "spatial.SpatialPanelResult.profile_interval",
    lambda name, level: fitted().profile_interval(name, level),
    {"name": "rho", "level": 0.9},
    {"name": "name", "level": "level"},
)
register(
    "spatial.SpatialPanelResult.profile_loglik",
    lambda name, value: fitted().profile_loglik(name, value),
    {"name": "x1", "value": 0.9},
    {"name": "name", "value": "number"},
)


def _next(periods=1):
    index = pd.MultiIndex.from_product([range(N), range(T, T + periods)], names=["unit", "period"])
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.standard_normal((len(index), 2)), index, ["x1", "x2"])


FINE = {
    ("exog", "equal columns"): "columns that the model lacks are not read",
    ("exog", "columns that add up"): "columns that the model lacks are not read",
}
register(
    "spatial.SpatialPanelResult.predict",
    lambda exog, method: fitted().predict(exog, method=method),
    {"exog": _next(), "method": "TC"},
    {"exog": "frame", "method": "name"},
    FINE | {("exog", "none"): "the sample is predicted"},
)
register(
    "spatial.SpatialPanelResult.forecast",
    lambda exog, level: fitted("sar", "unit", dynamic="time").forecast(exog, level=level),
    {"exog": _next(2), "level": 0.9},
    {"exog": "frame", "level": "level"},
    FINE | {("level", "none"): "no intervals"},
)
register(
    "spatial.Spatial2SLSResult.predict",
    lambda exog, method: two_stage().predict(exog, method=method),
    {"exog": _next(), "method": "TC"},
    {"exog": "frame", "method": "name"},
    FINE | {("exog", "none"): "the sample is predicted"},
)
register(
    "spatial.Spatial2SLSResult.anderson_rubin",
    lambda level: two_stage().anderson_rubin(level),
    {"level": 0.95},
    {"level": "level"},
)
register(
    "spatial.Spatial2SLSResult.anderson_rubin_test",
    lambda values: two_stage().anderson_rubin_test(values),
    {"values": {"rho": 0.1}},
    {"values": "result"},
)
register(
    "spatial.Spatial2SLSResult.wild_bootstrap",
    lambda **options: two_stage().wild_bootstrap(**options),
    {"term": "rho", "null": 0.0, "draws": 19, "seed": 1, "weights": "webb"},
    {"term": "name", "null": "number", "draws": "count", "seed": "seed", "weights": "option"},
)
