"""Growth as first published under the names of the headline."""

import numpy as np
import pandas as pd

from guantian.chapters.growth import AGAIN, SECOND
from guantian.data.growth import HEADLINE, OUTPUTS
from guantian.data.vintage import FIRST, accounts_as_first_published, as_first_published
from guantian.registry import estimated_again, first_published, results


def test_what_rests_on_growth_is_exchanged_and_the_rest_stays(real_panel):
    made = as_first_published(real_panel)
    assert made.columns.tolist() == real_panel.columns.tolist()
    growth = real_panel[FIRST].fillna(real_panel[HEADLINE])
    pd.testing.assert_series_equal(made[HEADLINE], growth, check_names=False)
    output = made[OUTPUTS[HEADLINE]]
    assert output.equals(real_panel[OUTPUTS[FIRST]].rename(OUTPUTS[HEADLINE]))
    residents = real_panel["resident_population_10k"]
    np.testing.assert_array_equal(made["real_gdp_per_resident_yuan"], 1e4 * output / residents)
    first = real_panel["real_gdp_first_published_per_resident_yuan"]
    np.testing.assert_allclose(made["real_gdp_per_resident_yuan"], first, rtol=1e-12)
    changed = [name for name in made if not made[name].equals(real_panel[name])]
    assert set(changed) == {
        HEADLINE,
        OUTPUTS[HEADLINE],
        "implied_deflator_previous_year_100",
        "real_gdp_gap_pct",
        "real_gdp_per_head_yuan",
        "real_gdp_per_resident_yuan",
    }


def test_a_step_of_the_chain_is_the_growth_it_is_chained_by(real_panel):
    made = as_first_published(real_panel).loc["610100"]
    step = 100 * (made[OUTPUTS[HEADLINE]] / made[OUTPUTS[HEADLINE]].shift() - 1)
    known = step.notna() & made[HEADLINE].notna()
    assert known.sum() > 10
    np.testing.assert_allclose(step[known], made.loc[known, HEADLINE], atol=1e-9)


def test_the_table_of_accounts_has_it_where_it_is_known(corrected):
    tables = corrected[0]
    made = accounts_as_first_published(tables["city_accounts"], tables["city_growth_targets"])
    before = tables["city_accounts"]
    index = ["city_code", "year"]
    first = tables["city_growth_targets"].set_index(index)["growth_actual_pct"].dropna()
    both = before.set_index(index)["gdp_growth_reported"].index.intersection(first.index)
    now = made.set_index(index)["gdp_growth_reported"]
    assert len(both) > 3000 and now[both].equals(first[both].rename(now.name))
    same = made.drop(columns="gdp_growth_reported")
    assert same.equals(before.drop(columns="gdp_growth_reported"))


def test_the_chapters_of_the_table_are_those_that_are_run_again():
    assert sorted(AGAIN) == sorted(chapter.name for chapter, _ in estimated_again())
    for name in AGAIN:
        assert first_published(results("estimates", name)) == SECOND.format(name)
