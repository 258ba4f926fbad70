"""Growth accounts add up, sum groups before taking logs, and rank a zone where it stands."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.growth.estimate.accounting import account_rows, growth_accounts, log_growth
from guantian.results import estimates, one, rows


def levels(growth, years=(2000, 2010)):
    """Cities that grow by given annual log rates (output, capital, labour) from one."""
    rows = {}
    for code, rates in growth.items():
        for year in years:
            rows[code, year] = np.exp(np.array(rates) * (year - years[0]))
    columns = ["output", "capital", "labour"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame.index = pd.MultiIndex.from_tuples(frame.index, names=["city_code", "year"])
    return frame


@pytest.mark.parametrize("share", [0.0, 0.35, 1.0])
def test_parts_add_up(share):
    drawn = np.random.default_rng(1).normal(size=(5, 3))
    parts = growth_accounts(drawn, share)
    np.testing.assert_allclose(parts[:, 1:].sum(axis=1), drawn[:, 0], atol=1e-12)


def test_share_outside_zero_and_one_is_refused():
    with pytest.raises(ValueError, match="expected between 0 and 1"):
        growth_accounts(np.zeros(3), 1.2)


def test_groups_are_summed_before_logs():
    frame = levels({"a": (0.10, 0.1, 0.0), "b": (0.0, 0.0, 0.0)})
    found = log_growth(frame, np.array([["a", "b"]]), 2000, 2010)[0, 0]
    assert found == pytest.approx(np.log((np.e + 1) / 2) / 10)  # not the mean rate, 0.05


def test_a_missing_member_leaves_the_group_missing():
    frame = levels({"a": (0.1, 0.1, 0.1)})
    assert np.isnan(log_growth(frame, np.array([["a", "c"]]), 2000, 2010)).all()


def test_the_zone_is_ranked_by_its_residual():
    rates = {f"p{number}": (0.01 * number, 0.0, 0.0) for number in range(9)}
    frame = levels({"z": (0.5, 0.0, 0.0), **rates})
    placebo = np.array([[code] for code in rates])
    shares = [0.4, 0.5, 0.6]
    found = estimates(
        account_rows(frame, {"zone": ["z"]}, placebo, [(2000, 2010)], shares, 0.5, "real_gdp")
    )
    assert set(found["outcome"]) == {"real_gdp"}
    ranked = one(found, analysis="accounting_rank", term="residual")
    assert ranked.estimate == pytest.approx(0.5 - 0.04)  # the placebo median is 0.04
    assert (ranked.own_value, ranked.benchmark) == pytest.approx((0.5, 0.04))
    assert (ranked.rank, ranked.n_draws, ranked.rank_from) == (1, 9, "above")
    # At the confidence asked for: the placebo quartiles are 0.02 and 0.06.
    assert ranked.conf_low == pytest.approx(0.5 - 0.06)
    assert ranked.conf_high == pytest.approx(0.5 - 0.02)
    shown = one(found, analysis="accounting", term="growth")
    assert shown.conf_low == shown.estimate == shown.conf_high


def test_a_group_without_figures_says_so():
    frame = levels({"z": (0.5, 0.0, 0.0)})
    found = account_rows(
        frame, {"zone": ["z"], "other": ["x"]}, np.array([["z"]]), [(2000, 2010)], [0.5], 0.95, "y"
    )
    other = rows(estimates(found), unit="other")
    assert set(other["note"]) == {"no city has all data"}
