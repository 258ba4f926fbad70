"""Mean group estimators: by hand, by recovery and by coverage."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.panel import PanelError, mean_group
from regiometrics.spatial import pesaran_cd


def panel(seed, n=30, T=30, factor=1.0):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(n), range(2000, 2000 + T)], names=["city", "year"])
    shock = rng.normal(size=T)
    x = rng.normal(size=(n, T)) + factor * rng.normal(1, 0.3, (n, 1)) * shock
    y = rng.normal(1, 0.3, (n, 1)) * x + factor * rng.normal(1, 0.5, (n, 1)) * shock
    y += rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, T))
    return pd.Series(y.ravel(), index, name="y"), pd.DataFrame({"x": x.ravel()}, index)


@pytest.mark.parametrize("factors", [False, True])
def test_slopes_and_covariance_by_hand(factors):
    y, x = panel(0, n=5, T=12)
    fit = mean_group(y, x, factors=factors)
    wide_y, wide_x = y.unstack().to_numpy(), x["x"].unstack().to_numpy()
    slopes = []
    for i in range(5):
        columns = [wide_x[i], np.ones(12)]
        if factors:
            columns += [wide_y.mean(axis=0), wide_x.mean(axis=0)]
        slopes.append(np.linalg.lstsq(np.column_stack(columns), wide_y[i], rcond=None)[0][0])
    assert fit.slopes["x"].tolist() == pytest.approx(slopes)
    assert fit.params["x"] == pytest.approx(np.mean(slopes))
    assert fit.std_errors["x"] == pytest.approx(np.std(slopes, ddof=1) / np.sqrt(5))
    assert fit.resids.index.names == ["city", "year"]


def test_common_factors_bias_what_ignores_them():
    found = [
        [mean_group(*panel(s), factors=f).params["x"] for f in (False, True)] for s in range(30)
    ]
    plain, augmented = np.mean(found, axis=0)
    assert plain > 1.2
    # The error of a mean of 30 estimates is about 0.01.
    assert augmented == pytest.approx(1, abs=0.04)


def test_coverage_and_dependence():
    inside, dependent = 0, 0
    for seed in range(60):
        fit = mean_group(*panel(100 + seed))
        low, high = fit.conf_int().loc["x"]
        inside += low <= 1 <= high
        dependent += abs(pesaran_cd(fit.resids)["statistic"]) > 5
    # 52 or fewer of 60 at 95% have a probability of 1.2%.
    assert inside > 52
    assert dependent == 0
    plain = mean_group(*panel(1), factors=False)
    assert abs(pesaran_cd(plain.resids)["statistic"]) > 5


def test_order_of_rows_does_not_matter():
    y, x = panel(2)
    mixed = mean_group(y.sample(frac=1, random_state=0), x.sample(frac=1, random_state=1))
    assert mixed.params["x"] == pytest.approx(mean_group(y, x).params["x"])


def test_what_cannot_be_estimated_is_refused():
    y, x = panel(3, n=6, T=8)
    with pytest.raises(PanelError, match="expected three or more"):
        mean_group(y.loc[[0, 1]], x.loc[[0, 1]])
    with pytest.raises(PanelError, match="leave no degree of freedom"):
        mean_group(y[y.index.get_level_values(1) < 2004], x[x.index.get_level_values(1) < 2004])
    constant = x.copy()
    constant.loc[4, "x"] = 1.0
    with pytest.raises(PanelError, match="unit 4 are collinear"):
        mean_group(y, constant)
    with pytest.raises(PanelError, match="reproduce the outcome of unit 0 exactly"):
        mean_group((2 * x["x"]).rename("y"), x, factors=False)
