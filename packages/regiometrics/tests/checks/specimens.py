"""One good call of every public function of the econometric subpackages.

`Specimen.allows` names damage that an argument may carry because its documentation says so, such as
missing values that mark a unit as unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from regiometrics.convergence import beta, clubs, filters, log_t, sensitivity, sigma, trends
from regiometrics.convergence.beta_trend import beta_trend
from regiometrics.convergence.weak_sigma import weak_sigma_test
from regiometrics.counterfactuals import (
    completion,
    conformal,
    effect_errors,
    imputation,
    intervals,
    pooling,
    predictors,
    pretrends,
    simplex,
    synthetic,
)
from regiometrics.counterfactuals.covariates import without_covariates
from regiometrics.distribution import (
    autocorrelation,
    kernels,
    markov,
    markov_bootstrap,
)
from regiometrics.distribution.spatial_markov import (
    neighbour_rank,
    quadrant_markov,
    spatial_markov,
)
from regiometrics.distribution.spatial_unit_root import (
    spatial_stationarity_test,
    spatial_unit_root_test,
)
from regiometrics.games import (
    bargaining,
    coalition,
    contest,
    core,
    cournot,
    evolution,
    gains,
    hat_algebra,
    imitation,
    network,
    normal_form,
    repeated,
    stage,
)
from regiometrics.gravity import communities, grid, hierarchy, matrices, ppml, tobit
from regiometrics.gravity import network as flows
from regiometrics.inequality import decomposition, indices
from regiometrics.inequality.primacy import primacy
from regiometrics.panel import bootstrap, comovement, spread, unit_root
from regiometrics.placebo import ranks, zones
from regiometrics.structure import (
    duplication,
    location_quotients,
    segmentation,
    similarity,
    specialisation,
)


@dataclass(frozen=True)
class Specimen:
    """A function, good arguments, and the damage that each argument may carry."""

    function: Callable
    arguments: dict
    allows: dict[str, set[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Module and function."""
        return f"{self.function.__module__.removeprefix('regiometrics.')}.{self.function.__name__}"


RNG = np.random.default_rng(7)
UNITS = list("abcdefgh")
YEARS = range(2000, 2016)
LEVELS = pd.DataFrame(
    np.exp(9 + RNG.normal(0.05, 0.03, (16, 8)).cumsum(0) + RNG.normal(0, 0.5, 8)), YEARS, UNITS
)
LOGS = np.log(LEVELS)
STATES = markov.classify(LEVELS.div(LEVELS.mean(axis=1), axis=0), 3)
CHAIN = markov.markov_chain(STATES, [1, 2, 3])
PROBABILITIES = pd.DataFrame(
    [[0.8, 0.2, 0.0], [0.1, 0.7, 0.2], [0.1, 0.1, 0.8]], [1, 2, 3], [1, 2, 3]
)
RING = (np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1)) / 2
GROUPS = pd.Series(list("xxxyyyzz"), UNITS)
MISSING = {"missing"}
UNKNOWN = {"missing", "infinite"}

OUTCOMES = RNG.normal(0, 1, (12, 1)) + RNG.normal(0, 0.3, (12, 15)).cumsum(1)
TREATED = np.eye(12, dtype=bool)[:1]
LONG = RNG.normal(0, 1, (12, 1)) + RNG.normal(0, 0.3, (12, 26)).cumsum(1)
DESIGN = {"outcomes": OUTCOMES, "treated": TREATED, "donors": ~TREATED, "before": 8}
GAPS = RNG.normal(0, 0.1, (80, 10))
PATH = pretrends.event_path(GAPS, range(2001, 2011), 5)

CODES = [f"{i:02d}" for i in range(12)]
DISTANCE = RNG.uniform(3, 8, (12, 12))
FLOW = np.exp(6 - 0.8 * DISTANCE) * RNG.gamma(2, 0.5, (12, 12)) * (1 - np.eye(12))
GRID = grid.FlowGrid(CODES, FLOW, FLOW > 0, {"distance": DISTANCE})
PAIRS = pd.DataFrame(
    [(a, b, FLOW[i, j]) for i, a in enumerate(CODES) for j, b in enumerate(CODES) if i != j],
    columns=["origin_code", "destination_code", "flow_index"],
)
ZONES = np.array([[0, 1, 2, 3], [4, 5, 6, 7], [2, 3, 8, 9]])
SYMMETRIC = (FLOW + FLOW.T) / 2

PLAYERS = ["a", "b", "c"]
GAME = np.array([0.0, 0.0, 0.0, 2.0, 0.0, 2.5, 3.0, 5.0])
SHARES = pd.Series([1.0, 1.8, 2.2], PLAYERS)
NETWORK = network.NetworkGame(
    np.array([0.5, 0.4, 0.3]),
    0.2 * (1 - np.eye(3)),
    0.1 * network.profiles(3) @ (1 - np.eye(3)),
)
STAGE = stage.Stage(np.array([0.5, 0.4]), np.array([0.2, 0.3]), np.array([0.1, 0.1]))
TABLE = NETWORK.payoffs()
LINKS = np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
PAYOFFS = np.tile([1.0, 0.5, 0.2], (8, 1))
INCOME = np.array([1.0, 2.0, 3.0])
ACCESS = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.4], [0.2, 0.4, 1.0]])
BASE_SHARES = hat_algebra.gravity_shares(ACCESS, INCOME)
CITIES = gains.Cities(
    ("a", "b", "c"), np.array([10.0, 5.0, 3.0]), 0.08, 3 * LINKS, np.array([1, 1, 2]), 0
)
PARAMETERS = gains.GainParameters(0.2, 0.1, 0.1, 1.5, 0.5, 0.1)

STRUCTURE = np.array([[0.2, 0.3, 0.5], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8]])
COUNTS = pd.DataFrame(100 * STRUCTURE, ["a", "b", "c"], ["mining", "trade", "steel"])
GROWTH = LOGS.diff().iloc[1:]
PRICES = 100 + RNG.normal(0, 3, (6, 4, 5))
CHOSEN = np.arange(3)
X = np.column_stack([np.ones(60), RNG.normal(size=60)])
Y = X @ [1.0, 0.3] + RNG.normal(size=60)
CLUSTERS = np.repeat(np.arange(12), 5)
ADJACENCY = (RING > 0).astype(float)
SPHERE = spread.Sphere(0, np.arange(1, 8))
KM = np.abs(np.subtract.outer(np.arange(8.0), np.arange(8.0)))
PLACES = RNG.uniform(0, 1, (60, 2))
SPOTS = np.hypot(*(PLACES[:, None] - PLACES).transpose(2, 0, 1))
WEIGHTS = pd.Series(np.arange(1.0, 9.0), UNITS)


def _specimens() -> list[Specimen]:
    """Build the list, with short names for what recurs."""
    s = Specimen
    pair = {"first": LOGS.iloc[0], "last": LOGS.iloc[-1]}
    stakes = {"temptation": 2.0, "reward": 1.0, "punishment": 0.0}
    unknown_stakes = dict.fromkeys(stakes, MISSING)
    stage_parts = {
        "own": np.array([0.5, 0.4]),
        "loss": np.array([0.2, 0.3]),
        "external": np.array([0.1, 0.1]),
    }
    bargain = {
        "points": np.array([[0.0, 1.0], [0.75, 0.75], [1.0, 0.0]]),
        "threat": np.array([0.1, 0.1]),
    }
    return [
        # convergence
        s(beta.beta_convergence, {"values": LEVELS, "method": "cross-section", "confidence": 0.9}),
        s(beta.growth_and_initial, {"values": LEVELS}),
        s(beta.implied_speed, {"beta": -0.02, "conf_int": (-0.03, -0.01), "span": 1.0}),
        s(sigma.sigma_convergence, {"values": LEVELS, "confidence": 0.9}),
        s(sigma.pitman_morgan, {**pair, "confidence": 0.9}),
        s(trends.newey_west_trend, {"series": LOGS["a"]}),
        s(filters.trend, {"log_values": LOGS, "method": "hamilton"}),
        s(filters.hodrick_prescott, {"log_values": LOGS, "smoothing": 400.0}),
        s(filters.hamilton, {"log_values": LOGS, "horizon": 2, "lags": 1}),
        s(filters.remove_common_trend, {"log_values": LOGS}),
        s(log_t.log_t_test, {"log_values": LOGS, "trim": 0.3, "critical": -1.65}),
        s(log_t.relative_transition, {"log_values": LOGS}),
        s(
            clubs.club_convergence,
            {
                "log_values": LOGS,
                "trim": 0.3,
                "critical": -1.65,
                "merge": "phillips-sul",
                "sieve": 0.0,
                "order_periods": 1,
            },
        ),
        s(
            clubs.transition_paths,
            {"log_values": LOGS, "members": pd.Series(1.0, UNITS)},
            {"members": {"infinite"}},
        ),
        s(
            sensitivity.log_t_sensitivity,
            {"values": LEVELS, "critical": -1.65, "filters": ["none"]},
        ),
        s(weak_sigma_test, {"log_values": LOGS, "critical": -1.65, "lags": 2}),
        s(
            beta_trend,
            {
                "values": LEVELS,
                "span": 5,
                "confidence": 0.9,
                "correlates": {"x": pd.DataFrame(RNG.normal(size=(16, 8)), YEARS, UNITS)},
            },
        ),
        # inequality
        s(
            decomposition.theil_decomposition,
            {"values": LEVELS, "weights": WEIGHTS, "groups": GROUPS, "index": "T"},
        ),
        s(
            decomposition.between_rank,
            {"values": LEVELS, "weights": WEIGHTS, "groups": GROUPS, "index": "L", "draws": 9},
        ),
        *(
            s(measure, {"values": LEVELS, "weights": WEIGHTS})
            for measure in (*indices.MEASURES.values(), indices.inequality)
        ),
        s(indices.gini, {"values": LEVELS.to_numpy()}, {"values": {"one axis more", "longer"}}),
        s(
            indices.generalised_entropy,
            {"values": LEVELS, "alpha": 2.0},
            {"alpha": {"per cent", "zero"}},
        ),
        s(indices.spatial_gini, {"values": LEVELS, "adjacency": ADJACENCY}),
        s(primacy, {"sizes": np.array([3.0, 2.0, 1.0])}, {"sizes": MISSING}),
        # distribution
        s(markov.relative, {"values": LEVELS}),
        s(markov.quantile_cutoffs, {"values": LEVELS, "classes": 3}),
        s(markov.classify, {"values": LEVELS, "classes": 3, "by": "period"}),
        s(markov.markov_chain, {"states": STATES}),
        s(markov.ergodic_distribution, {"probabilities": PROBABILITIES}),
        s(markov.mean_first_passage, {"probabilities": PROBABILITIES}),
        s(
            markov.mobility,
            {"probabilities": PROBABILITIES, "initial": np.array([0.3, 0.3, 0.4])},
        ),
        s(markov.prais, {"probabilities": PROBABILITIES}),
        s(markov.homogeneity_test, {"chains": [CHAIN, CHAIN]}),
        s(markov.chains_by_span, {"states": STATES, "breaks": np.array([2008.0])}),
        s(
            markov_bootstrap.bootstrap_chain,
            {
                "states": STATES,
                "statistic": markov.prais,
                "draws": 20,
                "seed": 0,
                "confidence": 0.9,
            },
        ),
        s(kernels.silverman_bandwidth, {"values": LEVELS.to_numpy(), "dimensions": 1}),
        s(kernels.even_grid, {"values": LOGS, "points": 20, "bandwidth": 0.2}),
        s(kernels.density_by_period, {"values": LOGS, "bandwidth": 0.2, "weights": LEVELS}),
        s(kernels.stochastic_kernel, {"values": LOGS, "step": 1, "grid": np.linspace(7, 12, 9)}),
        s(
            spatial_markov,
            {"values": LEVELS, "weights": RING, "classes": 2, "lag_classes": 2},
        ),
        s(
            neighbour_rank,
            {"values": LEVELS, "weights": RING, "classes": 2, "draws": 9, "seed": 0},
        ),
        s(quadrant_markov, {"values": LEVELS, "weights": RING}),
        s(
            autocorrelation.global_autocorrelation,
            {"values": LEVELS, "weights": RING, "permutations": 19, "seed": 0},
        ),
        *(
            s(test, {"values": PLACES[:, 0] ** 2, "distances": SPOTS, "averages": 12})
            for test in (spatial_unit_root_test, spatial_stationarity_test)
        ),
        # counterfactuals
        s(synthetic.counterfactuals, {**DESIGN, "method": "sdid"}),
        s(
            synthetic.donor_noise,
            {"early": OUTCOMES[:, :8], "donors": ~TREATED},
        ),
        s(completion.completed_effects, {**DESIGN, "penalty": 0.5}),
        s(
            effect_errors.effect_with_error,
            {
                **DESIGN,
                "treated": TREATED[0],
                "donors": ~TREATED[0],
                "method": "did",
                "kind": "placebo",
                "draws": 9,
                "seed": 0,
            },
        ),
        s(
            without_covariates,
            {
                "outcomes": OUTCOMES,
                "covariates": RNG.normal(size=(12, 15, 2)),
                "untreated": np.ones((12, 15), bool),
            },
        ),
        s(
            predictors.predictor_control,
            {
                "outcomes": OUTCOMES,
                "predictors": OUTCOMES[:, :2],
                "treated": TREATED[0],
                "donors": ~TREATED[0],
                "before": 8,
                "importance": np.ones(2),
            },
        ),
        s(
            completion.complete_matrix,
            {"outcomes": OUTCOMES, "seen": np.ones(OUTCOMES.shape, bool), "penalty": 0.5},
        ),
        s(
            completion.choose_penalty,
            {
                "outcomes": OUTCOMES,
                "before": 8,
                "penalties": np.array([2.0, 1.0, 0.5]),
                "folds": 3,
                "seed": 0,
            },
            {"penalties": {"longer"}},
        ),
        s(
            intervals.prediction_intervals,
            {
                "outcomes": LONG,
                "treated": TREATED[0],
                "donors": ~TREATED[0],
                "before": 24,
                "method": "sc",
                "level": 0.9,
                "shocks": "subgaussian",
                "moments": "constant",
                "draws": 100,
                "seed": 1,
            },
        ),
        s(
            conformal.conformal_test,
            {
                "series": OUTCOMES[0],
                "donors": OUTCOMES[1:],
                "before": 8,
                "ridge": 0.1,
                "grid": np.linspace(-5, 5, 11),
                "level": 0.2,
            },
            {"donors": {"longer"}},
        ),
        s(
            imputation.imputed_gaps,
            {
                "outcomes": OUTCOMES,
                "untreated": np.arange(OUTCOMES.size).reshape(OUTCOMES.shape) > 3,
            },
        ),
        s(
            pooling.pool_effects,
            {"effects": np.array([0.1, 0.3, 0.2]), "std_errors": np.array([0.1, 0.2, 0.1])},
        ),
        s(pretrends.event_path, {"gaps": GAPS, "years": np.arange(2001.0, 2011.0), "before": 5}),
        s(pretrends.detectable_slope, {"path": PATH, "power": 0.8, "size": 0.05}),
        s(pretrends.trend_bias, {"path": PATH, "slope": 0.1}),
        s(
            pretrends.sensitivity,
            {
                "path": PATH,
                "method": "relative_magnitude",
                "bounds": np.array([0.5, 1.0]),
                "alpha": 0.05,
            },
        ),
        s(
            simplex.simplex_weights,
            {"donors": OUTCOMES[1:, :8].T, "targets": OUTCOMES[:1, :8], "ridge": 0.1},
            {"targets": {"longer"}, "ridge": {"array"}},
        ),
        s(
            simplex.optimality_gap,
            {
                "donors": OUTCOMES[1:, :8].T,
                "target": OUTCOMES[0, :8],
                "weights": np.full(11, 1 / 11),
                "ridge": 0.1,
            },
        ),
        # gravity
        s(grid.flow_grid, {"flows": PAIRS, "cities": CODES}, {"flows": {"duplicate column"}}),
        s(ppml.poisson, {"grid": GRID, "names": ["distance"], "flow": FLOW}),
        s(tobit, {"grid": GRID, "names": ["distance"]}),
        s(hierarchy.rank_size, {"sizes": np.array([9.0, 5.0, 3.0, 2.0, 1.0]), "confidence": 0.9}),
        s(hierarchy.polycentricity, {"sizes": np.array([3.0, 2.0, 1.0])}, {"sizes": MISSING}),
        s(
            hierarchy.functional_polycentricity,
            {"flows": FLOW, "ceiling": 10.0},
            {"flows": MISSING},
        ),
        s(
            matrices.matrix_correlation,
            {"one": SYMMETRIC, "other": SYMMETRIC**2, "ranks": False, "draws": 19, "seed": 0},
            {"one": UNKNOWN, "other": UNKNOWN},
        ),
        s(flows.reciprocity, {"flow": FLOW}),
        s(flows.coreness, {"flow": FLOW, "steps": 2000}),
        s(flows.city_measures, {"flow": FLOW, "codes": CODES}),
        s(flows.group_statistics, {"flow": FLOW, "zones": ZONES}),
        s(communities.together_share, {"labels": np.zeros((2, 12)), "zones": ZONES}),
        # games
        s(bargaining.frontier, {**bargain, "transfer": 0.1}, {"transfer": {"infinite"}}),
        s(
            bargaining.nash_bargain,
            {**bargain, "transfer": 0.1, "power": 0.4},
            {"transfer": {"infinite"}},
        ),
        s(
            bargaining.kalai_smorodinsky,
            {**bargain, "transfer": 0.1},
            {"transfer": {"infinite"}},
        ),
        s(
            bargaining.alternating_offers,
            {"surplus": 1.0, "first_discount": 0.9, "second_discount": 0.8},
        ),
        s(bargaining.equal_split, bargain),
        *(
            s(solve, {"players": PLAYERS, "value": GAME})
            for solve in (
                coalition.shapley_value,
                coalition.gately_value,
                coalition.tau_value,
                coalition.superadditive,
                coalition.convex,
                core.balanced,
                core.least_core,
                core.core_is_empty,
                core.nucleolus,
            )
        ),
        *(
            s(judge, {"players": PLAYERS, "value": GAME, "allocation": SHARES})
            for judge in (coalition.propensity_to_disrupt, coalition.excesses, coalition.in_core)
        ),
        s(contest.rank_weight, {"prize": 1.0, "density": 0.5, "own_value": 1.0}),
        s(contest.survives, {"gain": 1.0, "rival_gain": 0.5, "weight": 0.2}),
        s(contest.critical_weight, {"gain": 1.0, "rival_gain": 0.5}),
        s(contest.joint_critical_weight, {"gains": np.array([1.0, 0.5])}),
        s(contest.contested_stage, {**stage_parts, "weight": 0.2}),
        s(
            cournot.programme_game,
            {"cost": 0.3, "substitution": 0.4 * LINKS, "size": 0.1, "response": 0.1 * LINKS},
        ),
        s(
            cournot.programme_payoffs,
            {
                "cost": np.array([0.3, 0.5]),
                "substitution": 0.4 * LINKS,
                "size": 0.1,
                "response": 0.1 * LINKS,
            },
        ),
        s(
            evolution.replicator_change,
            {"matrix": np.array([[0.0, 1.0], [2.0, 0.0]]), "shares": np.array([0.4, 0.6])},
        ),
        s(
            evolution.replicator_path,
            {
                "matrix": np.array([[0.0, 1.0], [2.0, 0.0]]),
                "start": np.array([0.4, 0.6]),
                "time": 2.0,
                "steps": 20,
            },
        ),
        s(evolution.rest_points, {"matrix": np.array([[0.0, 1.0], [2.0, 0.0]])}),
        s(evolution.threshold_share, {"matrix": np.array([[1.0, 0.0], [0.0, 2.0]])}),
        s(
            evolution.repeated_matrix,
            {"own": 0.5, "loss": 0.6, "external": -0.9, "discount": 0.3},
        ),
        s(gains.coalition_values, {"cities": CITIES, "parameters": PARAMETERS}),
        s(gains.solution_shares, {"allocation": SHARES}),
        s(hat_algebra.gravity_shares, {"access": ACCESS, "income": INCOME}),
        s(
            hat_algebra.remove_cost,
            {
                "shares": BASE_SHARES,
                "income": INCOME,
                "access_change": 1 + 0.1 * LINKS,
                "elasticity": 4.0,
                "damping": 0.5,
            },
        ),
        *(
            s(f, {"links": LINKS, "payoffs": PAYOFFS, "selection": 0.5})
            for f in (
                imitation.switch_probabilities,
                imitation.fixation_probabilities,
                imitation.fixation_from_one,
            )
        ),
        s(
            imitation.simulate_fixation,
            {
                "links": LINKS,
                "payoffs": PAYOFFS,
                "selection": 0.5,
                "start": 1,
                "runs": 20,
                "seed": 0,
            },
        ),
        s(
            imitation.pairwise_payoffs,
            {"links": LINKS, "adopted": np.ones((2, 3, 3)), "other": np.zeros((2, 3, 3))},
        ),
        s(network.profiles, {"n": 3}),
        s(network.all_equilibria, {"game": NETWORK}),
        s(network.nearest_equilibrium, {"game": NETWORK, "start": np.array([0.9, 0.8, 0.7])}),
        s(network.symmetric_mixed_probability, {"own": 0.3, "loss": 0.4, "n": 3}),
        s(normal_form.deviation_gains, {"table": TABLE}),
        s(normal_form.settle, {"table": TABLE, "start": 0}),
        s(normal_form.efficient, {"table": TABLE, "size": INCOME}),
        s(normal_form.at_rows, {"table": TABLE, "rows": np.array(0)}, {"rows": {"one axis more"}}),
        s(normal_form.coalition_values, {"table": TABLE, "outside": np.array(0), "size": INCOME}),
        s(repeated.grim_discount, stakes, unknown_stakes),
        s(
            repeated.monitored_discount,
            {**stakes, "detection": 0.8, "penalty": 0.2, "false_alarm": 0.1},
            unknown_stakes,
        ),
        s(
            repeated.monitored_range,
            {**stakes, "detection": 0.8, "penalty": 0.2, "false_alarm": 0.1},
            unknown_stakes,
        ),
        s(
            repeated.limited_discount,
            {**stakes, "periods": 2.0},
            {**unknown_stakes, "periods": {"infinite"}},
        ),
        s(
            repeated.penalty_frontier,
            {**stakes, "discount": 0.5, "detection": 0.8},
            unknown_stakes,
        ),
        s(repeated.dilemma_payoffs, {"own": 0.5, "loss": 0.6, "external": -0.9}),
        s(stage.programme_effects, {"substitution": 0.5, "size": 0.2}),
        s(
            stage.stage_game,
            {"cost": 0.3, "substitution": 0.5, "size": 0.2, "spillover": np.array([0.1, 0.2])},
        ),
        s(stage.cost_bounds, {"loss": 0.2, "external": 0.1}),
        s(stage.mixed_equilibrium, {"stage": STAGE}),
        # structure
        *(
            s(index, {"shares": STRUCTURE}, {"shares": MISSING | {"longer"}})
            for index in (similarity.krugman, similarity.cosine, similarity.hellinger)
        ),
        s(similarity.overlap, {"shares": STRUCTURE}, {"shares": MISSING | {"longer"}}),
        s(similarity.bray_curtis, {"values": 100 * STRUCTURE}, {"values": {"longer"}}),
        s(location_quotients, {"counts": COUNTS}),
        s(specialisation, {"counts": COUNTS}),
        s(duplication.growth_net_of_years, {"levels": LEVELS}, {"levels": MISSING}),
        s(
            duplication.co_movement,
            {"growth": GROWTH, "method": "pearson", "least": 5},
            {"growth": MISSING},
        ),
        s(
            duplication.outgrowth,
            {"land": LEVELS, "other": LEVELS + 1, "first": 2001, "last": 2010},
            {"land": MISSING, "other": MISSING},
        ),
        s(
            duplication.capital_output,
            {"investment": LEVELS, "output": LEVELS, "last": 2010, "window": 5},
            {"investment": MISSING, "output": MISSING},
        ),
        s(
            duplication.dispersion,
            {"values": np.arange(1.0, 13.0), "groups": ZONES},
            {"values": {"longer", "missing"}},
        ),
        s(
            segmentation.relative_price_variance,
            {"indices": PRICES, "first": CHOSEN, "second": CHOSEN + 1},
            {"indices": {"longer"}},
        ),
        s(
            segmentation.trend,
            {"series": np.arange(9.0) ** 2, "years": np.arange(2001.0, 2010.0), "lags": 1},
        ),
        s(
            segmentation.within_rounding,
            {"indices": PRICES, "draws": 2, "seed": 0},
            {"indices": {"longer", "one axis more"}},
        ),
        s(
            segmentation.variance_of_rounding,
            {
                "provinces": 4,
                "goods": 5,
                "first": CHOSEN,
                "second": CHOSEN + 1,
                "draws": 2,
                "seed": 0,
            },
        ),
        # placebo
        s(
            ranks.placebo_rank,
            {"statistic": 0.5, "placebo_statistics": np.arange(9.0), "alternative": "greater"},
            {"placebo_statistics": {"missing", "infinite", "longer"}},
        ),
        s(
            ranks.rank_row,
            {
                "rank": ranks.placebo_rank(0.5, np.arange(9.0)),
                "placebo_statistics": np.arange(9.0),
                "confidence": 0.9,
            },
            {"placebo_statistics": {"missing", "longer"}},
        ),
        s(
            zones.placebo_zones,
            {"adjacency": ADJACENCY, "size": 3, "draws": 2, "seed": 0, "method": "exact"},
        ),
        s(zones.index_groups, {"adjacency": ADJACENCY, "size": 3}),
        s(
            zones.widths_km,
            {"zones": np.array([[0, 1], [2, 3]]), "distances": KM},
            {"distances": {"infinite"}},
        ),
        s(zones.units_near, {"adjacency": ADJACENCY, "members": [0], "steps": 1}),
        # panel
        s(
            bootstrap.wild_cluster_bootstrap,
            {
                "y": Y,
                "X": X,
                "groups": CLUSTERS,
                "term": 1,
                "null": 0.0,
                "draws": 99,
                "weights": "webb",
                "seed": 0,
            },
            {"groups": {"text", "complex"}},
        ),
        s(comovement.correlations, {"growth": GROWTH}, {"growth": MISSING}),
        s(comovement.concordance, {"growth": GROWTH}, {"growth": MISSING}),
        s(
            comovement.dynamic_correlations,
            {"growth": GROWTH, "shortest": 2.0, "longest": 8.0},
            {"growth": MISSING},
        ),
        s(
            comovement.mean_within,
            {"matrix": SYMMETRIC, "groups": ZONES},
            {"matrix": MISSING},
        ),
        s(
            spread.exposure_slope,
            {
                "growth": GROWTH.to_numpy(),
                "exposure": np.arange(8.0),
                "sphere": SPHERE,
                "horizon": 1,
                "lags": 0,
            },
            {"growth": {"longer"}, "exposure": UNKNOWN},
        ),
        s(
            spread.local_cores,
            {"sizes": np.arange(8.0), "distances": KM, "radius": 2.0},
            {"sizes": MISSING, "distances": UNKNOWN},
        ),
        s(
            spread.spheres,
            {
                "cores": np.array([3]),
                "distances": KM,
                "radius": 2.0,
                "complete": np.ones(8, bool),
                "least": 2,
            },
            {"distances": UNKNOWN, "cores": {"empty"}},
        ),
        s(spread.complete_cities, {"growth": GROWTH}, {"growth": MISSING}),
        s(unit_root.im_pesaran_shin, {"values": LOGS, "lags": 0}, {"values": MISSING}),
        s(
            unit_root.pesaran_cips,
            {"values": LOGS, "lags": 0, "draws": 200, "seed": 0},
        ),
    ]


SPECIMENS = _specimens()
