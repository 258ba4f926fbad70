"""The numbers of the chapter's text, declared: from which row each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from guantian.present.format import (
    Format,
    bounds,
    count,
    fixed,
    joined,
    number,
    p_format,
    placed,
    rank,
    verdict,
    year,
)
from guantian.present.numbers import Number, evaluate, family, merge
from guantian.results import rows

INTERVAL = ("conf_low", "conf_high")
RANK = ("rank", "n_draws", "rank_from")
PLACES = ("below those of", "not statistically different from those of", "above those of")
SIGNS = ("below zero", "not statistically different from zero", "above zero")
MAIN = {"placebo_set": "main"}
P = ("p_value", p_format())
SAID = (INTERVAL, placed(0, PLACES))
HUNDREDTHS = {
    "value": ("estimate", fixed(2, 100)),
    "interval": (INTERVAL, bounds(2, 100)),
    "said": (
        INTERVAL,
        placed(0, ("became more similar", "did not change significantly", "became less similar")),
    ),
}
LOG_POINTS = {
    "value": ("estimate", fixed(1, 100)),
    "interval": (INTERVAL, bounds(1, 100)),
    "said": (INTERVAL, placed(0, ("fell", "did not change significantly", "rose"))),
}


def _of(prefix: str, select: Mapping, only: Iterable[str] = (), **numbers) -> Iterator[Number]:
    """Numbers of one row: those named, by default all."""
    chosen = {name: numbers[name] for name in only or numbers}
    return family(prefix, over={}, select=select, numbers=chosen)


def _krugman(variant: str, term: str, group: str = "with") -> dict[str, str]:
    key = {"analysis": "similarity", "measure": "krugman", "variant": variant, "group": group}
    return key | {"term": term}


def _structures() -> Iterator[Number]:
    """Level and trend of Krugman's index between the zone's cities and counties."""
    level = _krugman("census", "own_level")
    name = "similarity.census.with"
    yield from _of(
        f"{name}.level", level, value=("estimate", fixed(2)), interval=(INTERVAL, bounds(2))
    )
    # Half the index is the share of workers who would have to change sector, here in percent.
    yield Number(f"{name}.moved", level, format=fixed(0, 50))
    for variant in ("census", "units_early", "units_late", "branches"):
        key = _krugman(variant, "own_trend")
        yield from _of(f"similarity.{variant}.with.trend", key, **HUNDREDTHS)
    without = _krugman("census", "own_trend", "without")
    yield from _of("similarity.census.without.trend", without, **HUNDREDTHS)
    for variant in ("census", "units_early"):
        key = _krugman(variant, "trend") | MAIN
        yield from _of(f"similarity.{variant}.with.trend_rank", key, said=SAID, p=P)
        sets = {"analysis": "placebo_sets", "variant": variant, "group": "with", "outcome": "trend"}
        for end, term in (("low", "p_low"), ("high", "p_high")):
            select = sets | {"term": term}
            yield Number(f"sets.{variant}.{end}", select, "value", p_format(), "series")
    ranked = _krugman("census", "trend") | MAIN
    yield Number(f"{name}.trend_rank.detectable", ranked, "mde", fixed(2, 100))
    for variant, ends in (
        ("census", ("first", "last")),
        ("units_early", ("first", "last")),
        ("units_late", ("first", "last")),
    ):
        for end in ends:
            key = _krugman(variant, "own_trend")
            yield Number(f"similarity.{variant}.{end}", key, f"{end}_year", year())
    for term in ("level", "trend"):
        key = {"analysis": "ranks_outside", "term": term}
        yield Number(f"unusual.{term}s", key, "n_obs", count(), "series")
        yield Number(f"unusual.{term}s_outside", key, "value", count(), "series")
    were = Format(lambda outside: "lies" if outside == 1 else "lie", "left")
    key = {"analysis": "ranks_outside", "term": "trend"}
    yield Number("unusual.trends_were", key, "value", were, "series")
    across = {"analysis": "county_similarity", "measure": "krugman", "term": "change"}
    across |= {"variant": "other_city"}
    yield Number("counties.n", across | {"group": "with"}, "n_units", count())
    yield Number("counties.other_city_with.said", across | {"group": "with"}, *HUNDREDTHS["said"])
    yield from _of(
        "counties.other_city_without",
        across | {"group": "without"},
        value=("estimate", fixed(3)),
        interval=(INTERVAL, bounds(3)),
        said=HUNDREDTHS["said"],
    )


def _markets() -> Iterator[Number]:
    """The zone's provinces' markets among all neighbouring pairs, and what rounding does."""
    key = {"analysis": "segmentation", "variant": "all_goods"}
    level = key | {"term": "level"}
    yield from _of("markets.all_goods", level, p=P, said=SAID)
    yield Number("markets.all_goods.ratio.value", level, format=fixed(2), transform="exp")
    yield Number("markets.all_goods.ratio.interval", level, INTERVAL, bounds(2), transform="exp")
    yield Number("markets.others", level, "n_draws", count())
    for end in ("first", "last"):
        yield Number(f"markets.{end}", key | {"term": "national_trend"}, f"{end}_year", year())
    for name in ("own", "national"):
        trend = key | {"term": f"{name}_trend"}
        yield from _of(f"markets.all_goods.{name}", trend, **LOG_POINTS)
    relative = key | {"term": "relative_trend"}
    yield from _of("markets.all_goods.relative", relative, ["said"], **LOG_POINTS)
    late = key | {"variant": "all_goods_late"}
    yield from _of(
        "markets.all_goods_late.relative", late | {"term": "relative_trend"}, **LOG_POINTS
    )
    yield Number("markets.all_goods_late.trend_p", late | {"term": "trend"}, *P)
    for name, term in (("floor", "floor_share"), ("late", "late_change")):
        rounding = {"analysis": "rounding", "term": term}
        yield Number(f"rounding.{name}", rounding, format=fixed(2, 100))
    for term, form in (("level", bounds(2)), ("trend", bounds(1, 100))):
        yield Number(f"rounding.{term}", {"analysis": "rounding", "term": term}, INTERVAL, form)


#: The zone's ratio of sums in a year: of its budgets and investment, not a mean of ratios.
AGGREGATE = {"analysis": "aggregate_ratio", "sample": "zone"}


def _duplication(first: int, last: int) -> Iterator[Number]:
    """Infrastructure, built-up area and investment; the first and last year of investment."""
    pearson = {"analysis": "co_movement", "measure": "pearson"}
    yield from _of("duplication.pearson", pearson, own=("own_value", fixed(2)), said=SAID, p=P)
    for window in ("early", "late"):
        key = {"analysis": "outgrowth", "variant": window, "variable": "population"}
        yield Number(f"duplication.population_{window}.own", key, "own_value", fixed(2, 100))
    rate = {"analysis": "investment_rate", "outcome": "investment_over_gdp", "term": "level"}
    for end, at in (("first", first), ("last", last)):
        summed = AGGREGATE | {"outcome": "investment_gdp", "year": at}
        yield Number(f"duplication.rate_{end}.own", summed, "value", fixed(0), "series")
    known = {
        "own": ("own_value", fixed(0, 100)),
        "year": ("year", year()),
        "said": SAID,
        "value": ("estimate", fixed(0, 100)),
        "interval": (INTERVAL, bounds(0, 100)),
        "p": P,
        "rank": (RANK, rank()),
        "disjoint": ("n_disjoint", count()),
    }
    yield from _of("duplication.rate_first", rate | {"year": first}, ["year"], **known)
    only = ["year", "said", "value", "interval", "rank", "disjoint"]
    yield from _of("duplication.rate_last", rate | {"year": last}, only, **known)
    scaled = rate | {"outcome": "investment_benchmarked", "year": last}
    only = ["own", "said", "value", "interval", "p"]
    yield from _of("duplication.benchmarked_last", scaled, only, **known)
    trend = {key: value for key, value in scaled.items() if key != "year"} | {"term": "trend"}
    yield from _of(
        "duplication.benchmarked_trend", trend, own=("own_value", fixed(1, 100)), said=SAID, p=P
    )


def _fiscal(first: int, last: int) -> Iterator[Number]:
    """The fiscal gap in its first and last year, its rank, and its slope on similarity."""
    gap = {"analysis": "fiscal_gap", "outcome": "gap"}
    covered = Format(lambda value: number(100 - value, 0))  # by own revenue
    for end, at in (("first", first), ("last", last)):
        key = AGGREGATE | {"outcome": "gap", "year": at}
        yield Number(f"fiscal.gap.{end}.sufficiency", key, "value", covered, "series")
        yield Number(f"fiscal.gap.{end}.year", key, "year", year(), "series")
    yield from _of("fiscal.gap.level", gap | {"term": "level"}, said=SAID, p=P)
    trend = gap | {"term": "trend"}
    yield from _of("fiscal.gap.trend", trend, own=("own_value", fixed(2)), said=SAID, p=P)
    slope = {"analysis": "burden", "term": "overlap", "group": "with", "variable": ""}
    for variant in ("units_early", "units_late", "branches"):
        key = slope | {"variant": variant}
        name = f"slopes.{variant}"
        yield Number(f"{name}.value", key | {"errors": "province"}, format=fixed(2))
        # Few clusters: the text and the ledger use the wild bootstrap's interval.
        yield Number(f"{name}.detectable", key | {"errors": "wild"}, "mde", fixed(2))
        for errors in ("wild", "conley"):
            select = key | {"errors": errors}
            yield Number(f"{name}.{errors}_interval", select, INTERVAL, bounds(2))


def similarity_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    structures: Iterable[str],
    provinces: Mapping[str, str],
) -> tuple[dict, dict]:
    """Return the numbers of the chapter's text, nested, and where each comes from.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    structures
        Specifications of structure, in the order in which they are named.
    provinces
        Code to name.
    """
    rates = rows(estimates, analysis="investment_rate", term="level")["year"]
    gaps = rows(series, analysis="fiscal_gap", outcome="gap", term="value")
    years = gaps.loc[gaps["value"].notna(), "year"]
    printed, keys = evaluate(
        (
            *_structures(),
            *_markets(),
            *_duplication(rates.min(), rates.max()),
            *_fiscal(years.min(), years.max()),
        ),
        {"estimates": estimates, "series": series},
    )
    own = rows(series, analysis="segmentation", sample="zone")
    pairs = own[["unit", "partner"]].drop_duplicates().itertuples(index=False)
    names = ["–".join(provinces[code] for code in pair) for pair in pairs]
    land = rows(estimates, analysis="outgrowth", variable="population")
    slopes = rows(
        estimates, analysis="burden", term="overlap", group="with", variable="", errors="wild"
    )
    slopes = slopes.set_index("variant")
    slopes = slopes.loc[[name for name in structures if name in slopes.index]]
    words = {
        "markets": {"pairs": ", ".join(names) or "no pair of neighbouring provinces"},
        "duplication": {"land_said": _in_turn(land.sort_values("variant"), PLACES)},
        "slopes": {"said": _in_turn(slopes, SIGNS)},
    }
    return merge(printed, words), keys


def _in_turn(found: pd.DataFrame, words: tuple[str, str, str]) -> str:
    """Say where the intervals of several rows lie; once where it is the same of all."""
    known = found.dropna(subset="estimate")
    said = dict.fromkeys(
        verdict(low, high, 0, words)
        for low, high in zip(known["conf_low"], known["conf_high"], strict=True)
    )
    if not said:
        return "cannot be determined"
    return joined(said) if len(said) == 1 else f"{joined(said)}, in turn"
