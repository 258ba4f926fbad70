"""Every iteration that is stopped before it has settled says so, by a warning or a refusal."""

import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse

import regiometrics
from regiometrics.counterfactuals import prediction_intervals, predictor_control, simplex_weights
from regiometrics.errors import EstimationError
from regiometrics.games import gravity_shares, remove_cost, simulate_fixation
from regiometrics.games.core import nucleolus
from regiometrics.games.cournot import programme_payoffs
from regiometrics.games.network import NetworkGame, nearest_equilibrium, profiles
from regiometrics.gravity import FlowGrid, coreness, poisson, tobit
from regiometrics.panel import BiasCorrectedLSDV
from regiometrics.placebo import placebo_zones
from regiometrics.spatial import (
    SeveralLags,
    Spatial2SLS,
    SpatialPanel,
    compare_weights,
    rook_lattice,
    simulate_panel,
)
from regiometrics.spatial.errors import ConvergenceError, NotSettledWarning

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
RNG = np.random.default_rng(0)
N = 12
DISTANCE = RNG.uniform(3, 8, (N, N))
FLOW = np.exp(6 - 0.8 * DISTANCE) * RNG.gamma(2, 0.5, (N, N)) * (1 - np.eye(N))
LISTED = np.quantile(FLOW[FLOW > 0], 0.2) < FLOW
CUT = FlowGrid(list(range(N)), np.where(LISTED, FLOW, 0.0), LISTED, {"x": DISTANCE})
OUTCOMES = RNG.normal(0, 1, (12, 1)) + RNG.normal(0, 0.3, (12, 26)).cumsum(1)
FIRST = np.arange(12) == 0
DATA = simulate_panel(25, 6, "sac", rho=0.3, lambda_=0.2, seed=1)
ARGUMENTS = DATA.dependent, DATA.exog, DATA.weights
GAPS = RNG.random(150) > 0.1
PANEL = pd.Series(
    RNG.normal(size=(12, 10)).cumsum(axis=1).ravel(),
    pd.MultiIndex.from_product([range(12), range(10)]),
    name="y",
)
LINKS = 1 - np.eye(3)


def module(name):
    """Import a module by its path, past a function of the same name."""
    return import_module(f"regiometrics.{name}")


def stop(monkeypatch, name, **constants):
    """Set constants of a module."""
    for constant, value in constants.items():
        monkeypatch.setattr(module(name), constant, value)


def hurry(monkeypatch, name, function, **limits):
    """Let a module's optimiser take a few steps only."""
    original = getattr(optimize, function)

    def few(*arguments, options=None, **keywords):
        return original(*arguments, options=(options or {}) | limits, **keywords)

    inner = SimpleNamespace(**{key: getattr(optimize, key) for key in optimize.__all__})
    setattr(inner, function, few)
    monkeypatch.setattr(module(name), "optimize", inner)


def fit(model="sar", cov_type="classical", **options):
    return SpatialPanel(*ARGUMENTS, model=model, **options).fit(cov_type=cov_type)


@pytest.mark.parametrize(("name", "fitted"), [("ppml", poisson), ("tobit", tobit)])
def test_gravity(monkeypatch, name, fitted):
    stop(monkeypatch, f"gravity.{name}", STEPS=1)
    with pytest.raises(EstimationError, match="did not settle in 1 steps"):
        fitted(CUT, ["x"])


def test_separated_pairs(monkeypatch):
    failed = SimpleNamespace(linprog=lambda *a, **k: SimpleNamespace(success=False, message="no."))
    monkeypatch.setattr(module("gravity.separation"), "optimize", failed)
    flow = FLOW.copy()
    flow[0, 1:6] = 0.0
    apart = np.zeros_like(flow)
    apart[0, 1:6] = 1.0
    grid = FlowGrid(list(range(N)), flow, flow > 0, {"x": DISTANCE, "apart": apart})
    with pytest.raises(EstimationError, match="search for separated pairs failed"):
        poisson(grid, ["x", "apart"])


def test_coreness():
    with pytest.warns(UserWarning, match="did not settle in 2 steps"):
        coreness(FLOW, steps=2)


def test_bias_correction(monkeypatch):
    stop(monkeypatch, "panel.lsdvc", MAX_ITERATIONS=1)
    with pytest.warns(UserWarning, match="did not settle in 1 iterations; the slope"):
        found = BiasCorrectedLSDV(PANEL).fit(draws=3, seed=0)
    assert not found.converged
    with pytest.warns(UserWarning, match="in 3 of 3 bootstrap draws"):
        BiasCorrectedLSDV(PANEL).fit(draws=3, seed=0)


def test_an_end_that_is_not_reached_is_infinite(monkeypatch):
    """The score test's interval, where the last slope tried is not rejected."""
    found = BiasCorrectedLSDV(PANEL).fit(draws=3, seed=0)
    stop(monkeypatch, "panel.lag_test", HIGHEST=float(found.params["L1.y"]))
    assert found.conf_int().loc["L1.y"].iloc[1] == np.inf


def test_completed_matrices(monkeypatch):
    stop(monkeypatch, "counterfactuals.completion", STEPS=1)
    seen = RNG.random(OUTCOMES.shape) > 0.1
    with pytest.warns(UserWarning, match="did not settle in 1 steps"):
        module("counterfactuals.completion").complete_matrix(OUTCOMES, seen, 0.1)


def test_weights_on_the_simplex(monkeypatch):
    stop(monkeypatch, "counterfactuals.simplex", MAX_STEPS=0)
    donors, target = OUTCOMES[1:, :8].T, OUTCOMES[:1, :8]
    settled = simplex_weights(donors, target, ridge=0.1)  # by least squares in its place

    def failing(*arguments, **options):
        raise RuntimeError("Maximum number of iterations reached.")

    monkeypatch.undo()
    np.testing.assert_allclose(settled, simplex_weights(donors, target, ridge=0.1), atol=1e-7)
    monkeypatch.setattr(module("counterfactuals.simplex"), "nnls", failing)
    with pytest.raises(EstimationError, match="weights of 11 donors did not settle"):
        simplex_weights(donors, target)


def test_importance_of_predictors(monkeypatch):
    stop(monkeypatch, "counterfactuals.predictors", STEPS=2)
    with pytest.warns(UserWarning, match="did not settle in 4 steps"):
        predictor_control(OUTCOMES, OUTCOMES[:, [0, 7]], FIRST, ~FIRST, 8)


def test_ends_of_prediction_intervals(monkeypatch):
    stop(monkeypatch, "counterfactuals.intervals", STEPS=2)
    with pytest.warns(UserWarning, match="ends of the weights' part did not settle in 2 steps"):
        prediction_intervals(OUTCOMES, FIRST, ~FIRST, 24, draws=100, seed=1)


def test_quantiles_of_shocks(monkeypatch):
    failed = SimpleNamespace(linprog=lambda *a, **k: SimpleNamespace(status=1, message="Stopped."))
    monkeypatch.setattr(module("counterfactuals.intervals"), "optimize", failed)
    with pytest.raises(EstimationError, match="quantile regression of the residuals failed"):
        prediction_intervals(
            OUTCOMES, FIRST, ~FIRST, 22, draws=100, seed=1, shocks="quantile", moments="linear"
        )


def test_ends_of_robust_intervals_among_neighbouring_numbers():
    """Errors so small beside effects that halving ends between two neighbouring numbers."""
    interval = module("counterfactuals.honest").relative_magnitude_interval
    effects = np.array([0.1, -0.2, 0.1, 0.3, 0.2])
    cov = 0.01 * (np.eye(5) + 1) / 2
    half = np.array([0.5, 0.5])
    plain = interval(effects, cov, 3, half, 0.5, 0.05)
    far = interval(1e12 + effects, cov, 3, half, 0.0, 0.05)
    assert np.isfinite(plain).all() and far[0] < far[1]


def test_two_way_means(monkeypatch):
    y, X, W = ARGUMENTS
    stop(monkeypatch, "spatial.panel_data", _MAX_ROUNDS=1)
    with pytest.raises(ConvergenceError, match="two-way means did not settle in 1 rounds"):
        SpatialPanel(y[GAPS], X[GAPS], W, model="slx").fit()


def test_two_way_effects(monkeypatch):
    y, X, W = ARGUMENTS
    found = SpatialPanel(y[GAPS], X[GAPS], W, model="slx").fit()
    stop(monkeypatch, "spatial.prediction", _MAX_ROUNDS=1)
    with pytest.raises(ConvergenceError, match="two-way effects did not settle in 1 rounds"):
        _ = found.unit_effects


@pytest.mark.parametrize("scaled", [True, False])
def test_series_in_the_weights(monkeypatch, scaled):
    solvers = module("spatial.solvers")
    matrix = rook_lattice(5, 5).toarray() if scaled else np.roll(np.eye(25), 1, axis=1)
    weights = module("spatial.weights_checks").as_weights(matrix, pd.RangeIndex(25))
    series = solvers.SeriesSolver(weights, 0.9)
    right = np.ones(25)
    np.testing.assert_allclose(series.solve(right), 10 * right)
    monkeypatch.setattr(solvers, "_MAX_TERMS", 5)
    with pytest.raises(ConvergenceError, match="did not converge in 5 terms"):
        series.solve(right)


def test_several_lags(monkeypatch):
    far = np.roll(np.eye(25), 1, axis=1)
    hurry(monkeypatch, "spatial.several", "minimize", maxiter=5, maxfev=5)
    with pytest.raises(ConvergenceError, match="2 spatial lags was not maximised"):
        SeveralLags(DATA.dependent, DATA.exog, {"near": DATA.weights, "far": far}).fit()


def test_random_effects(monkeypatch):
    stop(monkeypatch, "spatial.random_effects", _MAX_ROUNDS=1)
    with pytest.raises(ConvergenceError, match="variance ratio did not settle in 1 rounds"):
        fit("sar", effects="random")


def test_random_effects_beside_spatial_errors(monkeypatch):
    hurry(monkeypatch, "spatial.random_likelihoods", "minimize", maxiter=5)
    with pytest.raises(ConvergenceError, match="with random effects was not maximised"):
        fit("sem", effects="random", random_errors="baltagi")


def test_serial_correlation(monkeypatch):
    hurry(monkeypatch, "spatial.serial", "minimize", maxiter=2)
    with pytest.raises(ConvergenceError, match="with serial correlation was not maximised"):
        fit("sar", effects="none", serial="ar1")


@pytest.mark.parametrize(
    ("name", "panel", "options", "sentence"),
    [
        ("heteroskedastic", "whole", {"model": "sar"}, "centred scores have no root near"),
        ("selection", "gaps", {"model": "sac"}, "adjusted scores have no root near"),
    ],
)
def test_roots_of_scores(monkeypatch, name, panel, options, sentence):
    y, X, W = ARGUMENTS
    if panel == "gaps":
        y, X = y[GAPS], X[GAPS]

    def nowhere(function, start, **keywords):
        at = np.asarray(start) + 0.05
        return SimpleNamespace(x=at, fun=function(at), success=False, message="Stopped.")

    inner = SimpleNamespace(root=nowhere, brentq=optimize.brentq)
    monkeypatch.setattr(module(f"spatial.{name}"), "optimize", inner)
    with pytest.raises(ConvergenceError, match=sentence):
        SpatialPanel(y, X, W, **options).fit(cov_type="robust")


def test_moments_with_renewed_weights(monkeypatch):
    stages = Spatial2SLS(*ARGUMENTS)
    stop(monkeypatch, "spatial.quadratic", _ROUNDS=1)
    with pytest.warns(NotSettledWarning, match="renewed 1 times"):
        stages.fit("robust", method="gmm-quadratic")
    failed = SimpleNamespace(
        least_squares=lambda f, start, **k: SimpleNamespace(success=False, x=start, cost=0.0)
    )
    monkeypatch.setattr(module("spatial.quadratic"), "optimize", failed)
    with pytest.raises(ConvergenceError, match="moments were not minimised"):
        stages.fit("robust", method="gmm-quadratic")


def test_profiles(monkeypatch):
    found = fit()
    stop(monkeypatch, "spatial.profile", _MOST_STEPS=0)
    with pytest.raises(ConvergenceError, match="has not fallen below"):
        found.profile_interval("x1")


def test_steps_on_the_likelihood(monkeypatch):
    """The first step is so short that the search stops on the slope."""
    likelihood = fit().likelihood
    monkeypatch.setattr(likelihood, "_hessian", lambda point: np.array([[-1e30]]))
    with pytest.raises(ConvergenceError, match="expected zero: it was not maximised"):
        likelihood.maximise(start=(-0.5, 0.0))


def test_posteriors(monkeypatch):
    hurry(monkeypatch, "spatial.marginal", "minimize_scalar", maxiter=1)
    far = np.roll(np.eye(25), 1, axis=1)
    both = {"near": DATA.weights, "far": far}
    with pytest.raises(ConvergenceError, match="was not maximised"):
        compare_weights(DATA.dependent, DATA.exog, both, models="sar")


def test_ends_of_a_spectrum(monkeypatch):
    import scipy.sparse.linalg as linear

    def failing(*arguments, **options):
        raise linear.ArpackNoConvergence("No convergence (%s/%s)", np.empty(0), np.empty(0))

    stop(monkeypatch, "weights.spectrum", DENSE_LIMIT=5)
    for name in ("eigs", "eigsh"):
        monkeypatch.setattr(linear, name, failing)
    ring = np.roll(np.eye(8), 1, axis=1)
    for matrix in (ring, ring + ring.T):
        with pytest.raises(EstimationError, match="ends of the spectrum of 8 × 8 weights"):
            module("weights.spectrum").eigenvalues(sparse.csr_array(matrix))


def test_games(monkeypatch):
    for name in ("games.hat_algebra", "games.cournot"):
        stop(monkeypatch, name, ROUNDS=1)
    income = np.array([1.0, 2.0, 3.0])
    access = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.4], [0.2, 0.4, 1.0]])
    with pytest.raises(EstimationError, match="Flows were not balanced in 1 rounds"):
        gravity_shares(access, income)
    monkeypatch.undo()
    shares = gravity_shares(access, income)
    for name in ("games.hat_algebra", "games.cournot"):
        stop(monkeypatch, name, ROUNDS=1)
    with pytest.raises(EstimationError, match="No new equilibrium was found in 1 rounds"):
        remove_cost(shares, income, 1 + 0.1 * LINKS, 4.0)
    with pytest.raises(EstimationError, match="Quantities did not settle in 1 rounds"):
        programme_payoffs(np.full(3, 0.3), 0.4 * LINKS, 0.1, 0.1 * LINKS)


def test_imitation():
    with pytest.raises(EstimationError, match="of 5 runs are undecided after 1 steps"):
        simulate_fixation(LINKS, np.tile([1.0, 0.5, 0.2], (8, 1)), 0.5, 1, 5, 0, limit=1)


def test_equilibria_of_a_network(monkeypatch):
    game = NetworkGame(np.array([0.5, 0.4, 0.3]), 0.2 * LINKS, 0.1 * profiles(3) @ LINKS)
    monkeypatch.setattr(
        optimize, "root", lambda gap, start, **k: SimpleNamespace(x=np.full(3, 0.5))
    )
    with pytest.raises(EstimationError, match="No equilibrium was found from"):
        nearest_equilibrium(game, [0.9, 0.8, 0.7])


def test_linear_programmes_of_a_coalition(monkeypatch):
    stopped = SimpleNamespace(success=False, message="Stopped.")
    monkeypatch.setattr(optimize, "linprog", lambda *a, **k: stopped)
    with pytest.raises(EstimationError, match="linear programme was not solved"):
        nucleolus(["a", "b", "c"], np.array([0.0, 0, 0, 2, 0, 2.5, 3, 5]))


def test_placebo_zones_that_are_not_accepted():
    ring = np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)
    with pytest.raises(ValueError, match="accept let 0 of"):
        placebo_zones(ring, 3, 2, 0, accept=lambda zones: np.zeros(len(zones), bool))


def test_places_most_of_which_are_one():
    """No decay of correlation is weak where a tenth of all pairs are next to each other."""
    rng = np.random.default_rng(0)
    places = rng.uniform(size=(40, 2))
    places[:15] = places[0] + 1e-7 * rng.uniform(size=(15, 2))
    distances = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    test = module("distribution.spatial_unit_root").spatial_stationarity_test
    with pytest.raises(EstimationError, match="No decay of correlation gives"):
        test(rng.normal(size=40), distances, averages=5)


#: What steps until something settles, and how often in each module.
STEPPING = re.compile(
    r"for _ in range\((?:[A-Z_]{2,}|steps|limit|100|_[A-Z_]+)\)|while True|while abs\("
    r"|optimize\.(?:minimize|minimize_scalar|root|least_squares|linprog)\(|nnls\(|eigsh?\("
    r"|\b(?:linprog|root)\((?!self)"
)
#: The test above that stops each module's iterations, or why they cannot stop early.
TRIED = {
    "convergence/clubs.py": "each round adds a unit or ends",
    "counterfactuals/completion.py": test_completed_matrices,
    "counterfactuals/honest.py": test_ends_of_robust_intervals_among_neighbouring_numbers,
    "counterfactuals/intervals.py": test_ends_of_prediction_intervals,
    "counterfactuals/predictors.py": test_importance_of_predictors,
    "counterfactuals/simplex.py": test_weights_on_the_simplex,
    "games/core.py": test_linear_programmes_of_a_coalition,
    "games/cournot.py": test_games,
    "games/evolution.py": "steps of a path; too few for its pay-offs are refused",
    "games/hat_algebra.py": test_games,
    "games/imitation.py": test_imitation,
    "games/network.py": test_equilibria_of_a_network,
    "games/repeated.py": "halves an interval until its ends are neighbouring numbers",
    "gravity/grid.py": "each round loses a city or ends",
    "gravity/network.py": test_coreness,
    "gravity/ppml.py": test_gravity,
    "gravity/separation.py": test_separated_pairs,
    "gravity/tobit.py": test_gravity,
    "panel/lag_test.py": test_an_end_that_is_not_reached_is_infinite,
    "panel/lsdvc.py": test_bias_correction,
    "placebo/zones.py": test_placebo_zones_that_are_not_accepted,
    "spatial/heteroskedastic.py": test_roots_of_scores,
    "spatial/likelihood.py": test_steps_on_the_likelihood,
    "spatial/marginal.py": test_posteriors,
    "spatial/panel_data.py": test_two_way_means,
    "spatial/prediction.py": test_two_way_effects,
    "spatial/profile.py": test_profiles,
    "spatial/quadratic.py": test_moments_with_renewed_weights,
    "spatial/random_effects.py": test_random_effects,
    "spatial/random_likelihoods.py": test_random_effects_beside_spatial_errors,
    "spatial/selection.py": test_roots_of_scores,
    "spatial/serial.py": test_serial_correlation,
    "spatial/several.py": test_several_lags,
    "spatial/solvers.py": test_series_in_the_weights,
    "spatial/weights.py": "ends of spectra fall back to Gershgorin's bound",
    "weights/spectrum.py": test_ends_of_a_spectrum,
}


def test_every_iteration_is_tried_here():
    """A new module that iterates fails here until a test stops it early, or a reason is given."""
    library = Path(regiometrics.__file__).parent
    found = {
        path.relative_to(library).as_posix()
        for path in library.rglob("*.py")
        if STEPPING.search(path.read_text("utf-8"))
    }
    assert found == set(TRIED)
