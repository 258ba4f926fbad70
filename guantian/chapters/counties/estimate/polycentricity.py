"""Do prefectures with several centres grow faster? Growth on lagged polycentricity of counties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.counties.estimate.data import CountyData
from guantian.chapters.counties.estimate.within import clustered_t, within
from guantian.regression import precision
from regiometrics import _laws as laws
from regiometrics.inference import inference_row

#: Measures of how evenly a prefecture's counties share activity; more is more polycentric.
MEASURES = ("herfindahl", "entropy", "primacy", "rank_size")


def polycentricity(values: pd.Series, city: pd.Series, min_counties: int) -> pd.DataFrame:
    """Measure how evenly the counties of each prefecture share a total.

    Parameters
    ----------
    values
        Index (unit_code, year): output or lights; those of zero and less do not count.
    city
        Index unit_code: prefecture.
    min_counties
        Counties with a value that a prefecture must have in a year.

    Returns
    -------
    DataFrame
        Index (city_code, year), columns `MEASURES`: one minus Herfindahl's index over its largest
        value for as many counties; entropy of the shares over its largest; one minus the share of
        the first; the slope of log value on log rank, below zero.
    """
    frame = values[values > 0].rename("value").reset_index()
    frame["city_code"] = frame["unit_code"].map(city)
    frame = frame.dropna(subset="city_code")
    keys = ["city_code", "year"]
    groups = frame.groupby(keys)["value"]
    frame = frame.assign(
        count=groups.transform("size"), share=frame["value"] / groups.transform("sum")
    )
    frame = frame[frame["count"] >= min_counties]
    rank = frame.groupby(keys)["value"].rank(ascending=False, method="first")
    x, y = np.log(rank), np.log(frame["value"])
    parts = frame.assign(
        squares=frame["share"] ** 2,
        entropy=-frame["share"] * np.log(frame["share"]),
        x=x,
        y=y,
        xx=x**2,
        xy=x * y,
    ).groupby(keys)
    sums = parts[["squares", "entropy", "x", "y", "xx", "xy"]].sum()
    n, first = parts.size(), parts["share"].max()
    slope = (n * sums["xy"] - sums["x"] * sums["y"]) / (n * sums["xx"] - sums["x"] ** 2)
    return pd.DataFrame(
        {
            "herfindahl": (1 - sums["squares"]) / (1 - 1 / n),
            "entropy": sums["entropy"] / np.log(n),
            "primacy": 1 - first,
            "rank_size": slope,
        }
    )


def growth_frame(
    panel: pd.DataFrame, measured: pd.DataFrame, growth: str, choices: Mapping[str, Any], lag: int
) -> pd.DataFrame:
    """Join growth and polycentricity of another year; keep what is complete.

    Parameters
    ----------
    panel
        Prefectures: index (city_code, year).
    measured
        As :func:`polycentricity` returns it.
    growth
        Column of the panel, percent a year.
    choices
        The section `counties.polycentricity` of the configuration.
    lag
        Years by which the measure is earlier; below zero where it is later.

    Returns
    -------
    DataFrame
        Index (city_code, year): ``growth``, the measures, ``unit`` (prefecture and satellite),
        ``province``, ``province_year``.
    """
    inside = panel[panel["in_nation"] == 1]
    frame = inside[[growth]].rename(columns={growth: "growth"}).astype("float64")
    moved = measured.rename(index=lambda year: year + lag, level="year")
    frame = frame.join(moved, how="inner").dropna()
    years = frame.index.get_level_values("year")
    frame = frame[(years >= choices["years"]["first"]) & (years <= choices["years"]["last"])]
    year = frame.index.get_level_values("year")
    city = frame.index.get_level_values("city_code")
    satellite = (year - lag >= choices["satellite"]).astype("int64")
    province = city.str[:2]
    frame = frame.assign(
        unit=city + satellite.astype("str"),
        province=province,
        province_year=province + year.astype("str"),
    )
    return frame[frame.groupby("unit")["growth"].transform("size") > 1]


def polycentric_rows(
    data: CountyData,
    counties: pd.DataFrame,
    panel: pd.DataFrame,
    choices: Mapping[str, Any],
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Regress growth on polycentricity of the year before, with two-way effects.

    Parameters
    ----------
    data, counties, panel
        Units and their prefectures, the county panel, and the panel of prefectures.
    choices
        The section `counties.polycentricity` of the configuration.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Points of growth a year for a standard deviation of the measure between prefectures (the
        mean over the years). Lights are primary: they are known for all counties, and no error is
        common to them and to the growth of reported output; prefectures have an effect for each of
        the two satellites. Output, other measures and samples are secondary. Polycentricity of
        two years later is the falsification: it cannot cause growth.

    Notes
    -----
    Placebo regressors give each province the polycentricity of the prefectures of another, so that
    what is common to a province stays. Their slopes' root mean square is the expected error, and
    the clustered error grows by what makes one in twenty reject. With year effects alone the
    expected error leaves the minimum detectable effect above twice the smallest effect of
    interest; effects of province and year, which take out what a province's accounts have in
    common, are therefore primary, and year effects alone secondary. The variance of growth differs
    between prefectures by orders of magnitude: observations weigh by the inverse of their
    prefecture's (feasible generalised least squares), which halves the expected error. The
    variances are of the residuals with equal weights. Equal weights are secondary (``weights``
    equal).
    """
    lights = polycentricity(counties["lights"], data.units["city"], choices["min_counties"])
    output = polycentricity(
        np.exp(data.output).stack().rename_axis(["unit_code", "year"]),
        data.units["city"],
        choices["min_counties"],
    )
    revised, first = "gdp_growth_pct", "gdp_growth_first_published_pct"
    main, two_way = ("unit", "province_year"), ("unit", "year")
    tried = [
        ("primary", "lights", "herfindahl", revised, 1, main),
        ("falsification", "lights", "herfindahl", revised, -2, main),
        ("equal", "lights", "herfindahl", revised, 1, main),
        ("two_way", "lights", "herfindahl", revised, 1, two_way),
        ("secondary", "lights", "herfindahl", first, 1, main),
        ("secondary", "lights", "herfindahl", revised, 1, ("city_code", "year")),
        ("secondary", "lights", "herfindahl", revised, 3, main),
        *(("secondary", "lights", name, revised, 1, main) for name in MEASURES[1:]),
        *(("secondary", "output", name, revised, 1, main) for name in MEASURES),
        ("secondary", "output", "herfindahl", revised, 1, two_way),
    ]
    for name, variable, measure, growth, lag, taken in tried:
        measured = (lights if variable == "lights" else output)[[measure]]
        frame = growth_frame(panel, measured, growth, choices, lag)
        key = {
            "analysis": "secondary" if name in ("two_way", "equal") else name,
            "weights": "equal" if name in ("two_way", "equal") else "inverse_variance",
            "variant": "S2.c",
            "sample": "china",
            "outcome": growth,
            "term": "slope",
            "variable": variable,
            "measure": measure,
            "lags": max(lag, 0),
            "horizon": max(-lag, 0),
            "effect": " and ".join(taken),
        }
        if frame["province"].nunique() < 3:
            yield {**key, "note": "fewer than three provinces have the data"}
            continue
        sized = name not in ("secondary", "equal")
        weighted = key["weights"] != "equal"
        yield {**key, **_slope(frame, measure, taken, choices, confidence, sized, weighted)}
    yield from _described(lights, output, panel, choices)


def _slope(frame, measure, taken, choices, confidence, sized, weighted) -> dict[str, Any]:
    labels = [
        frame.index.get_level_values(name).to_numpy()
        if name in frame.index.names
        else frame[name].to_numpy()
        for name in taken
    ]
    spread = frame.groupby(level="year")[measure].std().mean()
    x = (frame[measure] / spread).to_numpy()
    years = len(np.unique(labels[1]))
    n_effects = 0 if taken[1] == "province_year" else years
    weights = np.ones(len(frame))
    if weighted:
        y, own = within(np.column_stack([frame["growth"], x]), labels).T
        cities = frame.index.get_level_values("city_code").to_numpy()
        weights = precision(y - own * (own @ y) / (own @ own), cities, choices["variance_floor"])
    root = np.sqrt(weights)[:, None]
    both = root * within(np.column_stack([frame["growth"], x]), labels, weights)
    clusters = frame["province"].to_numpy()
    slope, error = (each[0] for each in clustered_t(both[:, 0], both[:, 1:], clusters, n_effects))
    df = frame["province"].nunique() - 1
    row = {
        **inference_row(float(slope), float(error), confidence, df),
        "df": df,
        "n_obs": len(frame),
        "n_units": frame.index.get_level_values("city_code").nunique(),
        "n_clusters": df + 1,
        "n_periods": frame.index.get_level_values("year").nunique(),
        "first_year": int(frame.index.get_level_values("year").min()),
        "last_year": int(frame.index.get_level_values("year").max()),
        "estimator": "two-way within, weighted by precision" if weighted else "two-way within",
        "cov_type": "clustered by province, t",
    }
    if not sized:
        return row
    random = np.random.default_rng(choices["seed"])
    drawn = _other_provinces(frame, measure, choices["draws"], random) / spread
    placebos, errors = clustered_t(
        both[:, 0], root * within(drawn, labels, weights), clusters, n_effects
    )
    statistics = np.abs(placebos / errors)
    return (
        row
        | inference_row(float(slope), float(error) * _factor(statistics, df), confidence, df)
        | {
            "expected_std_error": float(np.sqrt(np.mean(placebos**2))),
            "size_at_5pct": _size(statistics, df),
            "n_draws": choices["draws"],
            "cov_type": "clustered by province, scaled by placebo regressors, t",
        }
    )


def _factor(statistics: np.ndarray, df: int) -> float:
    """Return by how much an error must grow so that one placebo statistic in twenty rejects."""
    return max(1.0, float(np.quantile(statistics, 0.95) / laws.t.ppf(0.975, df)))


def _size(statistics: np.ndarray, df: int) -> float:
    """Return how often placebos reject, each half with the factor of the other."""
    halves = statistics[::2], statistics[1::2]
    limit = laws.t.ppf(0.975, df)
    rejected = [mine > limit * _factor(other, df) for mine, other in (halves, halves[::-1])]
    return float(np.concatenate(rejected).mean())


def _other_provinces(frame, measure, draws, random) -> np.ndarray:
    """Give each prefecture the measure of one of another province, the same for all of a province.

    A year that the other has not is filled with its nearest known year.
    """
    wide = frame[measure].unstack("year").ffill(axis=1).bfill(axis=1)
    cities, years = wide.index, wide.columns
    place = cities.get_indexer(frame.index.get_level_values("city_code"))
    when = years.get_indexer(frame.index.get_level_values("year"))
    province = pd.factorize(cities.str[:2])[0]
    members = [np.flatnonzero(province == label) for label in range(province.max() + 1)]
    values = wide.to_numpy()
    found = np.empty((len(frame), draws))
    for draw in range(draws):
        donor = np.empty(len(cities), int)
        order = random.permutation(len(members))
        for label, own in enumerate(members):
            other = members[order[label]]
            donor[own] = other[
                random.permutation(max(len(own), len(other)))[: len(own)] % len(other)
            ]
        found[:, draw] = values[donor[place], when]
    return found


def _described(lights, output, panel, choices) -> Iterator[dict[str, Any]]:
    """Give the zone's mean polycentricity in the first and last year, and its change."""
    members = panel.groupby(level="city_code")["in_zone"].first()
    members = members.index[members == 1]
    for variable, measured in (("lights", lights), ("output", output)):
        known = measured["herfindahl"].unstack("year")
        years = [year for year in known.columns if year <= choices["years"]["last"]]
        inside = known.reindex(members)
        for year in sorted({*years[:1], *years[-1:]}):
            own, others = inside[year].dropna(), known[year].dropna()
            if len(own):
                yield {
                    "analysis": "polycentricity",
                    "variant": "S2.c",
                    "sample": "zone",
                    "outcome": "polycentricity",
                    "term": "mean",
                    "variable": variable,
                    "measure": "herfindahl",
                    "year": year,
                    "estimate": float(own.mean()),
                    "benchmark": float(others.mean()),
                    "n_units": len(own),
                }
