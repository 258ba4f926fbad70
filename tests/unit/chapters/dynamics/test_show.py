"""Tables, figures and numbers of the chapter on dynamics, from an invented study."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from guantian import results
from guantian.chapters.dynamics.estimate.cases import Case
from guantian.chapters.dynamics.estimate.clubs_study import KEPT
from guantian.chapters.dynamics.estimate.neighbours import run_neighbours
from guantian.chapters.dynamics.estimate.run import run_dynamics
from guantian.chapters.dynamics.figures import draw_distribution, draw_paths
from guantian.chapters.dynamics.numbers import dynamics_numbers
from guantian.chapters.dynamics.tables import dynamics_tables, titles_of
from guantian.chapters.dynamics.tables_neighbours import neighbour_tables
from guantian.present.tables import write_table
from regiometrics.weights.weights import Weights

N, YEARS = 30, range(2001, 2016)
CODES = [f"{610100 + i}" for i in range(N)]
NAMES = {code: f"City {i}" for i, code in enumerate(CODES)}
CHOICES = {
    "specs": ["income"],
    "main": "income",
    "seed": 1,
    "neighbours": {"permutations": 49, "local_permutations": 99, "false_discovery_rate": 0.05},
    "clubs": {
        "specs": ["income"],
        "filter": "none",
        "trim": 0.3,
        "critical_value": -1.65,
        "merge": "phillips-sul",
        "units": {"yuan": 1, "thousand yuan": 1000},
        "trims": [],
        "filters": ["none"],
        "last_years": 1,
        "random_walks": 20,
    },
    "chains": {"classes": 3, "lag_classes": 2, "break_year": 2008, "draws": 29, "horizon": 3},
    "trends": {"specs": ["income"], "span": 3},
    "unit_roots": {"specs": ["income"], "lags": [0], "draws": 100},
}
SPECS = pd.DataFrame(
    {"label": ["Income per head"], "first": [2001], "last": [2015]}, index=["income"]
)


def run(samples):
    rng = np.random.default_rng(4)
    logs = 9 + rng.normal(0, 0.5, N) + rng.normal(0.08, 0.1, (len(YEARS), N)).cumsum(axis=0)
    values = pd.DataFrame(np.exp(logs), YEARS, CODES)
    cases = {
        ("income", name): Case("income", "income", name, values[cities])
        for name, cities in samples.items()
    }
    matrix = np.roll(np.eye(N), 1, axis=1) + np.roll(np.eye(N), -1, axis=1)
    weights = Weights(sparse.csr_array(matrix), tuple(CODES), "queen").standardise("row")
    placebo = np.array([CODES[i : i + 5] for i in range(6, 24)] * 6)
    *near, lisa, _ = run_neighbours(cases, weights, CHOICES, 0.95)
    *mine, made = run_dynamics(cases, weights, placebo, CHOICES, 0.95)
    builders = (results.estimates, results.series, results.tests)
    typed = [
        build([*some, *others]) for build, some, others in zip(builders, mine, near, strict=True)
    ]
    return typed, {**made, "lisa": lisa}


@pytest.fixture(scope="module")
def study():
    return run({"zone": CODES[:5], "region": CODES[:15], "nation": CODES})


@pytest.fixture(scope="module")
def without_zone():
    return run({"nation": CODES})


def tables_of(study):
    return {table.name: table.body for table in all_tables(study)}


def all_tables(study):
    typed, made = study
    titles = titles_of(SPECS, ["income"])
    tables = dynamics_tables(*typed, made["sensitivity"], titles, "income", 0.95)
    return tables + neighbour_tables(*typed[:2], made, NAMES, titles, "income", 0.95)


def numbers_of(study):
    typed, made = study
    return dynamics_numbers(*typed, made, NAMES, SPECS, CHOICES, CODES[:5], CODES[0])


def leaves(tree):
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from leaves(branch)
    else:
        yield tree


def test_every_city_of_the_zone_has_a_row(study):
    body = tables_of(study)["dynamics_cities"]
    assert body["City"].tolist() == [NAMES[code] for code in CODES[:5]]
    relative = study[1]["relative"].query("year == 2015").set_index("city_code")["relative"]
    printed = body["2015"].str.replace("\u2212", "-").astype(float)
    np.testing.assert_allclose(printed, relative[CODES[:5]], atol=0.0051)


def test_transitions_are_printed_as_estimated(study):
    body = tables_of(study)["dynamics_transitions"]
    whole = body[body["Neighbours"] == "All"]
    sums = whole[["1", "2", "3"]].astype(float).sum(axis=1)
    np.testing.assert_allclose(sums, 100, atol=0.16)  # three cells rounded to a tenth
    assert whole["Moves"].astype(int).sum() == N * (len(YEARS) - 1)


def test_sensitivity_has_one_row_per_choice(study):
    body = tables_of(study)["dynamics_sensitivity"]
    assert body["Unit, common trend"].tolist() == [
        "yuan, kept",
        "yuan, removed",
        "thousand yuan, kept",
        "thousand yuan, removed",
    ]


def test_numbers_are_text_and_agree_with_the_estimates(study):
    numbers = numbers_of(study)
    assert all(isinstance(leaf, str) and leaf for leaf in leaves(numbers))
    key = {"analysis": "log_t", "sample": "zone", "term": "slope", "method": KEPT}
    test = results.one(study[0][0], **key)
    assert numbers["log_t"]["zone"]["slope"].replace("\u2212", "-") == f"{test['estimate']:.2f}"
    rejected = test["p_value"] < 0.05
    assert numbers["log_t"]["zone"]["verdict"] == ("rejected" if rejected else "not rejected")
    json.dumps(numbers)


def test_a_study_without_the_zone_still_has_all_tables_and_numbers(study, without_zone, tmp_path):
    """Samples that cannot be estimated leave dashes and sentences, and the same names."""
    tables = all_tables(without_zone)
    for table in tables:
        write_table(table, tmp_path)
    assert len(list(tmp_path.glob("*.csv"))) == len(tables) == 11
    numbers = numbers_of(without_zone)
    assert numbers["placebo"]["slope_unit_free"]["said"] == "cannot be ranked"
    assert numbers["moran"]["region"]["first"] == "–"
    assert numbers["clubs"]["zone"] == "no clubs"

    def names(tree, path=""):
        if not isinstance(tree, dict):
            return {path}
        return {name for key in tree for name in names(tree[key], f"{path}.{key}")}

    assert names(numbers_of(study)) == names(numbers)


def test_figures_are_drawn(study):
    made = study[1]
    assert len(draw_distribution(made["kernels"], made["relative"], 3).axes) == 3
    figure = draw_paths(made["paths"], NAMES, "income")
    drawn = {text.get_text() for text in figure.axes[0].texts}
    assert drawn == {NAMES[code] for code in CODES[:5]}
