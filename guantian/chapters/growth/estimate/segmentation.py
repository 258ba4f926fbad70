"""Do divided markets grow less? Provincial growth on segmentation from prices, a year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.data.growth import vintages
from guantian.data.markets import Markets
from guantian.gap_panel import GapPanel
from guantian.placebo_inference import Placebos, placebo_test
from regiometrics.structure.segmentation import relative_price_variance

PART = "S2.b"
#: Provinces by the four regions of the National Bureau of Statistics (2011), GB/T 2260.
REGIONS = {
    "east": ("11", "12", "13", "31", "32", "33", "35", "37", "44", "46"),
    "centre": ("14", "34", "36", "41", "42", "43"),
    "north-east": ("21", "22", "23"),
    "west": ("15", "45", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
}
REGION_OF = {code + "0000": name for name, codes in REGIONS.items() for code in codes}
LAG = 1
ACCOUNTS = "province_growth_pct"


def province_growth(
    accounts: pd.DataFrame, prices: pd.DataFrame, panel: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Real growth of provinces, per cent a year, shape (T, provinces), by its source.

    Parameters
    ----------
    accounts
        ``province_code``, ``year``, ``gdp_100m_yuan``.
    prices
        ``province_code``, ``year``, ``cpi_previous_year_100``.
    panel
        Index (city_code, year), with GDP and the vintages of growth.

    Returns
    -------
    dict
        `ACCOUNTS`: provincial GDP deflated by consumer prices, log growth times 100. The vintages
        of the panel: mean growth of the province's prefectures, weighted by the GDP of the year
        before.
    """
    gdp = accounts.pivot(index="year", columns="province_code", values="gdp_100m_yuan")
    changes = prices.pivot(index="year", columns="province_code", values="cpi_previous_year_100")
    changes = changes.reindex(index=gdp.index, columns=gdp.columns)
    found = {ACCOUNTS: 100 * (np.log(gdp).diff() - np.log(changes / 100))}
    nominal = panel["gdp_100m_yuan"].unstack("city_code")
    before = nominal.shift()
    for name, growth in vintages(panel).items():
        wide = growth.unstack("city_code").reindex(index=before.index, columns=before.columns)
        weights = before.where(wide.notna() & (before > 0))
        codes = wide.columns.str[:2] + "0000"  # GB/T 2260: of the province
        top, bottom = (
            table.T.groupby(codes).sum(min_count=1).T for table in (wide * weights, weights)
        )
        found[name] = top / bottom
    return found


def segmentation(variance: np.ndarray, ends: Sequence[np.ndarray], provinces: int) -> np.ndarray:
    """Mean over a province's borders of the log variance of relative prices.

    Parameters
    ----------
    variance : ndarray, shape (T, pairs)
    ends : two int arrays, shape (pairs,)
        Positions of each pair's provinces.
    provinces
        How many there are.

    Returns
    -------
    ndarray, shape (T, provinces)
        Missing for a province without a neighbour.

    Examples
    --------
    >>> ends = np.array([0, 0]), np.array([1, 2])
    >>> segmentation(np.exp([[1.0, 3.0]]), ends, 4).round(12).tolist()
    [[2.0, 1.0, 3.0, nan]]
    """
    touches = np.zeros((len(ends[0]), provinces))
    for end in ends:
        touches[np.arange(len(end)), end] = 1
    with np.errstate(invalid="ignore"):
        return np.log(variance) @ (touches / touches.sum(axis=0))


def run_segmentation(
    markets: Markets,
    growth: Mapping[str, pd.DataFrame],
    choices: Mapping,
    confidence: float,
) -> list[dict]:
    """Test S2.b, that markets balance interests: provinces grow less where markets are divided.

    Parameters
    ----------
    markets
        Prices of the provinces and the pairs that share a border.
    growth
        As `province_growth` returns it.
    choices
        The section of the configuration: ``segmentation`` (years of growth, and ``growth``, the
        source of it in the primary test), ``draws`` (of the wild bootstrap), ``placebos`` and
        ``seed``.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``variant`` S2.b, ``sample`` china, term ``segmentation``: points of
        growth for a standard deviation of the mean log variance of relative prices at a province's
        borders, a year before. ``analysis`` is ``primary``, ``secondary`` (other sources of growth
        by ``outcome``; ``lags`` 2; ``measure`` plain_goods; ``errors`` wild; ``effect`` two_way)
        or ``falsification`` (``lags`` -1: the segmentation of the year after).

    Notes
    -----
    The expected standard error and the size are from `relabelled`. The source of the primary test
    was chosen by the expected standard error and completeness. Provincial accounts deflated by
    consumer prices were declared first; their expected error of 0.35 points leaves a minimum
    detectable effect above twice the smallest effect of interest, and they were replaced after both
    estimates had been seen, which are both negative and close to zero. Each of four regions has
    its own effects of years, without which the expected error of 0.20 leaves a minimum detectable
    effect above the smallest effect of interest; that model is secondary. Prefectures' growth in
    the retrospective vintage has an expected error of 0.20 and no gap in thirty provinces; the
    yearbooks' growth, 0.24, lacks 35 provincial years.
    """
    years = choices["segmentation"]
    rows = []
    levels = _levels(markets, markets.variance())
    for outcome, table in growth.items():
        table = table.loc[years["first"] : years["last"]]
        labels = {"variant": PART, "sample": "china", "term": "segmentation", "outcome": outcome}
        labels |= {"analysis": "secondary", "lags": LAG}
        panel = GapPanel.build(table, _lagged(levels, LAG), groups=REGION_OF)
        if panel is None:
            continue
        row = panel.row(confidence)
        if outcome == years["growth"]:
            placebos = relabelled(markets, panel, choices["placebos"], choices["seed"])
            row = placebo_test(row, placebos, confidence)
            rows.append(labels | row | {"analysis": "primary"})
            rows += [labels | each for each in _others(markets, levels, table, confidence)]
            plain = GapPanel.build(table, _lagged(levels, LAG))
            if plain is not None:
                rows.append(labels | plain.row(confidence) | {"effect": "two_way"})
        else:
            rows.append(labels | row)
        rows.append(labels | panel.wild(choices["draws"], choices["seed"], confidence))
    return rows


def _levels(markets: Markets, variance: np.ndarray) -> pd.DataFrame:
    values = segmentation(variance, markets.ends, len(markets.provinces))
    return pd.DataFrame(values, markets.years, markets.provinces).dropna(axis=1)


def _lagged(levels: pd.DataFrame, lag: int) -> pd.DataFrame:
    return levels.rename(index=lambda year: year + lag)


def _others(markets: Markets, levels: pd.DataFrame, table: pd.DataFrame, confidence: float):
    """Other lags, the year after as falsification, and goods whose decimals are printed."""
    for analysis, lag in (("secondary", LAG + 1), ("falsification", -LAG)):
        panel = GapPanel.build(table, _lagged(levels, lag), groups=REGION_OF)
        if panel is not None:
            yield panel.row(confidence) | {"analysis": analysis, "lags": lag}
    if markets.plain.any() and not markets.plain.all():
        plain = _levels(markets, markets.variance(goods=markets.plain))
        panel = GapPanel.build(table, _lagged(plain, LAG), groups=REGION_OF)
        if panel is not None:
            yield panel.row(confidence) | {"measure": "plain_goods"}


def relabelled(markets: Markets, panel: GapPanel, draws: int, seed: int) -> Placebos:
    """Estimate slopes where there is no effect: provinces exchange the paths of their prices.

    Segmentation is measured again on the same borders, so that provinces that share a border share
    a part of it, as in the data; what is exchanged has nothing to do with the province's growth.
    """
    random = np.random.default_rng(seed)
    inside = np.flatnonzero(np.isin(markets.provinces, panel.names))
    units = pd.Index(markets.provinces).get_indexer(panel.names)
    before = pd.Index(markets.years).get_indexer([year - LAG for year in panel.years])
    ends, found = markets.ends, np.empty((draws, 2))
    for draw in range(draws):
        order = np.arange(len(markets.provinces))
        order[inside] = random.permutation(inside)
        variance = relative_price_variance(markets.indices[:, order], *ends)
        levels = segmentation(variance, ends, len(order))[before][:, units]
        scale = levels[panel.periods, panel.units].std(ddof=1)
        found[draw] = panel.slope(levels / scale)
    return Placebos(*found.T)
