"""The chapter's runs on an invented country: what goes in, comes out, and is not available."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from guantian.chapters.dynamics.estimate.cases import Case, make_cases, with_neighbours
from guantian.chapters.dynamics.estimate.chains import run_chains
from guantian.chapters.dynamics.estimate.clubs_study import KEPT, REMOVED, run_clubs
from guantian.chapters.dynamics.estimate.neighbours import run_neighbours
from guantian.chapters.dynamics.estimate.placebo import placebo_rows
from guantian.chapters.dynamics.estimate.run import run_dynamics
from guantian.chapters.dynamics.estimate.trends import run_trends
from guantian.chapters.dynamics.estimate.unit_roots import run_unit_roots
from guantian.chapters.dynamics.estimate.walks import random_walks
from guantian.results import estimates as table
from guantian.results import one, rows, series, tests
from regiometrics.convergence.filters import remove_common_trend, trend
from regiometrics.convergence.log_t import log_t_test
from regiometrics.distribution.markov import chains_by_span, classify, mobility, relative
from regiometrics.weights.weights import Weights

YEARS = range(2001, 2020)
N = 40
CODES = [f"{610100 + i}" for i in range(N)]
CLUBS = {
    "filter": "hodrick-prescott",
    "trim": 0.3,
    "critical_value": -1.65,
    "merge": "phillips-sul",
    "units": {"yuan": 1, "thousand yuan": 1000},
    "trims": [0.25],
    "filters": ["hodrick-prescott", "none"],
    "last_years": 1,
    "random_walks": 20,
}
CHAINS = {
    "classes": 3,
    "lag_classes": 2,
    "break_year": 2010,
    "draws": 49,
    "permutations": 49,
}
SHARED = {"specs": ["income"], "main": "income", "seed": 1}


def autoregression(rng, n=N):
    """Log levels around a common trend: relative logs forget a fifth of themselves a year."""
    relative_logs = np.zeros((len(YEARS), n))
    relative_logs[0] = rng.normal(0, 0.5, n)
    for t in range(1, len(YEARS)):
        relative_logs[t] = 0.8 * relative_logs[t - 1] + rng.normal(0, 0.3, n)
    return pd.DataFrame(
        np.exp(9 + 0.1 * np.arange(len(YEARS))[:, None] + relative_logs), YEARS, CODES[:n]
    )


@pytest.fixture(scope="module")
def weights():
    matrix = np.roll(np.eye(N), 1, axis=1) + np.roll(np.eye(N), -1, axis=1)
    return Weights(sparse.csr_array(matrix), tuple(CODES), "queen").standardise("row")


@pytest.fixture(scope="module")
def cases():
    values = autoregression(np.random.default_rng(11))
    parts = {"zone": CODES[:6], "region": CODES[:20], "nation": CODES}
    return {
        ("income", sample): Case("income", "income", sample, values[cities])
        for sample, cities in parts.items()
    }


@pytest.fixture(scope="module")
def placebo():
    """Runs of six cities on the ring, away from the zone."""
    return np.array([[CODES[(10 + i + j) % N] for j in range(6)] for i in range(24)] * 5)


@pytest.fixture(scope="module")
def clubs(cases, placebo):
    return run_clubs(cases, placebo, {**CLUBS, **SHARED}, 0.95)


def test_cases_take_the_cities_of_the_comparison(toy_panel, toy_specs, toy_run):
    members = toy_run[3]
    made = make_cases(toy_panel, toy_specs, members, ["income", "lights"])
    assert set(made) == {(s, n) for s in ("income", "lights") for n in ("zone", "region", "nation")}
    assert made["income", "nation"].values.shape == (8, 12)
    assert made["lights", "nation"].values.shape == (8, 10)  # two have a gap
    with pytest.raises(ValueError, match="'prices' is not among"):
        make_cases(toy_panel, toy_specs, members, ["prices"])


def test_cities_without_neighbours_leave_one_after_the_other(cases, weights):
    """0-1-2 and 5 alone: 5 has no neighbour in the case; the others keep theirs."""
    case = cases["income", "nation"]
    few = Case("income", "income", "zone", case.values[[CODES[i] for i in (0, 1, 2, 5)]])
    linked, matrix, left = with_neighbours(few, weights)
    assert left == [CODES[5]]
    assert list(linked.values) == CODES[:3] == list(matrix.ids)


def test_slopes_are_those_of_the_test_itself(cases, clubs):
    found = rows(table(clubs[0]), analysis="log_t", sample="zone", term="slope")
    logs = trend(cases["income", "zone"].logs)
    kept, removed = (one(found, method=method).estimate for method in (KEPT, REMOVED))
    assert kept == pytest.approx(log_t_test(logs, 0.3).beta)
    assert removed == pytest.approx(log_t_test(remove_common_trend(logs), 0.3).beta)


def test_without_the_common_trend_the_unit_makes_no_difference(clubs):
    sensitivity = clubs[3].query("sample == 'zone' and common_trend == 'removed'")
    spread = sensitivity.groupby(["trim", "filter"])["beta"].agg(np.ptp)
    assert len(spread) and (spread < 1e-9).all()


def test_zone_rows_of_placebo_are_the_zone_s_own(cases, placebo, clubs):
    """The vectorised statistic of the zone equals log t run on it alone."""
    ranked = {
        (row["term"], row["method"]): row
        for row in placebo_rows(
            cases["income", "zone"], cases["income", "nation"], None, placebo, CLUBS, 0.95
        )
    }
    own = rows(table(clubs[0]), analysis="log_t", sample="zone", term="slope")
    for method in (KEPT, REMOVED):
        row = ranked["slope", method]
        assert row["own_value"] == pytest.approx(one(own, method=method).estimate, rel=1e-6)
        assert 0 < row["p_value"] <= 1 and row["rank_from"] in ("above", "below")
    assert ("club_share", "") not in ranked


def test_no_rank_without_enough_placebo_zones(cases, placebo):
    (row,) = placebo_rows(
        cases["income", "zone"], cases["income", "nation"], None, placebo[:50], CLUBS, 0.95
    )
    assert "no rank" in row["note"] and "estimate" not in row


def test_walks_start_where_the_cities_start_and_grow_as_all_do(cases):
    logs = cases["income", "zone"].logs
    panels = random_walks(logs, 400, seed=1)
    assert panels.shape == (400, len(YEARS), 6)
    np.testing.assert_allclose(panels[:, 0], np.tile(logs.iloc[0], (400, 1)))
    growth = np.diff(panels, axis=1).mean(axis=(0, 2))
    # 2,400 draws with a standard deviation of 0.3: the mean errs by 0.006
    np.testing.assert_allclose(growth, logs.diff().mean(axis=1).iloc[1:], atol=0.03)


def test_random_walks_form_clubs(clubs):
    """Why clubs are called a description: cities that wander are sorted into them as well."""
    walks = rows(table(clubs[0]), analysis="log_t_walks")
    assert one(walks, term="share_rejecting").estimate > 0.8
    assert one(walks, term="share_with_club").estimate > 0.5


def test_chain_recovers_its_mobility(cases, weights):
    estimated, described, tested = run_chains(cases, weights, {**CHAINS, **SHARED}, 0.95)
    states = classify(relative(cases["income", "nation"].values), 3)
    chain = rows(table(estimated), analysis="markov", sample="nation")
    assert rows(chain, term="ergodic")["estimate"].sum() == pytest.approx(1)
    moves = rows(chain, term="transition").groupby("group")["estimate"].sum()
    assert moves.index.tolist() == ["1", "2", "3"] and moves.tolist() == pytest.approx([1, 1, 1])
    shares = rows(series(described), sample="nation").groupby("year")["value"].sum()
    assert shares.tolist() == pytest.approx([1, 1])
    mobile = one(chain, term="shorrocks")
    assert mobile.conf_low < mobile.estimate < mobile.conf_high
    spans = chains_by_span(states, [2010], range(1, 4)).values()
    before, after = (mobility(chain.probabilities)["shorrocks"] for chain in spans)
    assert one(chain, term="shorrocks_change").estimate == pytest.approx(after - before)
    same = rows(tests(tested), analysis="markov_homogeneity", sample="nation")
    assert set(same["term"]) == {"periods", "neighbours", "neighbours_rank"}


def test_cities_that_never_move_leave_a_note(weights):
    """No long run exists where every class is left by nobody."""
    start = np.exp(np.linspace(8, 10, N))
    values = pd.DataFrame(np.outer(2.0 ** np.arange(len(YEARS)), start), YEARS, CODES)
    case = {("income", "nation"): Case("income", "income", "nation", values)}
    estimated = table(run_chains(case, weights, {**CHAINS, **SHARED}, 0.95)[0])
    row = one(estimated, analysis="markov", term="shorrocks")
    assert np.isnan(row.estimate) and "never left" in row.note


def test_neighbours(cases, weights):
    near = {"permutations": 99, "local_permutations": 99, "false_discovery_rate": 0.05}
    choices = {**SHARED, "neighbours": near}
    estimated, described, tested, lisa, islands = run_neighbours(cases, weights, choices, 0.95)
    estimates, counts = table(estimated), series(described)
    assert len(tests(tested))
    assert islands.empty and len(lisa) == N * len(YEARS)
    assert set(estimates["sample"]) == {"region", "nation"}
    assert (rows(counts, analysis="local_moran").groupby("year")["value"].sum() == N).all()
    key = {"analysis": "growth_cross_section", "method": "sdm", "sample": "nation"}
    durbin = rows(estimates, **key)
    # Neighbours are unrelated, and relative logs return: rho near zero, the slope below it.
    assert abs(one(durbin, term="rho").statistic) < 3.5
    assert one(durbin, term="impact", effect="direct").conf_high < 0


def test_mean_reverting_cities_reject_a_unit_root(cases):
    choices = {"specs": ["income"], "lags": [0], "draws": 300, "seed": 1}
    region = rows(tests(run_unit_roots(cases, choices)), sample="region")
    assert one(region, term="ips", lags=0, method="constant").p_value < 0.05
    assert len(region) == 4


def test_gaps_that_close_faster_and_faster_have_both_trends():
    rng = np.random.default_rng(5)
    gaps, logs = rng.normal(size=30), []
    for t in range(20):
        logs.append(9 + gaps + 0.01 * rng.normal(size=30))
        gaps = gaps * (1 - 0.005 * t)
    codes = [str(code) for code in range(30)]
    case = Case("income", "income", "nation", pd.DataFrame(np.exp(logs), range(2000, 2020), codes))
    choices = {"specs": ["income"], "span": 1}
    found = table(run_trends({("income", "nation"): case}, choices, 0.95))
    sigma = one(found, analysis="weak_sigma", term="trend")
    assert sigma.estimate < 0 and sigma.p_value < 0.05
    change = one(found, analysis="beta_trend", term="trend")
    # Growth is -0.005 t times the gap.
    assert change.estimate == pytest.approx(-0.005, abs=0.0015) and change.conf_high < 0
    few = Case("income", "income", "zone", case.values.iloc[:, :4])
    noted = table(run_trends({("income", "zone"): few}, choices, 0.95))
    assert "at least" in one(noted, analysis="beta_trend").note


def test_too_short_a_panel_leaves_a_note(cases):
    short = {
        key: Case(case.spec, case.outcome, case.sample, case.values.iloc[:6])
        for key, case in cases.items()
    }
    choices = {"specs": ["income"], "lags": [2], "draws": 200, "seed": 1}
    found = tests(run_unit_roots(short, choices))
    assert found["p_value"].isna().all() and found["note"].str.contains("need at least").all()


def test_the_study_survives_a_nation_without_the_zone(cases, weights, placebo):
    choices = {
        **SHARED,
        "clubs": {**CLUBS, "specs": ["income"], "random_walks": 20},
        "chains": {**CHAINS, "horizon": 3},
        "neighbours": {"permutations": 49},
        "trends": {"specs": ["income"], "span": 3},
        "unit_roots": {"specs": ["income"], "lags": [0], "draws": 200},
    }
    alone = {key: case for key, case in cases.items() if key[1] == "nation"}
    estimated, _, _, made = run_dynamics(alone, weights, placebo, choices, 0.95)
    assert "zone" not in set(table(estimated)["sample"])
    assert made["relative"].empty and len(made["kernels"])
    with pytest.raises(ValueError, match="nation has too few cities"):
        run_dynamics({}, weights, placebo, choices, 0.95)
