"""The tables of bias and coverage: their numbers, and that the seed alone decides."""

import re

import numpy as np
import pytest
from scipy import stats

from regiometrics.errors import PanelError
from regiometrics.spatial.errors import ExplosiveProcessError, SpatialError, SpecificationError
from regiometrics.spatial.gmm import Spatial2SLS
from regiometrics.spatial.model import SpatialPanel
from regiometrics.spatial.recovery import monte_carlo, monte_carlo_gmm
from regiometrics.spatial.simulate import rook_lattice, simulate_panel


def test_rows_are_those_of_the_fits():
    table = monte_carlo_gmm([{"model": "sar", "effects": "unit", "rho": 0.3}], 3, n=25, T=4, seed=7)
    fits = []
    for seed in (7, 8, 9):
        data = simulate_panel(25, 4, "sar", "unit", weights=rook_lattice(5, 5), rho=0.3, seed=seed)
        fits.append(Spatial2SLS(data.dependent, data.exog, data.weights, effects="unit").fit())
    row = table.set_index("parameter").loc["rho"]
    values = np.array([fit.params["rho"] for fit in fits])
    assert row["true"] == 0.3
    assert row["bias"] == pytest.approx(values.mean() - 0.3)
    assert row["std_dev"] == pytest.approx(values.std(ddof=1))
    inside = [
        low <= 0.3 <= high for low, high in (fit.conf_int().loc["rho"].tolist() for fit in fits)
    ]
    assert row["coverage"] == pytest.approx(np.mean(inside))
    assert (row["replications"], row["failures"]) == (3, 0)


@pytest.mark.parametrize("model", ["sem", "sac", "sdm"])
def test_models_have_the_parameters_of_their_process(model):
    table = monte_carlo_gmm([{"model": model}], 2, n=49, T=4)
    lag, error = model != "sem", model != "sdm"
    names = {"x1", "x2"} | ({"rho"} if lag else set()) | ({"lambda"} if error else set())
    names |= {"W.x1", "W.x2"} if model == "sdm" else set()
    assert set(table["parameter"]) == names


def test_unknown_models_are_refused():
    with pytest.raises(SpecificationError, match="model is 'slx'; expected one of 'sar'"):
        monte_carlo_gmm([{"model": "slx"}], 1)


def test_profile_intervals_hold_the_truth_where_the_ratio_is_below_its_quantile():
    table = monte_carlo(
        [{"model": "sar"}, {"model": "sar", "interval": "profile"}], 4, n=25, T=4, seed=11
    )
    wald, profile = (
        table[table["interval"] == kind].set_index("parameter") for kind in ("wald", "profile")
    )
    inside = []
    for seed in range(11, 15):
        data = simulate_panel(25, 4, "sar", weights=rook_lattice(5, 5), seed=seed)
        fit = SpatialPanel(data.dependent, data.exog, data.weights, model="sar").fit()
        ratio = 2 * (fit.loglik - fit.profile_loglik("rho", 0.4))
        inside.append(ratio <= stats.chi2.ppf(0.95, 1))
    assert profile.loc["rho", "coverage"] == pytest.approx(np.mean(inside))
    assert profile.loc["rho", "bias"] == wald.loc["rho", "bias"]
    assert np.isnan(profile.loc["sigma2", "coverage"])


def test_unknown_intervals_are_refused():
    with pytest.raises(SpecificationError, match="interval is 'score'; expected one of 'wald'"):
        monte_carlo([{"model": "sar", "interval": "score"}], 1)


def test_a_specification_that_always_fails_is_a_row():
    """One period leaves nothing to unit effects: no panel gives a result."""
    table = monte_carlo([{"model": "sar"}, {"model": "sar", "effects": "none"}], 3, n=25, T=1)
    failed = table[table["effects"] == "twoway"]
    assert set(failed["parameter"]) == {"x1", "x2", "rho", "sigma2"}
    assert (failed["failures"] == 3).all() and (failed["replications"] == 0).all()
    assert failed["coverage"].isna().all()
    assert (table.loc[table["effects"] == "none", "failures"] == 0).all()


@pytest.mark.parametrize("run", [monte_carlo, monte_carlo_gmm])
@pytest.mark.parametrize(
    ("spec", "options", "says"),
    [
        ({"model": "sar", "bias_corection": None}, {}, "has the key 'bias_corection'"),
        ({"model": "sar", "beta": (5.0,)}, {}, "has the key 'beta'; expected some of model"),
        ({"effects": "unit"}, {}, "has no model; expected one of"),
        ({"model": "sarr"}, {}, "model is 'sarr'; expected one of"),
        ({"model": "sar", "effects": "two-way"}, {}, "effects is 'two-way'"),
        ({"model": "sar", "cov_type": "hc1"}, {}, "is 'hc1'; expected one of"),
        ({"model": "sar"}, {"replications": 0}, "replications is 0; expected a whole number"),
        ({"model": "sar"}, {"level": 95}, "level is 95; expected a number between"),
        ({"model": "sar"}, {"n": 26}, "n is 26; expected a square number"),
    ],
)
def test_experiments_that_are_none_are_refused(run, spec, options, says):
    with pytest.raises((SpecificationError, PanelError), match=says):
        run([spec], **{"replications": 2, "n": 25, "T": 5, **options})


def test_options_that_do_not_go_together_are_no_failures():
    spec = {"model": "sdm", "dynamic": "time", "gamma": 0.3, "rho": 0.2, "interval": "profile"}
    with pytest.raises(SpecificationError, match="A profile is asked of estimates that are not"):
        monte_carlo([spec], 2, n=25, T=5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"effects": "two-way"}, "effects is 'two-way'; expected one of 'none'"),
        ({"errors": "t"}, "errors is 't'; expected one of 'normal'"),
        ({"rho": 1.0}, "rho is 1.0; expected a number between -1.0000 and 1.0000"),
        ({"rho": -2.0}, "rho is -2.0"),
        ({"model": "sem", "lambda_": 1.5}, "lambda_ is 1.5"),
        ({"sigma": -1}, "sigma is -1; expected a positive number"),
        ({"beta": (1.0,)}, "theta has 2 values and beta 1"),
        ({"n": 24}, "n is 24; expected a square number"),
        ({"T": 0}, "T is 0; expected a whole number"),
        ({"n": 9, "weights": rook_lattice(5, 5)}, "25"),
    ],
)
def test_processes_that_do_not_exist_are_refused(options, says):
    with pytest.raises(SpatialError, match=re.escape(says)):
        simulate_panel(**{"n": 25, **options})


def test_explosive_processes_are_refused():
    with pytest.raises(ExplosiveProcessError, match=r"modulus 1\.8000"):
        simulate_panel(25, gamma=0.9, rho=0.5)
    # Parameters of terms that the model lacks are not looked at.
    assert simulate_panel(25, model="slx", gamma=0.9, rho=0.5).dependent.abs().max() < 100


def test_heteroskedastic_errors_have_the_variances_that_are_said():
    squares = []
    for seed in range(200):
        data = simulate_panel(
            25, 4, "slx", "none", beta=(0.0,), theta=(0.0,), errors="heteroskedastic", seed=seed
        )
        squares.append(data.dependent.to_numpy() ** 2)
    # Two hundred draws of 100 squares: the mean of one has an error of one percent and a half.
    assert abs(np.mean(squares) - 1) < 0.06
    inner, corner = np.mean(squares, axis=0).reshape(25, 4)[[12, 0]].mean(axis=1)
    assert inner > 1.2 * corner
