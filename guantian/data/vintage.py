"""The panel with growth as first published in place of the yearbooks'."""

from __future__ import annotations

import pandas as pd

from guantian.data.derived import DERIVED
from guantian.data.growth import HEADLINE, OUTPUTS, VINTAGES, vintages
from guantian.data.prices import implied_deflator

FIRST = VINTAGES[1]


def as_first_published(panel: pd.DataFrame) -> pd.DataFrame:
    """Put first-published growth, and output chained by it, under the names of the headline.

    Whatever is estimated from the panel can so be estimated again in the other vintage, by the
    same code and under the same names. What formulas make of real output is made again.

    Parameters
    ----------
    panel
        The panel of cities and years: index (city_code, year).

    Returns
    -------
    DataFrame
        The same columns; flags and judgements of cells are left as they are.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["610100"], [2008, 2009]], names=["city_code", "year"])
    >>> frame = pd.DataFrame({"gdp_100m_yuan": [100.0, 121.0]}, index)
    >>> frame = frame.assign(**{HEADLINE: [9.0, 10.0], FIRST: [None, 11.0], VINTAGES[2]: 10.0})
    >>> frame = frame.assign(**{OUTPUTS[HEADLINE]: [100.0, 110.0], OUTPUTS[FIRST]: [100.0, 111.0]})
    >>> made = as_first_published(frame)
    >>> made[HEADLINE].tolist(), made[OUTPUTS[HEADLINE]].tolist()
    ([9.0, 11.0], [100.0, 111.0])
    """
    growth = vintages(panel)[FIRST].astype("float64")
    deflator = implied_deflator(panel["gdp_100m_yuan"], growth).reindex(panel.index)
    made = panel.assign(
        **{
            HEADLINE: growth,
            OUTPUTS[HEADLINE]: panel[OUTPUTS[FIRST]],
            "implied_deflator_previous_year_100": deflator,
        }
    )
    changed = {OUTPUTS[HEADLINE]}
    for variable in DERIVED:
        if changed.intersection(variable.variables) and variable.name in panel:
            made[variable.name] = made.eval(variable.formula)
            changed.add(variable.name)
    return made


def accounts_as_first_published(accounts: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Put first-published growth into the table of accounts, where it is known.

    Parameters
    ----------
    accounts
        The corrected table ``city_accounts``.
    targets
        The corrected table ``city_growth_targets``.

    Examples
    --------
    >>> key = {"city_code": ["610100", "610200"], "year": [2010, 2010]}
    >>> accounts = pd.DataFrame({**key, "gdp_growth_reported": [12.0, 11.0]})
    >>> targets = pd.DataFrame({**key, "growth_actual_pct": [14.5, None]})
    >>> accounts_as_first_published(accounts, targets)["gdp_growth_reported"].tolist()
    [14.5, 11.0]
    """
    key = ["city_code", "year"]
    first = targets.set_index(key)["growth_actual_pct"].astype("float64")
    at = pd.MultiIndex.from_frame(accounts[key])
    first = pd.Series(first.reindex(at).to_numpy(), index=accounts.index)
    reported = accounts["gdp_growth_reported"].astype("float64")
    return accounts.assign(gdp_growth_reported=first.fillna(reported))
