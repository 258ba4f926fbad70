"""The whole chapter on an invented country: a lattice of cities, one zone with a known effect."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from guantian.chapters.plan.estimate.run import run_plan
from guantian.chapters.plan.estimate.study import make_study
from guantian.chapters.plan.figures import draw_checks, draw_curve, draw_effect, draw_events
from guantian.chapters.plan.names import HEADLINE, PlanNames
from guantian.chapters.plan.numbers import plan_numbers
from guantian.chapters.plan.tables import plan_tables
from guantian.config import load_study
from guantian.data.acts import Act
from guantian.geography.placebo_sets import placebo_sets
from guantian.geography.zones import Member, Zone
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.present.numbers import keys_used
from guantian.results import one, rows

SIDE, YEARS, TREATED = 12, range(2001, 2017), 2009
EFFECT = 0.15


def code(row, column):
    return f"{10 + row:02d}{column:02d}00"


def zone_of(name, cells, approved):
    codes = [code(*cell) for cell in cells]
    return Zone.model_construct(
        id=name,
        name_en=name,
        name_zh="区",
        kind="economic_zone",
        approved=approved,
        approved_precision="day",
        approving_body="State Council",
        source="none",
        core=codes[0],
        members=tuple(Member.model_construct(code=c, name_en=c) for c in codes),
    )


def invented_panel(members, rng):
    cells = [(r, c) for r in range(SIDE) for c in range(SIDE)]
    growth = 10 + rng.normal(0, 0.7, (len(cells), 1)) + rng.normal(0, 1, len(YEARS))
    growth = growth + rng.normal(0, 0.8, (len(cells), len(YEARS)))
    level = 5 + rng.normal(0, 1, (len(cells), 1)) + np.cumsum(np.log1p(growth / 100), axis=1)
    codes = [code(*cell) for cell in cells]
    inside = np.isin(codes, members)
    level[inside] += EFFECT * (np.array(YEARS) >= TREATED)
    index = pd.MultiIndex.from_product([codes, YEARS], names=["city_code", "year"])
    frame = pd.DataFrame(index=index)
    frame["real_gdp_100m_yuan"] = np.exp(level).ravel()
    frame["real_gdp_cpi_100m_yuan"] = frame["real_gdp_100m_yuan"]
    frame["gdp_growth_pct"] = growth.ravel()
    lights = level + rng.normal(0, 0.05, level.shape)
    frame["night_lights_sum"] = np.exp(lights).ravel()
    frame["real_gdp_per_resident_yuan"] = frame["real_gdp_100m_yuan"]
    frame["secondary_share_pct"] = 45.0 + rng.normal(0, 1, len(frame))
    frame["fixed_investment_100m_yuan"] = frame["real_gdp_100m_yuan"] / 2
    frame["fixed_investment_imputed"] = 0.0
    frame["province_code"] = [f"{c[:2]}0000" for c in index.get_level_values(0)]
    frame["in_zone"] = np.repeat(inside, len(YEARS)).astype(int)
    frame["in_region"] = 1
    frame["in_nation"] = 1
    return frame, cells, codes


@pytest.fixture(scope="module")
def run(root):
    rng = np.random.default_rng(6)
    own = zone_of("own", [(5, 5), (5, 6), (6, 5), (6, 6)], "2009-06-25")
    other = zone_of("other", [(0, 0), (0, 1)], "2011-03-01")
    zones = {zone.id: zone for zone in (own, other)}
    panel, cells, codes = invented_panel(own.codes, rng)
    near = np.abs(np.array(cells)[:, None] - np.array(cells)[None]).sum(axis=2) == 1
    a, b = np.nonzero(np.triu(near))
    pairs = pd.DataFrame({"code_a": np.take(codes, a), "code_b": np.take(codes, b), "adjacent": 1})
    draws = placebo_sets(near, codes, own.codes, zones, ["economic_zone"], 120, seed=1)
    config = load_study(root).config["plan"] | {
        "n_placebos": 60,
        "n_placebos_slow": 25,
        "n_placebos_curve": 25,
        "n_placebos_completion": 20,
        "curve": {
            "method": ["did", "sdid"],
            "donors": ["main", "wide"],
            "after": [6, 8],
            "outcome": ["gdp"],
            "members": ["all", "without core"],
        },
        "events": ["rail"],
    }
    specs = pd.read_csv(root / config["specs"], sep="\t")
    provinces = sorted(panel["province_code"].unique())
    prices = pd.DataFrame(
        [(p, year, 1.0) for p in provinces for year in YEARS],
        columns=["province_code", "year", "investment_price_1952_1"],
    )
    study = make_study(
        panel, pairs, draws, prices, zones, specs, "own", ["economic_zone"], config, 0.95
    )
    times = pd.DataFrame(columns=["code_a", "code_b", "year", "rail_hours_modelled"])
    rail = Act("rail", 2012, tuple(own.codes[:1]), "Rail")
    results = run_plan(study, [rail], times)
    names = PlanNames(
        own,
        zones,
        pd.Series({c: c for c in codes}),
        specs.set_index("outcome")["label"],
        config,
        [rail],
    )
    return results, names


def pick(run, **key):
    """Return the one estimate that has the headline's key but for what is said."""
    return one(run[0][0], **HEADLINE | key)


@pytest.mark.parametrize("method", ["sdid", "sc", "difp", "asc", "did"])
def test_the_effect_is_found(run, method):
    """Growth differs by 0.7 points between cities, so a mean of four drifts by about 0.02."""
    row = pick(run, method=method)
    assert row.own_value == pytest.approx(EFFECT, abs=0.06)
    if method == "sdid":
        # The most extreme of 61, at both ends.
        assert row.p_value == pytest.approx(2 / 61)
        assert (row["rank"], row.rank_from, row.n_draws) == (1, "above", 60)
        assert row.conf_low > 0


def test_where_nothing_was_put_nothing_stands_out(run):
    for ring in (1, 2):
        row = pick(run, analysis="ring", setting=ring)
        assert row.conf_low < 0 < row.conf_high
    row = pick(run, outcome="secondary")
    assert row.conf_low < 0 < row.conf_high


def test_every_part_speaks(run):
    estimates, series, tests = run[0]
    assert set(estimates["analysis"]) == {
        *("effect", "path", "placebo_set", "city", "ring", "date", "zones", "staggered"),
        *("curve", "conformal", "completion", "event_study", "sensitivity", "acts"),
    }
    assert set(series["analysis"]) == {
        *("effect", "placebo", "placebo_set", "staggered", "pretrend", "acts", "summary")
    }
    assert set(tests["analysis"]) == {"pretrend"}
    curve = rows(estimates, analysis="curve", term="effect")
    assert len(curve) == 2 * 2 * 2 * 2 * 2  # method, base, donors, horizon, members
    assert set(curve["horizon"]) == {6, 8}


def test_a_rank_is_that_of_the_effects_on_placebo_groups(run):
    row = pick(run)
    draws = rows(run[0][1], **HEADLINE | {"analysis": "placebo"}).set_index("setting")["value"]
    assert draws[0] == pytest.approx(row.own_value)
    others = draws[draws.index > 0]
    assert row.benchmark == pytest.approx(others.median())
    assert row["rank"] == 1 + (others >= row.own_value).sum()
    assert row.std_error == pytest.approx(others.std())


def test_p_values_are_adjusted_over_the_outcomes_but_not_the_other_measure_of_gdp(run):
    adjusted = run[0][0].dropna(subset="p_adjusted")
    assert set(adjusted["method"]) == {"sdid"} and set(adjusted["base"]) == {0}
    assert "gdp_deflated" not in set(adjusted["outcome"])
    assert {"gdp", "growth", "investment"} <= set(adjusted["outcome"])
    smallest = adjusted.sort_values("p_value").iloc[0]
    assert smallest["p_adjusted"] == pytest.approx(len(adjusted) * smallest["p_value"])


def test_investment_of_half_the_output_has_the_same_effect(run):
    gdp, investment = pick(run), pick(run, outcome="investment")
    assert investment.own_value == pytest.approx(gdp.own_value, abs=1e-8)


def test_tables_and_numbers_print(run, root):
    results, names = run
    tables = {table.name: table.body for table in plan_tables(*results, names, 0.95)}
    assert len(tables["plan_methods"]) == 10
    assert tables["plan_acts"]["Choices"].tolist() == ["4"]
    numbers, keys = plan_numbers(*results, names, 0.95)
    assert numbers["headline"]["said"] == "lies above what placebo zones show"
    assert numbers["last"] == "2016"
    assert "nan" not in json.dumps(numbers)
    assert keys["headline.relative"]["select"] == HEADLINE
    used = set()
    for path in (root / "guantian/chapters/plan").glob("*.typ"):
        text = path.read_text("utf-8").replace("#head.", "#c.headline.")
        used |= keys_used(text, "c")
    used |= {f"headline.{key}" for key in keys_used((root / "paper/main.typ").read_text(), "plan")}
    used |= keys_used((root / "guantian/chapters/plan/captions.yaml").read_text("utf-8"), "plan")
    leaves = set(pd.json_normalize(numbers).columns)
    missing = used - {"headline"} - leaves
    assert all(name.startswith("headline.typ") for name in missing)
    assert leaves - used == set()


def test_counts_are_those_of_the_estimates(run):
    (estimates, series, _), _ = run
    sums = rows(series, analysis="summary").set_index(["group", "term"])["value"]
    curve = rows(estimates, analysis="curve", term="effect")
    assert sums["curve", "count"] == len(curve)
    assert sums["curve", "above_zero"] == (curve["conf_low"] > 0).sum()
    assert sums["methods", "highest"] == pytest.approx(
        rows(estimates, analysis="effect", outcome="gdp", term="effect")["estimate"].max()
    )
    headline = one(estimates, **HEADLINE)
    # Eight years after: a mean gain of the MDE is 2 / 9 of it more in each year.
    assert sums["", "mde_as_growth"] == pytest.approx(100 * headline.mde * 2 / 9)


def test_what_has_no_data_is_a_note(run):
    """No satellite's second span reaches before 2013."""
    row = pick(run, outcome="lights_second")
    assert np.isnan(row.estimate) and "years on both sides" in row.note


@pytest.mark.parametrize("name", ["plan_effect", "plan_curve", "plan_events", "plan_checks"])
def test_figures_have_no_faults(run, root, name):
    (estimates, series, _), names = run
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        figure, data = {
            "plan_effect": lambda: draw_effect(estimates, series, names),
            "plan_curve": lambda: draw_curve(estimates, names),
            "plan_events": lambda: draw_events(estimates, names),
            "plan_checks": lambda: draw_checks(estimates, names),
        }[name]()
        assert len(data)
        assert faults(figure, caption("plan", name).alt) == []
        plt.close(figure)


def test_the_headline_is_marked_once_in_the_curve(run):
    (estimates, _, _), names = run
    figure, data = draw_curve(estimates, names)
    assert data["headline"].sum() == 1
    assert data.loc[data["headline"], "after"].tolist() == [names.choices["after"]]
    plt.close(figure)
