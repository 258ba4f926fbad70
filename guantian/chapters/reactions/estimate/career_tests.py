"""Primary tests of careers: inaction near retirement (S2.1), rivals (S2.2), promotion (S2.d)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.careers import completed
from guantian.chapters.reactions.estimate.jackknife import JackknifeFit, NestedEffects
from guantian.chapters.reactions.estimate.rival_tests import Network, TestSettings
from guantian.chapters.reactions.estimate.rivals import SIDES
from guantian.placebo_inference import placebo_row
from guantian.regression import precision
from regiometrics.inference import inference_row

POOLED = "spending"  # the pooled outcomes
JACKKNIFE = "jackknife by province (CV3)"
EFFECTS = "least squares, city and province-year effects"
#: Cities whose variance is raised to that quantile before observations weigh by its inverse.
VARIANCE_FLOOR = 0.1
FEWER = 4  # of the placebo draws, for what decides nothing


def _long(table: pd.DataFrame, provinces: pd.Series) -> pd.DataFrame:
    """City, year, province, province-year and value of the known cells, sorted."""
    known = table.loc[:, table.columns.isin(provinces.index)]
    long = known.T.rename_axis("city_code").stack().dropna().rename("y").sort_index().reset_index()
    long.columns = ["city_code", "year", "y"]
    long["province"] = long["city_code"].map(provinces)
    long["province_year"] = long["province"] + "_" + long["year"].astype("str")
    return long


def _at(table: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    """Values of a table (years in rows, cities in columns) at cells."""
    wide = table.reindex(index=cells["year"].unique(), columns=cells["city_code"].unique())
    rows = wide.index.get_indexer(cells["year"])
    return wide.to_numpy(dtype="float64")[rows, wide.columns.get_indexer(cells["city_code"])]


def _paths(late: pd.DataFrame, cells: pd.DataFrame, settings: TestSettings) -> np.ndarray:
    """Paths of other cities' indicators at the cells of each city, shape (N, draws).

    Whole paths are permuted among cities, so that their years, length and persistence are kept.
    """
    cities = cells["city_code"].unique()
    years = range(int(cells["year"].min()), int(cells["year"].max()) + 1)
    full = completed(late.reindex(index=years, columns=cities)).fillna(0.0).to_numpy()
    rng = np.random.default_rng(settings.seed)
    rows = cells["year"].to_numpy() - years[0]
    place = pd.Index(cities).get_indexer(cells["city_code"])
    return np.column_stack(
        [full[rows, rng.permutation(len(cities))[place]] for _ in range(settings.draws)]
    )


def _counts(cells: pd.DataFrame) -> dict[str, int]:
    return {
        "n_obs": len(cells),
        "n_units": cells["city_code"].nunique(),
        "n_periods": cells["year"].nunique(),
        "n_clusters": cells["province"].nunique(),
    }


def inaction_rows(
    outcomes: Sequence[tuple[str, pd.DataFrame]],
    ages: pd.DataFrame,
    thresholds: tuple[int, int],
    provinces: pd.Series,
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    """Test whether cities under a secretary near retirement aim lower and do less (S2.1).

    Parameters
    ----------
    outcomes
        Names and tables with years in rows and cities in columns, percentage points a year; the
        first, growth targets, is primary.
    ages
        Of the secretaries, years in rows, cities in columns.
    thresholds
        Age from which an official is near retirement, and a lower one at which nothing should
        happen: falsification, among those below the first.
    provinces
        City to province.
    settings
        Draws, seed and confidence.

    Yields
    ------
    dict
        Estimates, variant ``S2.1``, term ``late``, setting the age.
    """
    late_age, placebo_age = thresholds
    indicators = {
        late_age: (ages >= late_age).astype("float64").where(ages.notna()),
        placebo_age: (ages >= placebo_age).astype("float64").where(ages < late_age),
    }
    for place, (name, table) in enumerate(outcomes):
        for age, late in indicators.items():
            if age == placebo_age and place:
                continue
            cells = _long(table.where(late.reindex_like(table).notna()), provinces)
            effects = NestedEffects(cells["province"], [cells["city_code"], cells["province_year"]])
            y = cells["y"].to_numpy()
            found = effects.fit(y, _at(late, cells)[:, None, None])
            drawn = effects.fit(y, _paths(late, cells, settings)[:, None, :])
            primary = "secondary" if place else "primary"
            about = {
                "analysis": "falsification" if age == placebo_age else primary,
                "variant": "S2.1",
                "sample": "china",
                "outcome": name,
                "term": "late",
                "group": "secretary",
                "setting": age,
                "first_year": int(cells["year"].min()),
                "last_year": int(cells["year"].max()),
                **_counts(cells),
                "estimator": EFFECTS,
                "cov_type": JACKKNIFE,
            }  # fmt: skip
            yield placebo_row(
                found.params[0, 0], found.errors[0, 0], found.df,
                drawn.params[0], drawn.ratios[0], settings.confidence, about,
            )  # fmt: skip


def career_rival_rows(
    networks: Mapping[str, tuple[Network, int]],
    ages: pd.DataFrame,
    end_age: int,
    rules_year: int,
    provinces: pd.Series,
    winsorised: float,
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    """Test whether leaders near the end of the career respond less to rivals (S2.2).

    Parameters
    ----------
    networks
        Outcomes of local spending, each with the first of its years. They are pooled for the
        primary test, each in its own standard deviations and with effects of its own; the first
        alone is the replication of Yu, Zhou and Zhu (2016).
    ages
        Of the secretaries, years in rows, cities in columns.
    end_age
        Age from which at most two years remain until retirement at 60.
    rules_year
        First year under the rules of December 2013.
    provinces
        City to province.
    winsorised
        Share of each outcome's values, at each end, that are set to its quantile.
    settings
        Draws, seed and confidence.

    Yields
    ------
    dict
        Estimates, variant ``S2.2``: terms ``rivals`` (the response) and ``rivals_late`` (its
        change near the end of the career), group the side. The interaction ``inside`` the province
        is primary, and secondary by generalised least squares (``weights`` inverse_variance); that
        ``across`` the border is the falsification. Variant ``S2.d``,
        secondary: ``rivals_later``, the change of the response under the rules of December 2013.

    Notes
    -----
    Least squares with city and province-year effects for each outcome. The level of the response
    is biased by what rivals share and by their response in turn; the interaction is zero without a
    career effect whatever that bias is, as long as it does not depend on the age of the city's own
    leader. Placebo: the whole paths of ages are exchanged between cities. Investment alone has an
    expected error of 0.11, pooled outcomes one of 0.06: hence the pooling.
    """
    late = (ages >= end_age).astype("float64").where(ages.notna())
    parts = {
        name: _rival_cells(net, first, late, provinces, winsorised).assign(outcome=name)
        for name, (net, first) in networks.items()
    }
    for name, cells in ((POOLED, pd.concat(parts.values(), ignore_index=True)), *parts.items()):
        kinds = [cells["outcome"] + cells[key] for key in ("city_code", "province_year")]
        effects = NestedEffects(cells["province"], kinds)
        y, lagged = cells["y"].to_numpy(), [cells[side].to_numpy() for side in SIDES]
        found = effects.fit(y, _crossed(lagged, _at(late, cells)[:, None]))
        drawn = effects.fit(y, _crossed(lagged, _paths(late, cells, settings)))
        later = (cells["year"] >= rules_year).to_numpy(dtype="float64")
        changed = effects.fit(y, _crossed(lagged, later[:, None])[:, :4])
        about = {
            "sample": "china",
            "outcome": name,
            "first_year": int(cells["year"].min()),
            "last_year": int(cells["year"].max()),
            **_counts(cells),
            "estimator": EFFECTS,
            "cov_type": JACKKNIFE,
        }
        for place, side in enumerate(SIDES):
            head = about | {"variant": "S2.2", "group": side, "setting": end_age}
            yield _plain(found, place, settings, head | SECONDARY | {"term": "rivals"})
            kind = {
                (POOLED, "inside"): "primary", (POOLED, "across"): "falsification"
            }.get((name, side), "secondary")  # fmt: skip
            key = {"analysis": kind, "term": "rivals_late"}
            yield placebo_row(
                found.params[2 + place, 0], found.errors[2 + place, 0], found.df,
                drawn.params[2 + place], drawn.ratios[2 + place], settings.confidence, head | key,
            )  # fmt: skip
            if (changed.params[2 + place] != 0).all():
                key = {"variant": "S2.d", "group": side, "setting": rules_year}
                key |= {**SECONDARY, "term": "rivals_later"}
                yield _plain(changed, 2 + place, settings, about | key)
        if name == POOLED:
            about |= {"variant": "S2.2", "group": SIDES[0], "setting": end_age, **SECONDARY}
            yield _weighted(cells, kinds, late, found, effects, settings, about)


def _weighted(
    cells: pd.DataFrame,
    kinds: Sequence[pd.Series],
    late: pd.DataFrame,
    plain: JackknifeFit,
    effects: NestedEffects,
    settings: TestSettings,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """The interaction inside the province by generalised least squares, a variance per city.

    Its expected error is nearly half of that with equal weights, and still above what the smallest
    effect of interest asks for: the primary test keeps equal weights.
    """
    y, lagged = cells["y"].to_numpy(), [cells[side].to_numpy() for side in SIDES]
    X = _crossed(lagged, _at(late, cells)[:, None])
    residuals = effects.clear(y) - effects.clear(X)[:, :, 0] @ plain.params[:, 0]
    weights = precision(residuals, kinds[0].to_numpy(dtype=str), VARIANCE_FLOOR)
    by_precision = NestedEffects(cells["province"], kinds, weights)
    found = by_precision.fit(y, X)
    fewer = replace(settings, draws=max(99, settings.draws // FEWER))
    drawn = by_precision.fit(y, _crossed(lagged, _paths(late, cells, fewer)))
    head = {**about, "term": "rivals_late", "weights": "inverse_variance"}
    return placebo_row(
        found.params[2, 0], found.errors[2, 0], found.df,
        drawn.params[2], drawn.ratios[2], settings.confidence, head,
    )  # fmt: skip


SECONDARY = {"analysis": "secondary"}


def _plain(
    fit: JackknifeFit, place: int, settings: TestSettings, about: Mapping[str, Any]
) -> dict[str, Any]:
    estimate, error = fit.params[place, 0], fit.errors[place, 0]
    return {**about, **inference_row(estimate, error, settings.confidence, fit.df), "df": fit.df}


def _rival_cells(
    net: Network, first: int, late: pd.DataFrame, provinces: pd.Series, winsorised: float
) -> pd.DataFrame:
    """An outcome in its standard deviations, and rivals' means of it, where ages are known."""
    values = net.values / net.values.std()
    values = np.clip(values, *np.quantile(values, [winsorised, 1 - winsorised]))
    years = pd.RangeIndex(first, first + values.shape[1])

    def table(block: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(block.T, years, net.cities)

    own = table(values)
    cells = _long(own.where(late.reindex_like(own).notna()), provinces)
    lags = {side: _at(table(W @ values), cells) for side, W in net.weights.items()}
    return cells.assign(**lags)


def _crossed(lagged: Sequence[np.ndarray], status: np.ndarray) -> np.ndarray:
    """Rivals' means, their products with a status, and the status, shape (N, 5, D)."""
    still = [np.broadcast_to(values[:, None], status.shape) for values in lagged]
    return np.stack([*still, *(values[:, None] * status for values in lagged), status], axis=1)


def promotion_rows(
    posts: pd.DataFrame,
    measures: Mapping[str, pd.DataFrame],
    rules_year: int,
    placebo_year: int,
    provinces: pd.Series,
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    """Test whether relative growth promotes less since the rules of December 2013 (S2.d).

    Parameters
    ----------
    posts
        ``city_code``, ``year``, ``post``, ``promoted``, as `careers.promotions` returns it.
    measures
        Growth in per cent, years in rows and cities in columns; the first is primary.
    rules_year
        First year of the later slope.
    placebo_year
        First year of a later slope within the years before the rules: falsification.
    provinces
        City to province.
    settings
        Draws, seed and confidence.

    Yields
    ------
    dict
        Estimates, variant ``S2.d``, percentage points of the yearly chance of promotion per
        percentage point of growth relative to the province's cities in the year: terms ``growth``
        (the slope before, secondary) and ``growth_later`` (its change; primary, and falsification
        at the placebo year), setting the first year of the later slope; secondary rows by post,
        group, and by measure.
    """
    for position, (measure, growth) in enumerate(measures.items()):
        groups = {"both": posts} | (
            dict(iter(posts.groupby("post"))) if position == 0 else {}
        )  # fmt: skip
        for group, chosen in groups.items():
            for year in (rules_year, placebo_year):
                if year == placebo_year and (position or group != "both"):
                    continue
                used = chosen[chosen["year"] < rules_year] if year == placebo_year else chosen
                main = position == 0 and group == "both"
                kind = "falsification" if year == placebo_year else (
                    "primary" if main else "secondary"
                )  # fmt: skip
                head = {
                    "variant": "S2.d", "sample": "china", "outcome": "promotion",
                    "measure": measure, "group": group, "setting": year,
                }  # fmt: skip
                yield from _promotion_pair(used, growth, year, provinces, settings, head, kind)


def _promotion_pair(
    posts: pd.DataFrame,
    growth: pd.DataFrame,
    year: int,
    provinces: pd.Series,
    settings: TestSettings,
    head: Mapping[str, Any],
    kind: str,
) -> Iterator[dict[str, Any]]:
    cells = posts.assign(province=posts["city_code"].map(provinces), x=_at(growth, posts))
    cells = cells.dropna(subset=["province", "x"]).reset_index(drop=True)
    stratum = cells["province"] + "_" + cells["year"].astype("str") + "_" + cells["post"]
    effects = NestedEffects(cells["province"], [stratum])
    later = (cells["year"] >= year).to_numpy(dtype="float64")

    def design(x: np.ndarray) -> np.ndarray:
        return np.stack([x, x * later[:, None]], axis=1)

    y = 100 * cells["promoted"].to_numpy()
    found = effects.fit(y, design(cells[["x"]].to_numpy()))
    drawn = effects.fit(y, design(_paths(growth, cells, settings)))
    about = {
        **head,
        "first_year": int(cells["year"].min()),
        "last_year": int(cells["year"].max()),
        **_counts(cells),
        "estimator": "least squares, province-year-post effects",
        "cov_type": JACKKNIFE,
    }
    for place, (term, analysis) in enumerate((("growth", "secondary"), ("growth_later", kind))):
        yield placebo_row(
            found.params[place, 0], found.errors[place, 0], found.df,
            drawn.params[place], drawn.ratios[place], settings.confidence,
            {**about, "analysis": analysis, "term": term},
        )  # fmt: skip
