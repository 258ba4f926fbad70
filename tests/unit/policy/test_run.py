"""The whole chapter on an invented country: a lattice of cities, one zone with a known effect."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from guantian.chapters.plan.estimate.names import PlanNames
from guantian.chapters.plan.estimate.run import run_acts, run_plan
from guantian.chapters.plan.estimate.study import make_study
from guantian.chapters.plan.tables import plan_numbers, plan_tables
from guantian.data.acts import Act
from guantian.geography.placebo_sets import placebo_sets
from guantian.geography.zones import Member, Zone

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
    config = yaml.safe_load((root / "config/study.yaml").read_text("utf-8"))["plan"]
    config |= {
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
        "exclude_provinces": ["510000"],
    }
    specs = pd.read_csv(root / "config/specs/plan_outcomes.tsv", sep="\t")
    provinces = sorted(panel["province_code"].unique())
    prices = pd.DataFrame(
        [(p, year, 1.0) for p in provinces for year in YEARS],
        columns=["province_code", "year", "investment_price_1952_1"],
    )
    study = make_study(
        panel, pairs, draws, prices, zones, specs, "own", ["economic_zone"], config, 0.95
    )
    times = pd.DataFrame(columns=["code_a", "code_b", "year", "rail_hours_modelled"])
    estimates, placebos = run_plan(study)
    rail = Act("rail", 2012, tuple(own.codes[:1]), "Rail")
    acts = run_acts(study, [rail], times)
    names = PlanNames(
        own,
        zones,
        pd.Series({c: c for c in codes}),
        specs.set_index("outcome")["label"],
        config,
        [rail],
    )
    return pd.concat([estimates, acts], ignore_index=True), placebos, names


def pick(estimates, analysis, spec, outcome="gdp", term="effect"):
    rows = estimates[
        (estimates["analysis"] == analysis)
        & (estimates["spec"] == spec)
        & (estimates["outcome"] == outcome)
        & (estimates["term"] == term)
    ]
    return rows[rows["sample"].isin(["zone", "own"])].iloc[0]


@pytest.mark.parametrize("method", ["sdid", "sc", "difp", "asc", "did"])
def test_the_effect_is_found(run, method):
    """Growth differs by 0.7 points between cities, so a mean of four drifts by about 0.02."""
    row = pick(run[0], "plan_effect", f"{method}_base0")
    assert row["statistic"] == pytest.approx(EFFECT, abs=0.06)
    if method == "sdid":
        # The most extreme of 61, at both ends.
        assert row["p_value"] == pytest.approx(2 / 61)
        assert row["conf_low"] > 0


def test_where_nothing_was_put_nothing_stands_out(run):
    for spec in ("ring1", "ring2"):
        row = pick(run[0], "plan_ring", spec)
        assert row["conf_low"] < 0 < row["conf_high"]
    row = pick(run[0], "plan_effect", "sdid_base0", "secondary")
    assert row["conf_low"] < 0 < row["conf_high"]


def test_every_part_speaks(run):
    estimates = run[0]
    expected = {
        *("plan_effect", "plan_path", "plan_adjusted", "plan_placebo_set", "plan_city"),
        *("plan_ring", "plan_date", "plan_zones", "plan_staggered", "plan_curve"),
        *("plan_conformal", "plan_completion", "plan_pretrend", "plan_sensitivity", "plan_acts"),
    }
    assert set(estimates["analysis"]) == expected
    curve = estimates[(estimates["analysis"] == "plan_curve") & (estimates["term"] == "effect")]
    assert len(curve) == 2 * 2 * 2 * 2 * 2  # method, base, donors, after, members


def test_investment_of_half_the_output_has_the_same_effect(run):
    gdp = pick(run[0], "plan_effect", "sdid_base0")
    investment = pick(run[0], "plan_effect", "sdid_base0", "investment")
    assert investment["statistic"] == pytest.approx(gdp["statistic"], abs=1e-8)


def test_tables_and_numbers_print(run):
    estimates, _, names = run
    tables = {table.name: table.body for table in plan_tables(estimates, names, 0.95)}
    assert len(tables["plan_methods"]) == 10
    assert tables["plan_acts"]["Choices"].tolist() == ["4"]
    asked = []

    def judge(place, row):
        asked.append((place["spec"], row["spec"]))
        word = "supported" if place["spec"] == "sdid_base0" else "inconclusive"
        return {"word": word, "matters": 0.0454, "end": row["conf_high"]}

    numbers = plan_numbers(estimates, names, 0.95, judge)
    assert numbers["headline"]["said"] == "lies above what placebo zones show"
    assert asked[:2] == [("sdid_base0", "sdid_base0"), ("sdid_base1", "sdid_base1")]
    assert numbers["verdict"]["headline"]["matters"] == "0.045"
    assert numbers["verdict"]["said"] == "the verdict turns on these choices"
    assert "nan" not in json.dumps(numbers)


def test_what_has_no_figures_is_a_note(run):
    """No satellite's second span reaches before 2013."""
    row = pick(run[0], "plan_effect", "sdid_base0", "lights_second")
    assert np.isnan(row["estimate"]) and "years on both sides" in row["note"]
