"""Where two sources of one series meet: the step between them, compared with the neighbours'."""

from __future__ import annotations

import numpy as np
import pandas as pd

NORMAL_SCALE = 1.4826  # a normal's standard deviation over its median absolute deviation
FEWEST_PEERS = 4  # a median of fewer is no neighbourhood; China's then replaces it
SUM_TOLERANCE = 0.005  # bulletins print GDP and sectors to 10 million yuan or better


def judge_splice(
    output: pd.DataFrame, provinces: pd.Series, years: tuple[int, ...], limit: float
) -> pd.DataFrame:
    """Test the growth of GDP at the years after a splice.

    Each city's log growth is compared with the median of the other cities' of its province, in
    robust scales (1.4826 times the median absolute deviation, over all cities of the year), and
    GDP against the sum of its sectors.

    Parameters
    ----------
    output
        Index (city_code, year): ``gdp_100m_yuan`` and ``primary_10k_yuan``,
        ``secondary_10k_yuan``, ``tertiary_10k_yuan``.
    provinces
        Province of each city, indexed by ``city_code``.
    years
        Years whose growth over the year before is tested.
    limit
        Robust scales beyond which a step is a break.

    Returns
    -------
    DataFrame
        Index (city_code, year): ``log_growth``, ``peer_growth``, ``peers`` (how many),
        ``robust_scales``, ``sectors_over_gdp`` and ``verdict``: ``continuous``, ``break`` (the
        step), ``sum`` (the sectors do not add up) or ``untested`` (a level, or every peer, is
        missing).
    """
    return pd.concat([_judge_year(output, provinces, year, limit) for year in years]).sort_index()


def _judge_year(
    output: pd.DataFrame, provinces: pd.Series, year: int, limit: float
) -> pd.DataFrame:
    sectors = output[["primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan"]]
    ratio = sectors.sum(axis=1, min_count=3) / 1e4 / output["gdp_100m_yuan"]
    logs = np.log(output["gdp_100m_yuan"].unstack("year")).reindex(columns=[year - 1, year])
    growth = logs[year] - logs[year - 1]
    growth = growth[logs.notna().any(axis=1)].sort_index()
    province = provinces.reindex(growth.index)
    peers, counts = _peers(growth, province)
    distance = growth - peers
    scale = NORMAL_SCALE * distance.abs().median()
    tested = pd.DataFrame(
        {
            "log_growth": growth,
            "peer_growth": peers,
            "peers": counts,
            "robust_scales": distance / scale,
            "sectors_over_gdp": ratio[ratio.index.get_level_values("year") == year]
            .droplevel("year")
            .reindex(growth.index),
        }
    )
    off = (tested["sectors_over_gdp"] - 1).abs() > SUM_TOLERANCE
    tested["verdict"] = np.select(
        [tested["robust_scales"].isna(), tested["robust_scales"].abs() > limit, off],
        ["untested", "break", "sum"],
        default="continuous",
    )
    return tested.assign(year=year).set_index("year", append=True)


def _peers(growth: pd.Series, province: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Median growth of the other cities of the province, or of the nation where they are few."""
    values, place = growth.to_numpy(dtype="float64"), pd.factorize(province)[0]
    known = ~np.isnan(values)
    medians, counts = [], []
    for city in range(len(values)):
        others = known & (place == place[city]) & (place >= 0)
        others[city] = False
        if others.sum() < FEWEST_PEERS:
            others = known.copy()
            others[city] = False
        counts.append(int(others.sum()))
        medians.append(np.median(values[others]) if counts[-1] else np.nan)
    index = growth.index.rename("city_code")
    return pd.Series(medians, index=index), pd.Series(counts, index=index)
