"""The step between two sources of one series, planted and found."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.splice import judge_splice

SECTORS = ["primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan"]


def plain(cities=24, provinces=3, seed=20221231):
    """Cities whose provinces grow at their own pace, cities within them nearly so."""
    rng = np.random.default_rng(seed)
    codes = [f"6{p + 1}{c:02d}00" for p in range(provinces) for c in range(cities // provinces)]
    province = pd.Series({code: code[:2] + "0000" for code in codes}).rename_axis("city_code")
    start = np.exp(rng.normal(6, 1, len(codes)))
    pace = np.repeat([0.02, 0.06, 0.15], cities // provinces) + rng.normal(0, 0.01, len(codes))
    levels = {2021: start, 2022: start * np.exp(pace)}
    frames = []
    for year, level in levels.items():
        index = pd.MultiIndex.from_product([codes, [year]], names=["city_code", "year"])
        frame = pd.DataFrame({"gdp_100m_yuan": level}, index=index)
        for sector, share in zip(SECTORS, (0.1, 0.4, 0.5), strict=True):
            frame[sector] = 1e4 * share * level
        frames.append(frame)
    return pd.concat(frames).sort_index(), province


def verdicts(output, province):
    return judge_splice(output, province, (2022,), limit=5)["verdict"]


def test_clean_steps_are_continuous():
    """Normal steps and a limit of five robust scales: one in two million lies beyond."""
    assert (verdicts(*plain()) == "continuous").all()


@pytest.mark.parametrize("factor", [0.1, 0.8, 1.3, 10.0])
def test_a_planted_break_is_found_and_nothing_else(factor):
    output, province = plain()
    output.loc[("610300", 2022), :] *= factor  # the sectors too: only the step gives it away
    found = verdicts(output, province)
    assert found[found != "continuous"].to_dict() == {("610300", 2022): "break"}


def test_sectors_that_do_not_add_up_are_found():
    output, province = plain()
    output.loc[("620100", 2022), "tertiary_10k_yuan"] *= 1.05
    found = verdicts(output, province)
    assert found[found != "continuous"].to_dict() == {("620100", 2022): "sum"}


def test_a_missing_level_is_untested():
    output, province = plain()
    output.loc[("630100", 2021), "gdp_100m_yuan"] = np.nan
    found = verdicts(output, province)
    assert found[found != "continuous"].to_dict() == {("630100", 2022): "untested"}


def test_the_peers_are_the_other_cities_of_the_province():
    output, province = plain()
    told = judge_splice(output, province, (2022,), limit=5).droplevel("year")
    own = told.loc[province == "610000", "log_growth"]
    assert told.at["610000", "peer_growth"] == own.drop("610000").median()
    assert told["peers"].eq(7).all()


def test_a_province_of_few_cities_is_compared_with_china():
    output, province = plain()
    province = province.where(province.index != "630700", "990000")
    told = judge_splice(output, province, (2022,), limit=1e9).droplevel("year")
    assert told.at["630700", "peers"] == 23
    assert told.at["630700", "peer_growth"] == told["log_growth"].drop("630700").median()


def test_a_year_without_figures_has_no_rows():
    assert judge_splice(*plain(), (2024,), limit=5).empty
