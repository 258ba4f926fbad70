"""Numbers and words of the chapter's text: words that depend on a result are chosen here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from guantian.chapters.linkage.names import Names
from guantian.chapters.linkage.tables import RANKED, factor
from guantian.present.cells import (
    count_cell,
    interval_cell,
    p_cell,
    rank_text,
    share_cell,
    value,
    value_cell,
)
from guantian.present.format import MISSING, number, verdict
from guantian.results import Row, find, rows

#: Coefficients that the text names: specification, term, and what is printed of each.
COEFFICIENTS = {
    "province": ("main", "same_province", ("times", "times_interval", "pairs", "cities")),
    "province_near": ("near", "same_province", ("times", "times_interval")),
    "same_zone": ("zones", "same_zone", ("value", "interval")),
    "own_zone": ("zones", "own_zone", ("value", "interval")),
    "trains": ("trains", "fast_trains", ("value", "interval")),
    "similar_2016": ("similar_2016", "similarity_2016", ("value", "interval")),
    "similar_2020": ("similar_2020", "similarity_2020", ("value", "interval", "found")),
    "similar_near": ("similar_2020_near", "similarity_2020", ("value", "interval")),
    "income": ("income", "income_gap", ("value", "interval", "found")),
    "income_full": ("full", "income_gap", ("value", "interval")),
}
FOUND = ("lower", "not statistically different", "higher")
#: Ranks that the text names, each with what is printed of it; some among compact zones as well.
LOG_RATIO = ("ratio", "median_ratio", "side", "rank", "p")
SHARE = ("percent", "median_percent", "rank", "p")
RANKS = {
    "zone_main_all": LOG_RATIO,
    "network_flows_inward": SHARE[:3],
    "network_flows_centralisation": SHARE,
    "linkage_circle_growth": ("rank",),
}
COMPACT = {"zone_main_all": ("median_ratio", "side", "rank", "p")}
MONTHS = {"february": 2, "march": 3, "april": 4}


def linkage_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Names,
    core: str,
    own_provinces: Sequence[str],
) -> dict:
    """Return the numbers of the text, printed; a dash where a study does not have one.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        Of cities and provinces.
    core
        Code of the core.
    own_provinces
        Codes of the provinces of the zone.
    """
    gravity = rows(estimates, analysis="gravity", errors="dyadic")
    return {
        "core": names.cities[core],
        "gravity": {
            name: _coefficient(gravity, variant, term, shown)
            for name, (variant, term, shown) in COEFFICIENTS.items()
        },
        "borders": _borders(gravity, series, names, own_provinces),
        "trade": _trade(estimates),
        "ranks": {name: _rank(estimates, name, "main", shown) for name, shown in RANKS.items()}
        | {
            f"{name}_compact": _rank(estimates, name, "compact", shown)
            for name, shown in COMPACT.items()
        },
        "exact": _exact(estimates),
        "pairs": {
            "count": _count(series, analysis="pairs", term="count"),
            "above": _count(series, analysis="pairs", term="above_predicted"),
            "outside": _count(series, analysis="pairs", term="outside_range"),
            "across_percent": share_cell(
                find(series, analysis="pairs", term="share_across_border"), 1, column="value"
            ),
        },
        "change": _change(series),
        "correlation": _correlations(estimates),
        "communities": _communities(series),
        "lockdown": {name: _lockdown(estimates, month) for name, month in MONTHS.items()},
        "acts": {
            name: _count(series, analysis="events", group="cooperation", variant=variant)
            for name, variant in (("count", "whole"), ("before", "before"), ("since", "since"))
        },
    }


def _count(series: pd.DataFrame, **key: str) -> str:
    return value_cell(find(series, **key), 0, column="value")


def _coefficient(
    gravity: pd.DataFrame, variant: str, term: str, shown: Sequence[str]
) -> dict[str, str]:
    """A coefficient of the gravity model: value, interval, and the factor of flow they mean."""
    row = find(gravity, variant=variant, term=term)
    printed = {
        "value": value_cell(row, 2),
        "interval": interval_cell(row, 2),
        "times": value_cell(factor(row), 1),
        "times_interval": interval_cell(factor(row), 1),
        "pairs": count_cell(row, "n_obs"),
        "cities": count_cell(row),
        "found": verdict(row.conf_low, row.conf_high, 0, FOUND) if row else "not available",
    }
    return {name: printed[name] for name in shown}


def _trade(estimates: pd.DataFrame) -> dict[str, str]:
    """By how many times provinces buy more from themselves, in the first and the last year."""
    found = rows(estimates, analysis="secondary", method="trade_shares").sort_values("year")
    ends = [Row(row) for row in found.to_dict("records")]
    if not ends:
        return dict.fromkeys(("first", "first_year", "last", "last_year", "interval"), MISSING)
    first, last = ends[0], ends[-1]
    return {
        "first": value_cell(factor(first), 0),
        "first_year": f"{first.year:g}",
        "last": value_cell(factor(last), 0),
        "last_year": f"{last.year:g}",
        "interval": interval_cell(factor(last), 0),
    }


def _factor(row: Row | None) -> dict[str, str]:
    return {"value": value_cell(factor(row), 2), "interval": interval_cell(factor(row), 2)}


def _borders(gravity: pd.DataFrame, series: pd.DataFrame, names: Names, own: Sequence[str]) -> dict:
    count = {
        term: _count(series, analysis="border", term=term)
        for term in ("provinces", "provinces_above_one", "models")
    }
    places = []
    for unit in own:
        row = find(gravity, term="border_log_distance", unit=unit)
        if row is not None:
            printed = " ".join(_factor(row).values())
            place = _count(series, analysis="border", term="place", unit=unit)
            places.append(
                f"{names.provinces[unit]} {printed}, place {place} of {count['provinces']}"
            )
    times = {
        end: value_cell(find(series, analysis="border", term=f"times_{end}"), 1, column="value")
        for end in ("low", "high")
    }
    return {
        **{
            variant: _factor(find(gravity, variant=variant, term="border_log_distance"))
            for variant in ("main", "censored", "near")
        },
        "text": _everywhere(series),
        "times": {
            "censored": _factor(find(gravity, variant="censored", term="same_province")),
            **times,
            "count": count["models"],
        },
        "own": "; ".join(places) or "the zone's provinces have too few cities",
        "count": count["provinces"],
        "above_one": count["provinces_above_one"],
    }


def _everywhere(series: pd.DataFrame) -> str:
    """Tell whether there is a border under every treatment of pairs that are not listed."""
    models, above = (
        value(find(series, analysis="border", term=term), "value")
        for term in ("models", "models_above_one")
    )
    if not models > 0:
        return "Whether there is a border cannot be determined."
    if above == models:
        return "The border appears in every specification; its size depends on the model."
    if above > 0:
        return "The border does not appear in every specification."
    return "In no specification is the border statistically different from zero."


def _rank(
    estimates: pd.DataFrame, name: str, placebo_set: str, shown: Sequence[str]
) -> dict[str, str]:
    row = find(estimates, placebo_set=placebo_set, **RANKED[name][1])
    if row is None:
        return dict.fromkeys(shown, MISSING) | (
            {"side": "not ranked against"} if "side" in shown else {}
        )
    printed = {
        "percent": share_cell(row, column="own_value"),
        "median_percent": share_cell(row, column="benchmark"),
        "ratio": number(np.exp(row.own_value), 2),
        "median_ratio": number(np.exp(row.benchmark), 2),
        "p": p_cell(row),
        "rank": rank_text(Row({**row.columns, "n_disjoint": None})),
        "side": "above" if row.estimate > 0 else "below",
    }
    return {each: printed[each] for each in shown}


def _exact(estimates: pd.DataFrame) -> dict:
    """The zone's observed over predicted flow, refitted and in closed form, and their check."""
    key = {"analysis": "zone_prediction_exact", "variant": "main"}

    def ratio(method: str, group: str) -> str:
        row = find(estimates, **key, method=method, group=group)
        return number(np.exp(value(row)), 2)

    check = find(estimates, analysis="leave_out_check", term="closed_form_minus_refit")
    return {
        "main_all": {"value": ratio("refit", "all"), "closed": ratio("closed_form", "all")},
        "main_without_core": {"value": ratio("refit", "without_core")},
        "main_across_border": {"value": ratio("refit", "across_border")},
        "check": {
            "low": value_cell(check, 2, column="conf_low"),
            "high": value_cell(check, 2, column="conf_high"),
            "draws": count_cell(check, "n_draws"),
        },
    }


def _change(series: pd.DataFrame) -> dict:
    """Components of the change of linkage over the whole period."""
    whole = rows(series, analysis="linkage_change", sample="zone", variant="whole")

    def of(measure: str, term: str) -> Row | None:
        return find(whole, measure=measure, term=term)

    total = of("circle", "all")
    return {
        "circle": {
            "all": value_cell(total, 2, column="value"),
            "output": value_cell(of("circle", "output"), 2, column="value"),
            "years": f"{total.first_year} to {total.last_year}" if total else MISSING,
        },
        "hours": {
            "all": value_cell(of("hours", "all"), 2, column="value"),
            "time": value_cell(of("hours", "time"), 2, column="value"),
            "time_percent": share_cell(of("hours", "time_share"), column="value"),
        },
    }


def _correlations(estimates: pd.DataFrame) -> dict:
    """Correlation of the logs of linkage and flows, over the zone's pairs and the nation's."""
    found = {}
    for sample, measure in (
        *(("zone", measure) for measure in ("circle", "road", "rail")),
        ("nation", "circle"),
    ):
        key = {"sample": sample, "measure": measure, "variable": "root", "term": "pearson_log"}
        row = find(estimates, analysis="linkage_flows", **key)
        found[f"{sample}_{measure}"] = {"value": value_cell(row, 2)}
        if key["sample"] == "zone" and measure == "circle":
            found[f"{sample}_{measure}"]["p"] = p_cell(row)
    return found


def _communities(series: pd.DataFrame) -> dict[str, str]:
    found = rows(series, analysis="communities")
    highest = {"term": "highest_agreement", "measure": "adjusted_rand"}
    return {
        "whole_to": value_cell(find(found, term="whole_to"), 1, column="value"),
        "split_from": value_cell(find(found, term="split_from"), 1, column="value"),
        "split_share": share_cell(find(found, term="split_share"), column="value"),
        "rand_high": value_cell(find(found, **highest, group="provinces"), 2, column="value"),
        "zones_high": value_cell(find(found, **highest, group="approved_zones"), 2, column="value"),
    }


def _lockdown(estimates: pd.DataFrame, month: int) -> dict[str, str]:
    """Mean flow of 2020 in percent of that of the same month of 2021."""
    row = factor(find(estimates, analysis="lockdown", year=2020, month=month, term="mean"))
    return {
        "value": value_cell(row, 0, scale=100),
        "interval": interval_cell(row, 0, scale=100),
    }
