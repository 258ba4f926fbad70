"""Tables of segmentation, duplicated construction and the fiscal burden, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.chapters.similarity.rows import (
    cell,
    detectable,
    find,
    has_estimate,
    p_cell,
    range_cell,
)
from guantian.estimates import with_detectable
from guantian.present.tables import Table
from regiometrics.inference import POWER

GOODS = {
    "all_goods": "Nine goods",
    "plain_goods": "Without derived decimals",
    "one_decimal": "These, one decimal in all years",
    "all_goods_early": "Nine goods, printed to one decimal",
    "all_goods_late": "Nine goods, printed in full",
}
CO_MOVEMENT = {
    "pearson": "Infrastructure investment, correlation of growth",
    "spearman": "The same, of ranks",
}
RATES = {
    "investment_over_gdp": "Fixed investment over GDP, as reported",
    "investment_benchmarked": "The same, scaled to the provinces' accounts",
}
EFFICIENCY = {
    "log_icor": "Incremental capital–output ratio, log",
    "output_per_capital": "Output per capital, standard deviation of logs",
}
WINDOWS = ("early", "late")
SAMPLES = ("zone", "region", "nation")
ERRORS = {
    "wild": "Wild bootstrap",
    "driscoll_kraay": "Driscoll–Kraay",
    "conley": "Conley",
}


def burden_tables(
    segmentation: pd.DataFrame,
    burden: pd.DataFrame,
    labels: Mapping[str, str],
    confidence: float,
) -> list[Table]:
    """Return the tables of segmentation, duplication and burden.

    Parameters
    ----------
    segmentation, burden
        Tidy estimates.
    labels
        Specification of structure to its title.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}%"
    burden = with_detectable(burden, confidence)
    return [
        Table(
            "segmentation",
            "Segmentation of the zone's provinces' markets",
            _segmentation(segmentation, level),
            "Log variance of relative prices. Level: the mean over years less the median of other "
            "pairs of neighbouring provinces, with the interval from their quantiles and the "
            "p-value of the rank (last column: that of the trend). Trends a year, times 100, with "
            "Newey–West intervals; relative: less the mean of other pairs.",
            text=("Goods",),
        ),
        Table(
            "duplication",
            "Duplicated construction",
            _duplication(burden, level),
            "Ranked: the zone's mean less the median of placebo zones, with the interval from "
            "their quantiles and the p-value of the rank. Elasticities: two-way within, errors "
            f"clustered by city. Detectable: what a test at the interval's level finds with power "
            f"{POWER:g}. Reported investment exceeds GDP in places: ratios of capital are "
            "shown for completeness.",
            group="Evidence",
            text=("Measure",),
        ),
        Table(
            "fiscal_burden",
            "Fiscal gap and likeness to neighbours, nation",
            _regressions(burden, labels, level),
            "Points of expenditure not covered by own revenue, for each tenth of workers more in "
            "the same sectors as the neighbours' workers; city and year effects. Detectable: "
            f"what a test finds with power {POWER:g}, from the wild bootstrap's interval. "
            "Output: with the log of GDP.",
            group="Structure",
            text=("Agriculture", "Output"),
        ),
    ]


def _segmentation(estimates: pd.DataFrame, level: str) -> pd.DataFrame:
    body = []
    for spec, title in GOODS.items():
        key = {"analysis": "segmentation", "spec": spec}
        rows = {
            term: find(estimates, term=term, **key)
            for term in ("level", "trend", "own_trend", "national_trend", "relative_trend")
        }
        if rows["national_trend"] is None:
            continue
        body.append(
            {
                "Goods": title,
                "Years": cell(rows["national_trend"], "n_periods", 0),
                "Level": cell(rows["level"], "estimate", 2),
                f"{level} of level": range_cell(rows["level"], 2),
                "p, level": p_cell(rows["level"]),
                "Trend": cell(rows["own_trend"], "estimate", 1, 100),
                f"{level} of trend": range_cell(rows["own_trend"], 1, 100),
                "Others": cell(rows["national_trend"], "estimate", 1, 100),
                "Relative": cell(rows["relative_trend"], "estimate", 1, 100),
                f"{level} of relative": range_cell(rows["relative_trend"], 1, 100),
                "p among pairs": p_cell(rows["trend"]),
            }
        )
    return pd.DataFrame(body)


def _duplication(estimates: pd.DataFrame, level: str) -> pd.DataFrame:
    body = []

    def add(
        evidence: str, measure: str, row: pd.Series | None, own: str, scale: float, places: int
    ):
        if row is not None:
            ranked = row["cov_type"] == "rank"
            body.append(
                {
                    "Evidence": evidence,
                    "Measure": measure,
                    "Zone": cell(row, own, places, scale) if ranked else "",
                    "Estimate": cell(row, "estimate", places, scale),
                    level: range_cell(row, places, scale),
                    "p": p_cell(row),
                    "Detectable": detectable(row, places, scale),
                    "Draws or cities": cell(row, "n_obs" if ranked else "n_units", 0),
                }
            )

    ranked = "Ranked among placebo zones"
    for spec, measure in CO_MOVEMENT.items():
        row = find(estimates, analysis="co_movement", spec=spec)
        add(ranked, measure, row, "statistic", 1, 2)
    for other, name in (("population", "people"), ("lights", "lights")):
        for window in WINDOWS:
            key = {"analysis": "outgrowth", "spec": window, "outcome": f"land_per_{other}"}
            measure = f"Built-up land less {name}, {window}, % a year"
            add(ranked, measure, find(estimates, **key), "statistic", 100, 2)
    rates = estimates[(estimates["analysis"] == "investment_rate") & (estimates["term"] == "level")]
    for outcome, title in RATES.items():
        for _, row in rates[rates["outcome"] == outcome].iterrows():
            add(ranked, f"{title}, {row['spec']}, %", row, "statistic", 100, 0)
    for _, row in estimates[estimates["analysis"] == "capital_efficiency"].iterrows():
        measure = f"{EFFICIENCY[row['outcome']]}, {row['spec'].replace('_', ' ')}"
        add(ranked, measure, row, "statistic", 1, 2)
    for sample in SAMPLES:
        for window in WINDOWS:
            for term in ("population", "lights"):
                key = {"analysis": "land_elasticity", "sample": sample, "spec": window}
                row = find(estimates, term=term, **key)
                measure = f"{sample.capitalize()}, {window}, in {term}"
                add("Elasticity of built-up land", measure, row, "estimate", 1, 2)
    return pd.DataFrame(body)


def _regressions(estimates: pd.DataFrame, labels: Mapping[str, str], level: str) -> pd.DataFrame:
    body = []
    for spec, title in labels.items():
        for suffix, farming in (("", "With"), ("_no_agriculture", "Without")):
            for control, said in (("", "No"), ("_output", "Yes")):
                key = {"analysis": "burden", "term": "overlap"}
                name = f"{spec}{suffix}{control}"
                main = find(estimates, spec=f"{name}.province", **key)
                if not has_estimate(main):
                    continue
                cells = {
                    "Structure": title,
                    "Agriculture": farming,
                    "Output": said,
                    "Slope": cell(main, "estimate", 2),
                    f"{level}, province": range_cell(main, 2),
                }
                for kind, head in ERRORS.items():
                    row = find(estimates, spec=f"{name}.{kind}", **key)
                    cells[head] = range_cell(row, 2)
                wild = find(estimates, spec=f"{name}.wild", **key)
                cells |= {
                    "p, wild": p_cell(wild),
                    "Detectable": detectable(wild, 2),
                    "Cities": cell(main, "n_units", 0),
                }
                body.append(cells)
    return pd.DataFrame(body)
