"""Staggered approvals, later agreements and events, and dispersion."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.plan.estimate.acts import describe_acts, describe_times
from guantian.chapters.plan.estimate.dispersion import within_dispersion
from guantian.chapters.plan.estimate.staggered import (
    ESTIMATORS,
    first_treated,
    staggered_effects,
    treatment_years,
)
from guantian.data.acts import Act
from guantian.geography.zones import Member, Zone
from regiometrics.errors import EstimationError


def make_zone(approved, precision="day", codes=("000001",)):
    return Zone.model_construct(
        id=f"zone_{approved}",
        name_en="A",
        name_zh="甲",
        kind="economic_zone",
        approved=approved,
        approved_precision=precision,
        approving_body="State Council",
        source="none",
        core=codes[0],
        members=tuple(Member.model_construct(code=code, name_en=code) for code in codes),
    )


class TestStaggered:
    @pytest.mark.parametrize(
        ("approved", "precision", "year"),
        [
            ("2009-06-25", "day", 2009),
            ("2009-07-01", "day", 2010),
            ("2010-01", "month", 2010),
            ("2012-11", "month", 2013),
            ("2015", "year", 2016),
        ],
    )
    def test_the_first_treated_year(self, approved, precision, year):
        assert first_treated(make_zone(approved, precision)) == year

    def test_a_city_in_two_zones_counts_from_the_first(self):
        zones = {
            zone.id: zone
            for zone in (make_zone("2012-03-01"), make_zone("2008-03-01", codes=("000001", "2")))
        }
        found = treatment_years(zones, {"economic_zone"}, ["000001", "000002"])
        assert found.loc["000001"].tolist() == ["zone_2008-03-01", 2008]
        assert "000002" not in found.index

    @pytest.mark.parametrize("estimator", list(ESTIMATORS))
    def test_effects_that_differ_by_cohort_are_recovered(self, estimator):
        """Effects grow with time and differ by cohort, where two-way regressions go wrong."""
        rng = np.random.default_rng(0)
        n, years = 120, list(range(2001, 2015))
        first = np.repeat([0, 2006, 2008, 2010], [60, 20, 20, 20])
        size = {0: 0.0, 2006: 1.0, 2008: 2.0, 2010: 3.0}
        codes = [f"{i:06d}" for i in range(n)]
        since = np.array(years)[None] - first[:, None] + 1
        on = (first[:, None] > 0) & (since > 0)
        effect = 0.1 * np.array([size[year] for year in first])[:, None] * since * on
        values = rng.normal(size=(n, 1)) + rng.normal(size=14) + effect
        values = values + 0.05 * rng.normal(size=values.shape)
        outcome = pd.DataFrame(values, index=codes, columns=years)
        treated = pd.DataFrame({"year": first}, index=codes).query("year > 0")
        clusters = pd.Series([f"{i // 2}" for i in range(n)], index=codes)
        rows = pd.DataFrame(staggered_effects(outcome, treated, clusters, estimator, 0.95))
        events = rows[rows["term"] == "event"].set_index("horizon")
        rows = rows.set_index("term")
        # Sixty treated cities in clusters of two.
        assert rows.loc["treated_clusters", "value"] == 30
        assert rows.loc["overall", "n_clusters"] == 60
        # Horizons 0 and 4 hold all three cohorts: 0.1 x 2 x 1 and 0.1 x 2 x 5. The noise of a mean
        # of 60 cities against 60 is 0.01, so five of it; the error of Callaway and Sant'Anna also
        # holds the sampling of cohorts' shares.
        for horizon, truth in ((0, 0.2), (4, 1.0)):
            row = events.loc[horizon]
            assert row["estimate"] == pytest.approx(truth, abs=0.05)
            assert row["std_error"] < 0.1
        assert abs(events.loc[-3, "estimate"]) < 5 * events.loc[-3, "std_error"]
        assert rows.loc["overall", "estimate"] == pytest.approx(effect[on].mean(), abs=0.06)

    def few(self, clusters, treated=20):
        rng = np.random.default_rng(0)
        codes = [f"{i:06d}" for i in range(60)]
        outcome = pd.DataFrame(rng.normal(size=(60, 10)), codes, range(2001, 2011))
        years = pd.DataFrame({"year": 2006}, index=codes[:treated])
        return outcome, years, pd.Series([str(i % clusters) for i in range(60)], codes)

    @pytest.mark.parametrize("estimator", list(ESTIMATORS))
    def test_few_clusters_have_no_error(self, estimator):
        outcome, years, _ = self.few(2)
        clusters = pd.Series(["t"] * 20 + ["c"] * 40, outcome.index)
        row = staggered_effects(outcome, years, clusters, estimator, 0.95)[1]
        assert np.isfinite(row["estimate"]) and np.isnan(row["std_error"])
        assert "too few" in row["note"]

    def test_one_treated_city_has_no_error(self):
        outcome, years, clusters = self.few(30, treated=1)
        row = staggered_effects(outcome, years, clusters, "callaway_santanna", 0.95)[1]
        assert np.isnan(row["std_error"]) and np.isnan(row["p_value"])

    def test_cities_treated_after_the_window_are_controls(self):
        outcome, years, clusters = self.few(30)
        late = pd.concat([years, pd.DataFrame({"year": 2030}, index=outcome.index[20:40])])
        rows = [
            staggered_effects(outcome, treated, clusters, "callaway_santanna", 0.95)[1]
            for treated in (years, late)
        ]
        assert rows[0]["estimate"] == rows[1]["estimate"]
        assert rows[1]["n_units"] == 60

    def test_not_yet_treated_cities_may_be_controls(self):
        outcome, years, clusters = self.few(30)
        later = pd.concat([years, pd.DataFrame({"year": 2009}, index=outcome.index[20:60])])
        with pytest.raises(EstimationError, match="Every city is treated"):
            staggered_effects(outcome, later, clusters, "callaway_santanna", 0.95)
        rows = staggered_effects(
            outcome, later, clusters, "callaway_santanna", 0.95, control_group="not_yet_treated"
        )
        assert np.isfinite(rows[1]["estimate"])

    def test_missing_outcomes_and_levels_in_per_cent_are_refused(self):
        outcome, years, clusters = self.few(30)
        with pytest.raises(ValueError, match="level is 95"):
            staggered_effects(outcome, years, clusters, "sun_abraham", 95)
        outcome.iloc[3, 4] = np.nan
        with pytest.raises(EstimationError, match="City 000003 has no outcome in 2005"):
            staggered_effects(outcome, years, clusters, "sun_abraham", 0.95)


class TestActs:
    def test_by_hand(self):
        growth = pd.DataFrame(
            [[10, 10, 99, 9, 9], [10, 10, 99, 8, 8], [10, 10, 99, 8, 8]],
            index=["a", "b", "c"],
            columns=range(2000, 2005),
        )
        acts = [Act("rail", 2002, ("a", "z"), "An act")]
        rows = pd.DataFrame(describe_acts(growth, acts, ["a", "b", "c"], 2)).set_index("term")
        assert rows.loc["difference", "estimate"] == pytest.approx(1.0)
        assert rows.loc["difference", "p_value"] == pytest.approx(1 / 3)
        assert rows.loc["rest_after", "value"] == 8
        assert rows.loc["difference", "n_draws"] == 3

    def test_what_is_not_known_is_a_note(self):
        growth = pd.DataFrame(1.0, index=["a", "b"], columns=range(2000, 2005))
        acts = [
            Act("none", 2002, ("z",), "An act"),
            Act("late", 2004, ("a",), "An act"),
        ]
        rows = describe_acts(growth, acts, ["a", "b"], 2)
        assert [row["note"] for row in rows] == ["no city, or every city", "data are missing"]

    def test_hours(self):
        times = pd.DataFrame(
            {
                "code_a": ["a", "a", "b", "b"],
                "code_b": ["x", "x", "a", "a"],
                "year": [2009, 2011, 2009, 2011],
                "hours": [2.0, 1.0, 4.0, 4.0],
            }
        )
        acts = [Act("rail", 2010, ("x", "b"), "An act")]
        rows = {row["term"]: row["value"] for row in describe_times(times, acts, "a", "hours")}
        assert rows == {"hours_before": 3.0, "hours_after": 2.5}


class TestDispersion:
    def test_as_numpy_has_it(self):
        rng = np.random.default_rng(0)
        values = 100 + rng.normal(size=(9, 5))
        groups = np.zeros((2, 9), bool)
        groups[0, [0, 3, 5]] = groups[1, 4:] = True
        expected = [values[group].std(axis=0, ddof=1) for group in groups]
        np.testing.assert_allclose(within_dispersion(values, groups), expected, rtol=1e-9)

    def test_one_member_is_said(self):
        with pytest.raises(ValueError, match="two members"):
            within_dispersion(np.zeros((3, 2)), np.eye(3, dtype=bool))
