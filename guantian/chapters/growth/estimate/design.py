"""The data of growth regressions: growth, and what came the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.data.growth import HEADLINE
from guantian.labels import keys, label

#: Candidate regressors of growth, as printed.
TITLES = {name: label("determinant", name) for name in keys("determinant")}


@dataclass(frozen=True)
class GrowthData:
    """Complete cases of a growth regression.

    Attributes
    ----------
    outcome : Series
        Annual log growth, times 100; index (city_code, year). Its name is the panel's variable, of
        one vintage.
    exog : DataFrame
        Regressors of the year before, same index.
    provinces : Series
        Same index.
    """

    outcome: pd.Series
    exog: pd.DataFrame
    provinces: pd.Series

    def subset(self, codes: Sequence[str]) -> GrowthData:
        """Keep some cities."""
        keep = self.outcome.index.get_level_values("city_code").isin(list(codes))
        return GrowthData(self.outcome[keep], self.exog[keep], self.provinces[keep])

    @property
    def variable(self) -> str:
        """Variable of the panel that the outcome comes from."""
        return str(self.outcome.name)

    @property
    def cities(self) -> np.ndarray:
        """City of each row."""
        return self.outcome.index.get_level_values("city_code").to_numpy()

    @property
    def years(self) -> np.ndarray:
        """Year of each row."""
        return self.outcome.index.get_level_values("year").to_numpy()


def candidate_regressors(
    panel: pd.DataFrame, finance: pd.DataFrame, investment: pd.DataFrame, leaders: pd.DataFrame
) -> pd.DataFrame:
    """Return every candidate, none of them a ratio to output.

    Output is on the left. A ratio to it on the right would bring the same error of measurement to
    both sides, so that money figures are per resident and in logs.

    Parameters
    ----------
    panel
        Index (city_code, year).
    finance
        Same index: `loans_100m_yuan`, with `loans_imputed`.
    investment
        Same index: `fdi_utilised_10k_usd`.
    leaders
        Same index: `secretary_birth_year`, `secretary_tenure_years`, `mayor_tenure_years`.

    Returns
    -------
    DataFrame
        Index (city_code, year). Imputed figures are missing.
    """
    people = panel["resident_population_10k"]
    year = panel.index.get_level_values("year")
    sheets = finance.reindex(panel.index), investment.reindex(panel.index)
    leader = leaders.reindex(panel.index)

    def per_head(values: pd.Series, imputed: pd.Series | None = None) -> pd.Series:
        figures = values.where(imputed.fillna(0) == 0) if imputed is not None else values
        return np.log((figures / people).where(figures > 0))

    return pd.DataFrame(
        {
            "investment": per_head(
                panel["fixed_investment_100m_yuan"], panel["fixed_investment_imputed"]
            ),
            "government": per_head(
                panel["budget_expenditure_100m_yuan"], panel["budget_expenditure_imputed"]
            ),
            "self_sufficiency": 1 - panel["fiscal_gap_pct"] / 100,
            "openness": per_head(sheets[1]["fdi_utilised_10k_usd"]),
            "finance": per_head(sheets[0]["loans_100m_yuan"], sheets[0]["loans_imputed"]),
            "industry": panel["secondary_share_pct"] / 100,
            "leader_age": (year - leader["secretary_birth_year"]) / 10,
            "leader_tenure": leader["secretary_tenure_years"],
            "mayor_tenure": leader["mayor_tenure_years"],
        },
        index=panel.index,
    )


def growth_data(
    panel: pd.DataFrame,
    candidates: pd.DataFrame,
    names: Sequence[str],
    first: int,
    last: int,
    reported: pd.Series | None = None,
) -> GrowthData:
    """Join growth of each year with the candidates of the year before; keep complete cases.

    Growth is what is ``reported`` (per cent, named by its variable), by default the headline.

    Raises
    ------
    ValueError
        If a name is not a candidate, or no case is complete.
    """
    unknown = sorted(set(names) - set(candidates))
    if unknown:
        raise ValueError(
            f"{unknown[0]!r} is no candidate regressor; expected some of {', '.join(candidates)}."
        )
    # The year before is the year's own label less one, whether or not a row stands there.
    lagged = candidates[list(names)].rename(index=lambda year: year + 1, level="year")
    reported = panel[HEADLINE] if reported is None else reported
    growth = 100 * np.log1p(reported / 100)
    data = lagged.assign(growth=growth.reindex(lagged.index))
    years = data.index.get_level_values("year")
    data = data[(years >= first) & (years <= last)].dropna().sort_index()
    if data.empty:
        raise ValueError(f"No city has growth and all of {', '.join(names)} in {first}-{last}.")
    provinces = panel["province_code"].groupby(level="city_code").first()
    codes = data.index.get_level_values("city_code")
    return GrowthData(
        data["growth"].rename(reported.name),
        data[list(names)],
        pd.Series(codes.map(provinces), index=data.index),
    )
