"""The promotion contest: whether growth promotes, and who bids above the province."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.family import romano_wolf
from guantian.chapters.reactions.estimate.names import MEASURES, OFFICIALS
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.regression import regress
from regiometrics.inference import holm, inference_row

EFFECTS = {
    "province_year": ["province_year"],
    "city_province_year": ["city_code", "province_year"],
}
NOMINAL_GROWTH_YEAR = 2013  # growth is nominal in some 85 cities
UNRECORDED_YEAR = 2014  # promotions are all 0 at source


@dataclass(frozen=True)
class ContestSettings:
    """What is common to all tests of the contest.

    Attributes
    ----------
    confidence : float
    draws, seed : int
        Of the joint bootstrap.
    far : float
        Percentage points between two sources of growth beyond which a cell is doubted.
    """

    confidence: float
    draws: int
    seed: int
    far: float


def contest_data(
    targets: pd.DataFrame, provinces: pd.Series, growth: pd.Series, earlier: pd.Series
) -> pd.DataFrame:
    """Promotions beside growth in three measures, and over-bidding.

    Parameters
    ----------
    targets
        Columns ``city_code``, ``year``, ``growth_actual_pct``, ``target_city_pct``,
        ``target_province_pct``, ``secretary_promoted``, ``mayor_promoted``.
    provinces
        City to province.
    growth
        Growth of the yearbook on (city_code, year), a second source.
    earlier
        Growth of the panel on (city_code, year): used for years before the first of ``targets``,
        so that the first promotions have a lag and a mean of three years.

    Returns
    -------
    DataFrame
        One row per city and year, promotions of the year that has none recorded left out. Growth of
        the year in which it is nominal is missing. The three-year mean needs all three years.
    """
    data = targets.sort_values(["city_code", "year"]).reset_index(drop=True)
    real = data["growth_actual_pct"].where(data["year"] != NOMINAL_GROWTH_YEAR)
    data = data.assign(
        overbid=data["target_city_pct"] - data["target_province_pct"],
        province=data["city_code"].map(provinces),
        yearbook=growth.reindex(pd.MultiIndex.from_frame(data[["city_code", "year"]])).to_numpy(),
    )
    data = data[data["province"].notna()]
    data = add_measures(data, real, "", earlier)
    data = add_measures(data, data["growth_actual_pct"], "with_nominal_", earlier)
    data = add_measures(data, data["yearbook"], "yearbook_", growth)
    data["province_year"] = data["province"] + "_" + data["year"].astype("str")
    return data[data["year"] != UNRECORDED_YEAR].reset_index(drop=True)


def add_measures(
    data: pd.DataFrame, growth: pd.Series, prefix: str, earlier: pd.Series
) -> pd.DataFrame:
    """Add growth of the same year, of the year before, and the mean of three years.

    Two years before the first of the data come from ``earlier``, on (city_code, year).
    """
    wide = data.assign(growth=growth).pivot(index="city_code", columns="year", values="growth")
    first = wide.columns.min()
    wide = wide.reindex(columns=range(first - 2, wide.columns.max() + 1))
    before_first = earlier.unstack("year").reindex(
        index=wide.index, columns=range(first - 2, first)
    )
    wide = wide.combine_first(before_first)
    before, two = wide.shift(axis=1), wide.shift(2, axis=1)
    measures = {"same_year": wide, "lagged": before, "three_years": (wide + before + two) / 3}
    keys = pd.MultiIndex.from_frame(data[["city_code", "year"]])
    return data.assign(
        **{f"{prefix}{name}": table.stack().reindex(keys).to_numpy()
           for name, table in measures.items()}
    )  # fmt: skip


def run_contest(data: pd.DataFrame, settings: ContestSettings) -> Rows:
    """Estimate whether growth promotes.

    Parameters
    ----------
    data
        As `contest_data` returns it.
    settings
        Confidence, bootstrap, and the distance at which growth is doubted.

    Returns
    -------
    Rows
        Outcome ``promotion``, group the official, term the measure of growth. Estimates: analysis
        ``promotion``, change of the probability of promotion per percentage point (variants
        ``province_year``, ``city_province_year``) or of its log odds (``logit``), with p-values
        adjusted over all of them by Holm; ``promotion_sensitivity``, with known errors of the
        data left in or taken out. Tests: ``promotion``, p-values of the linear ones by a joint
        wild cluster bootstrap, alone and adjusted by Romano and Wolf. Series: the ``rate``.
    """
    main = list(_main_rows(data, settings))
    for row, adjusted in zip(main, holm([row["p_value"] for row in main]), strict=True):
        row["p_adjusted"] = adjusted
    found = Rows(main, _rates(data), _bootstrapped(data, settings))
    found.estimates += _sensitivity_rows(data, settings)
    common = Rows()
    common.add(found, analysis="promotion", sample="nation", outcome="promotion")
    return common


def _rates(data: pd.DataFrame) -> list[dict]:
    promoted = {official: data[f"{official}_promoted"] for official in OFFICIALS}
    return [
        {"group": official, "term": "rate", "value": values.mean(), "n_obs": values.notna().sum()}
        for official, values in promoted.items()
    ]


def _main_rows(data: pd.DataFrame, settings: ContestSettings) -> Iterator[dict]:
    for official in OFFICIALS:
        for measure in MEASURES:
            for variant, effects in EFFECTS.items():
                yield linear_row(
                    data, f"{official}_promoted", measure, effects, settings.confidence
                ) | {"variant": variant, "group": official, "term": measure}
            yield logit_row(data, f"{official}_promoted", measure, settings.confidence) | {
                "variant": "logit", "group": official, "term": measure,
            }  # fmt: skip


def linear_row(
    data: pd.DataFrame, outcome: str, regressor: str, effects: list[str], confidence: float
) -> dict:
    """Least squares on one regressor with absorbed effects: see `linear_rows`."""
    return linear_rows(data, outcome, [regressor], effects, confidence)[regressor]


def linear_rows(
    data: pd.DataFrame, outcome: str, regressors: list[str], effects: list[str], confidence: float
) -> dict[str, dict]:
    """Least squares with absorbed effects, clustered by city; one row per regressor."""
    columns = list(dict.fromkeys([outcome, *regressors, "city_code", *effects]))
    used = data[columns].dropna()
    absorbed = [used[name] for name in effects]
    fit = regress(used[outcome], used[regressors], absorbed, used["city_code"], singletons=False)
    about = {
        "n_obs": fit.n_obs,
        "n_units": used["city_code"].nunique(),
        "estimator": "least squares, effects: " + ", ".join(effects).replace("_", "-"),
        "cov_type": "clustered by city",
    }
    return {name: fit.row(name, confidence) | about for name in regressors}


def logit_row(data: pd.DataFrame, outcome: str, regressor: str, confidence: float) -> dict:
    """Conditional logit within province and year (Chamberlain 1980), sandwich errors by city.

    Province-years in which all or none are promoted say nothing and drop out.
    """
    from statsmodels.discrete.conditional_models import ConditionalLogit

    used = data[[outcome, regressor, "city_code", "province_year"]].dropna()
    share = used.groupby("province_year")[outcome].transform("mean")
    used = used[share.between(0, 1, inclusive="neither")].reset_index(drop=True)
    model = ConditionalLogit(used[outcome], used[[regressor]], groups=used["province_year"])
    slope = float(model.fit(disp=False).params.iloc[0])
    error = _conditional_error(used, outcome, regressor, slope)
    return {
        **inference_row(slope, error, confidence),
        "n_obs": len(used),
        "n_units": used["city_code"].nunique(),
        "estimator": "conditional logit within province-years",
        "cov_type": "clustered by city",
    }


def _conditional_error(used: pd.DataFrame, outcome: str, regressor: str, slope: float) -> float:
    """Error of the one slope, clustered by city.

    The conditional score of a stratum is the sum over its cities of x minus the mean of x over
    sets of as many winners; each city's share of it, and the information by difference, come
    from the inclusion probabilities of such sets.
    """
    step = 1e-4

    def scores(at: float) -> np.ndarray:
        parts = np.zeros(len(used))
        for rows in used.groupby("province_year", sort=True).indices.values():
            x = used[regressor].to_numpy()[rows]
            y = used[outcome].to_numpy()[rows]
            parts[rows] = (y - inclusion(at * (x - x.mean()), int(y.sum()))) * (x - x.mean())
        return parts

    information = -(scores(slope + step).sum() - scores(slope - step).sum()) / (2 * step)
    by_city = pd.Series(scores(slope)).groupby(used["city_code"]).sum()
    return float(np.sqrt((by_city**2).sum()) / information)


def inclusion(index: np.ndarray, winners: int) -> np.ndarray:
    """Probability that each is among so many winners, when sets weigh exp(sum of the index).

    Parameters
    ----------
    index : ndarray, shape (n,)
    winners
        From 0 to n.

    Examples
    --------
    >>> inclusion(np.zeros(4), 1).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if winners == 0:
        return np.zeros(len(index))
    weight = np.exp(index)
    # Elementary symmetric sums of all (last row) and of all but one.
    sums = np.zeros((len(weight) + 1, winners + 1))
    sums[:, 0] = 1.0
    for i, value in enumerate(weight):
        own = sums[i].copy()
        sums[:, 1:] = sums[:, 1:] + value * sums[:, :-1]
        sums[i] = own
    return weight * sums[:-1, winners - 1] / sums[-1, winners]


def _bootstrapped(data: pd.DataFrame, settings: ContestSettings) -> list[dict]:
    """P-values of the linear tests by a joint bootstrap: alone, and Romano and Wolf's."""
    keys = [
        {"group": official, "term": measure, "variant": variant}
        for official in OFFICIALS
        for measure in MEASURES
        for variant in EFFECTS
    ]
    cleared = [
        _cleared(data, f"{key['group']}_promoted", key["term"], EFFECTS[key["variant"]])
        for key in keys
    ]
    found = zip(keys, *romano_wolf(cleared, settings.draws, settings.seed), strict=True)
    about = {
        "n_draws": settings.draws,
        "estimator": "wild cluster bootstrap, Romano-Wolf",
        "cov_type": "clustered by city",
    }
    return [
        {**key, "p_value": alone, "p_adjusted": adjusted, **about} for key, alone, adjusted in found
    ]


def _cleared(data: pd.DataFrame, outcome: str, regressor: str, effects: list[str]):
    """Outcome and regressor cleared of effects by alternating projections, and clusters."""
    used = data[[outcome, regressor, "city_code", "province_year"]].dropna()
    values = used[[outcome, regressor]].astype("float64")
    codes = [used[name] for name in effects]
    for _ in range(500 if len(codes) > 1 else 1):
        before = values
        for code in codes:
            values = values - values.groupby(code).transform("mean")
        if float((values - before).abs().to_numpy().max()) < 1e-9:
            break
    return values[outcome].to_numpy(), values[regressor].to_numpy(), used["city_code"].to_numpy()


def _sensitivity_rows(data: pd.DataFrame, settings: ContestSettings) -> Iterator[dict]:
    """The three-year mean and the same year under each known error of the data."""
    agree = (data["growth_actual_pct"] - data["yearbook"]).abs() <= settings.far
    cases = {
        "nominal_growth_in": (data, "with_nominal_", "same_year"),
        "yearbook_growth": (data, "yearbook_", "three_years"),
        "yearbook_same_year": (data, "yearbook_", "same_year"),
        "sources_agree": (data[agree], "", "same_year"),
        "without_last_year": (data[data["year"] < NOMINAL_GROWTH_YEAR], "", "three_years"),
    }
    for official in OFFICIALS:
        for case, (chosen, source, measure) in cases.items():
            row = linear_row(
                chosen, f"{official}_promoted", source + measure, ["province_year"],
                settings.confidence,
            )  # fmt: skip
            key = {"analysis": "promotion_sensitivity", "variant": case}
            yield {**row, **key, "group": official, "term": measure}
