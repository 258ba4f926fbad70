"""Time lags need periods at equal distances, of numbers as of the calendar."""

import datetime

import pandas as pd
import pytest

from regiometrics.spatial import Spatial2SLS, SpatialPanel, simulate_panel
from regiometrics.spatial.errors import UnsupportedPanelError
from regiometrics.spatial.spacing import check_spacing

GAP = ["2000", "2001", "2002", "2003", "2009", "2010"]
EQUAL = {
    "integers": pd.Index([1990, 1995, 2000]),
    "fractions": pd.Index([0.1, 0.2, 0.3, 0.4]),
    "days": pd.date_range("2000-01-30", periods=6, freq="D"),
    "weeks": pd.date_range("2000-01-30", periods=6, freq="W"),
    "business days": pd.date_range("2000-01-03", periods=8, freq="B"),
    "ends of months": pd.date_range("2000-01-31", periods=6, freq="ME"),
    "middles of months": pd.DatetimeIndex([f"2000-{month:02}-15" for month in range(1, 8)]),
    "quarters": pd.date_range("2000-01-01", periods=6, freq="QS"),
    "years": pd.date_range("2000-12-31", periods=6, freq="YE"),
    "every third year": pd.date_range("2000-07-01", periods=6, freq="36MS"),
    "pandas periods": pd.period_range("2000", periods=6, freq="Q"),
    "dates of Python": pd.Index([datetime.date(year, 1, 1) for year in range(2000, 2006)]),
    "one period": pd.Index([2000]),
}


@pytest.mark.parametrize("periods", EQUAL.values(), ids=EQUAL.keys())
def test_equal_steps_pass(periods):
    check_spacing(periods)


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        (pd.Index([2000, 2001, 2003]), "2001 and 2003 are 2 apart, the first two 1;"),
        (pd.DatetimeIndex(pd.to_datetime(GAP)), "00:00 and 2009-.* are 72 months .* two 12;"),
        (pd.DatetimeIndex(["2000-01-01", "2000-01-02", "2000-01-04"]), "are 2 days apart"),
        (pd.PeriodIndex(GAP, freq="Y"), "2003 and 2009 are 6 periods apart, the first two 1;"),
        (pd.Index(GAP), "for example '2000'; expected numbers, dates or pandas periods"),
    ],
)
def test_gaps_and_labels_are_refused(periods, says):
    with pytest.raises(UnsupportedPanelError, match=says):
        check_spacing(periods)


@pytest.mark.parametrize("model", [SpatialPanel, Spatial2SLS])
def test_dynamic_models_ask(model):
    data = simulate_panel(25, 6, seed=1)
    dates = pd.MultiIndex.from_product([range(25), pd.to_datetime(GAP)])
    y, X = data.dependent.set_axis(dates), data.exog.set_axis(dates)
    with pytest.raises(UnsupportedPanelError, match="expected equal distances"):
        model(y, X, data.weights, dynamic="time")
    assert model(y, X, data.weights).fit().nobs == 150
