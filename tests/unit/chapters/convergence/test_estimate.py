"""The chapter's specifications run on a toy: which cities go in, what comes out."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.convergence.estimate import run_convergence
from guantian.data.samples import check_specs, select, values_of
from guantian.results import check, one
from regiometrics.convergence.beta import beta_convergence
from regiometrics.convergence.sigma import sigma_convergence


def test_cities_with_a_gap_or_a_zero_are_left_out_with_the_reason(toy_run):
    excluded = toy_run[2]
    told = excluded.set_index("city_code")
    assert told["comparison"].unique().tolist() == ["lights"]
    assert told["reason"].to_dict() == {
        "610110": "lights has no positive figure in 2004",
        "610111": "lights has no positive figure in 2006",
    }
    assert told["in_region"].tolist() == [0, 0]


def test_a_city_without_any_figure_is_told_so(toy_panel, toy_specs):
    panel = toy_panel.copy()
    panel.loc["610109", "lights"] = np.nan
    excluded = select(panel, toy_specs.query("comparison == 'lights'")).excluded
    reason = excluded.set_index("city_code").at["610109", "reason"]
    assert reason == "lights has no positive figure in any year"


def test_one_comparison_has_one_set_of_cities(toy_panel, toy_specs):
    """A gap outside a spec's own years still counts where another spec of the comparison has it."""
    panel = toy_panel.copy()
    panel.loc[("610103", 2008), "income"] = np.nan  # income_short ends in 2006
    estimates, _, _, members = run_convergence(panel, toy_specs.iloc[:2], 0.95)
    kept = members.query("comparison == 'income' and sample == 'zone'")["city_code"]
    assert "610103" not in set(kept)
    zone = estimates.query("sample == 'zone' and outcome == 'income'")
    assert set(zone["n_units"]) == {5}


def test_members_nest(toy_run):
    members = toy_run[3].groupby(["comparison", "sample"])["city_code"].apply(set)
    for comparison in ("income", "lights"):
        zone, region, nation = (members[comparison, s] for s in ("zone", "region", "nation"))
        assert zone < region < nation
    assert [len(members["income", s]) for s in ("zone", "region", "nation")] == [6, 9, 12]
    assert [len(members["lights", s]) for s in ("zone", "region", "nation")] == [6, 9, 10]


def test_every_spec_is_run_on_every_sample(toy_run, toy_specs):
    estimates, series = check("estimates", toy_run[0]), check("series", toy_run[1])
    done = estimates.groupby(["analysis", "method", "variant", "sample"]).size()
    assert len(done) == 3 * len(toy_specs) * 3
    assert len(series.groupby(["variant", "sample"])) == len(toy_specs) * 3


def test_estimates_are_those_of_the_library(toy_panel, toy_specs, toy_run):
    """The same call on the same cells: equal to the last bit."""
    estimates, series = toy_run[:2]
    spec = next(toy_specs.query("spec == 'income_short'").itertuples())
    cities = [f"6101{i:02d}" for i in range(9)]
    values = values_of(toy_panel, spec, cities)
    assert values.index.tolist() == list(range(2002, 2007)) and values.shape[1] == 9
    sigma, beta = sigma_convergence(values), beta_convergence(values, "two-way")
    key = {"variant": "income_short", "sample": "region"}
    ratio = one(estimates, analysis="sigma", term="ratio", **key)
    assert (ratio.estimate, ratio.p_value) == (sigma.ratio, sigma.ratio_pvalue)
    assert (ratio.conf_low, ratio.conf_high) == sigma.ratio_conf_int
    by_year = one(series, analysis="sigma", measure="std_log", year=2004, **key)
    assert by_year.value == sigma.dispersion.at[2004, "std_log"]
    slope = one(estimates, analysis="beta", method="two-way", term="initial", **key)
    assert (slope.estimate, slope.std_error) == (beta.beta, beta.std_error)
    assert (slope.cov_type, slope.df, slope.n_obs) == ("clustered by unit", 8, 36)
    assert slope.mde == beta.detectable
    assert "Nickell" in slope.note


def test_a_sample_of_four_cities_is_not_estimated(toy_panel, toy_specs):
    panel = toy_panel.copy()
    panel["in_zone"] = (panel.index.get_level_values("city_code") < "610104").astype("int64")
    estimates, _, _, members = run_convergence(panel, toy_specs.iloc[[0]], 0.95)
    assert set(estimates["sample"]) == {"region", "nation"}
    assert len(members.query("sample == 'zone' and comparison == 'income'")) == 4


def test_cities_outside_the_nation_are_in_no_sample(toy_panel, toy_specs):
    panel = toy_panel.copy()
    panel.loc["610111", "in_nation"] = 0
    selection = select(panel, toy_specs.query("comparison == 'lights'"))
    told = set(selection.excluded["city_code"]).union(*selection.cities.values())
    assert told == {f"6101{i:02d}" for i in range(11)}


def test_no_sample_at_all_is_an_error(toy_panel, toy_specs):
    with pytest.raises(ValueError, match="No sample of any specification has enough cities"):
        run_convergence(toy_panel.assign(income=np.nan, lights=np.nan), toy_specs, 0.95)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "wealth"}, "Specification income: the panel has no variable wealth"),
        ({"first": 1999}, "Specification income: 1999 to 2008 is not within the panel's years"),
        ({"last": 2001}, "Specification income: 2001 to 2001 is not within"),
        ({"last": 2010}, "Specification income: 2001 to 2010 is not within"),
        ({"spec": "lights"}, "Specification lights appears more than once"),
    ],
)
def test_a_spec_that_the_panel_cannot_meet_is_named(toy_panel, toy_specs, change, said):
    specs = toy_specs.copy()
    for column, value in change.items():
        specs.loc[0, column] = value
    with pytest.raises(ValueError, match=said):
        check_specs(specs, toy_panel)


def test_specs_with_other_columns_are_refused(toy_panel, toy_specs):
    with pytest.raises(ValueError, match="The specifications have the columns"):
        check_specs(toy_specs.rename(columns={"label": "title"}), toy_panel)


def test_the_panel_is_left_as_it_was(toy_panel, toy_specs):
    before = toy_panel.copy()
    run_convergence(toy_panel, toy_specs.iloc[[0]], 0.95)
    pd.testing.assert_frame_equal(toy_panel, before)
