"""Growth on polycentricity: against statsmodels, overlap, too few zones."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from guantian.chapters.games.estimate.polycentric_growth import polycentric_growth
from guantian.geography.zones import Member, Zone


def zone(name, codes, approved):
    members = tuple(Member.model_construct(code=code, name_en=code) for code in codes)
    return Zone.model_construct(
        id=name,
        name_en=name,
        kind="economic_zone",
        approved=approved,
        approved_precision="year",
        core=codes[0],
        members=members,
    )


@pytest.fixture
def nation():
    random = np.random.default_rng(1)
    cities = [f"{k:06d}" for k in range(60)]
    first = pd.Series(random.lognormal(5, 1, 60), cities)
    output = pd.DataFrame({2005: first, 2015: first * random.uniform(2, 3, 60)}).T
    zones = {f"z{k:02d}": zone(f"z{k:02d}", cities[4 * k : 4 * k + 4], "2009") for k in range(15)}
    zones["over"] = zone("over", cities[2:6], "2010")
    return output, zones


def test_slope_and_errors_are_those_of_statsmodels(nation):
    rows, table = polycentric_growth(*nation, 2005, 2015, 0.95)
    wanted = {"measure": "primacy", "variant": "", "sample": "zones"}
    row = next(r for r in rows if wanted.items() <= r.items())
    scaled = -(table["primacy"] - table["primacy"].mean()) / table["primacy"].std()
    X = sm.add_constant(pd.DataFrame({"m": scaled, "y0": table["log_output"]}))
    fit = sm.OLS(table["growth"], X).fit(cov_type="HC3", use_t=True)
    assert row["estimate"] == pytest.approx(fit.params["m"])
    assert row["std_error"] == pytest.approx(fit.bse["m"])
    assert row["p_value"] == pytest.approx(fit.pvalues["m"])
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(tuple(fit.conf_int().loc["m"]))


def test_disjoint_zones_share_no_city(nation):
    rows, table = polycentric_growth(*nation, 2005, 2015, 0.95)
    assert not table.loc["over", "apart"] and table["apart"].sum() == 15
    assert {r["n_units"] for r in rows if r["sample"] == "disjoint_zones"} == {15}


def test_too_few_zones_are_said_to_be(nation):
    output, zones = nation
    few = {name: zones[name] for name in ("z00", "z01", "z02")}
    rows, _ = polycentric_growth(output, few, 2005, 2015, 0.95)
    assert all("too few" in r["note"] for r in rows if not r["variant"])
