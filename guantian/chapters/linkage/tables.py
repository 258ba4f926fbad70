"""Tables of the chapter, from its results: gravity, the zone's pairs, network, linkage, events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.linkage.names import Names
from guantian.data.acts import cities_named
from guantian.labels import label, ordered
from guantian.present.cells import (
    count_cell,
    interval_cell,
    p_cell,
    value_cell,
    with_interval,
)
from guantian.present.format import MISSING, interval, number, per_cent
from guantian.present.tables import Table, captioned
from guantian.results import Row, find, rows

Cells = Iterator[dict[str, str]]

#: The zone's statistics that are ranked, by the name that the text gives them: title and key.
RANKED: dict[str, tuple[str, dict[str, Any]]] = {
    "zone_main_all": (
        "Log of observed over predicted flow",
        {"analysis": "zone_prediction", "variant": "main", "group": "all"},
    ),
    "zone_flexible_all": (
        "… with the square of log distance",
        {"analysis": "zone_prediction", "variant": "flexible", "group": "all"},
    ),
    "zone_main_without_core": (
        "… pairs without the core",
        {"analysis": "zone_prediction", "variant": "main", "group": "without_core"},
    ),
    "zone_main_across_border": (
        "… pairs across a provincial border",
        {"analysis": "zone_prediction", "variant": "main", "group": "across_border"},
    ),
    "network_flows_centralisation": (
        "Share of flow that touches the strongest member",
        {"analysis": "network_placebo", "term": "centralisation"},
    ),
    "network_flows_inward": (
        "Share of members' flow that stays inside",
        {"analysis": "network_placebo", "term": "inward"},
    ),
    "network_flows_entropy": (
        "Entropy of flow over pairs",
        {"analysis": "network_placebo", "term": "entropy"},
    ),
    "network_flows_reciprocity": (
        "Share of flow that is returned",
        {"analysis": "network_placebo", "term": "reciprocity"},
    ),
    "communities_mean_together": (
        "Pairs in one community, mean of resolutions",
        {"analysis": "communities_placebo", "method": "leiden_mean", "group": "all"},
    ),
    "communities_mean_across": (
        "… pairs across a provincial border",
        {"analysis": "communities_placebo", "method": "leiden_mean", "group": "across_border"},
    ),
    "communities_infomap": (
        "Pairs in one community, Infomap",
        {"analysis": "communities_placebo", "method": "infomap", "group": "all"},
    ),
    "linkage_circle_growth": (
        "Growth of log linkage at fixed distance",
        {"analysis": "linkage_placebo", "measure": "circle", "term": "growth"},
    ),
}
NO_ACTS = {
    "heads": ("Date", "Kind", "Act", "Members named"),
    "empty": "No agreement or event of this zone is listed.",
}
#: Terms of every specification; the others are its own.
SHARED_TERMS = ("log_distance", "adjacent", "same_province", "border_log_distance")
MOST_OWN_TERMS = 2  # a specification with more of its own has no room for them
MASSES = {"index": "Entropy-weighted index", "root": "Population and GDP"}
DISTANCES = {"circle": "Great circle", "road": "Road hours", "rail": "Rail hours"} | {
    "hours": "Road and rail, mean"
}
PERIODS = ("before", "since", "whole")


def linkage_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    acts: pd.DataFrame,
    names: Names,
    confidence: float,
) -> list[Table]:
    """Return the tables of the chapter.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    acts
        As `guantian.data.acts.read_acts` returns them.
    names
        Of cities, provinces, zones and specifications.
    confidence
        Of the intervals, named in the column headers.
    """
    level = f"{100 * confidence:g}% interval"
    bodies = {
        "gravity": (gravity_cells(estimates, names), 1),
        "border_provinces": (_province_cells(estimates, names, level), 1),
        "zone_pairs": (_pair_cells(zone_pairs(series), names), 1),
        "zone_ranks": (_rank_cells(estimates, level), 1),
        "flow_cities": (_city_cells(series, names), 1),
        "linkage_change": (_change_cells(series, names), 2),
        "linkage_flows": (_correlation_cells(estimates, names), 2),
        "acts": (_act_cells(acts, names), 3),
    }
    frames = {name: (pd.DataFrame(cells), text) for name, (cells, text) in bodies.items()}
    return [
        captioned(
            "linkage",
            name,
            body,
            *body.columns[:text],
            **(NO_ACTS if name == "acts" else {}),
            confidence=f"{100 * confidence:g}",
        )
        for name, (body, text) in frames.items()
    ]


def zone_pairs(series: pd.DataFrame) -> pd.DataFrame:
    """Lay out the zone's pairs: one row per pair (``unit``, ``partner``), one column per term."""
    found = rows(series, analysis="zone_pairs")
    return found.pivot(index=["unit", "partner"], columns="term", values="value").reset_index()


def gravity_cells(estimates: pd.DataFrame, names: Names) -> Cells:
    """One row per specification: distance, adjacency, province, its own terms, border, pairs."""
    gravity = rows(estimates, analysis="gravity", errors="dyadic")
    for variant, title in names.specs.items():
        model = rows(gravity, variant=variant)
        if model.empty or (model["unit"] != "").any():
            continue
        first = Row(model.iloc[0].to_dict())
        own = ordered("gravity_term", set(model["term"]) - set(SHARED_TERMS))
        shown = [_with_error(model, term) for term in own] if len(own) <= MOST_OWN_TERMS else []
        border = find(model, term="border_log_distance")
        near = ", near" if first.group == "near" else ""
        yield {
            "Specification": title,
            "Unlisted": label("unlisted_flow", first.method, "short") + near,
            "Log distance": _with_error(model, "log_distance"),
            "Adjacent": _with_error(model, "adjacent"),
            "Same province": _with_error(model, "same_province"),
            "Own term": "; ".join(shown) or MISSING,
            "Border": with_interval(factor(border), 2),
            "Pairs": count_cell(first, "n_obs"),
            "Cities": count_cell(first),
        }


def _with_error(model: pd.DataFrame, term: str) -> str:
    row = find(model, term=term)
    error = value_cell(row, 2, column="std_error")
    return f"{value_cell(row, 2)} ({error})" if row else MISSING


def factor(row: Row | None) -> Row | None:
    """Turn an estimate in logs, and its interval, into the factor that it is.

    Examples
    --------
    >>> with_interval(factor(Row({"estimate": 0.0, "conf_low": -0.7, "conf_high": 0.7})), 2)
    '1.00 [0.50, 2.01]'
    """
    if row is None:
        return None
    return Row({name: np.exp(row[name]) for name in ("estimate", "conf_low", "conf_high")})


def _province_cells(estimates: pd.DataFrame, names: Names, level: str) -> Cells:
    found = rows(estimates, analysis="gravity", errors="dyadic", term="border_log_distance")
    found = found[found["unit"] != ""].sort_values("estimate", ascending=False)
    for row in map(Row, found.to_dict("records")):
        yield {
            "Province": names.provinces[row.unit],
            "Factor of distance": value_cell(factor(row), 2),
            level: interval_cell(factor(row), 2),
        }


def _pair_cells(pairs: pd.DataFrame, names: Names) -> Cells:
    for row in map(Row, pairs.sort_values("flow", ascending=False).to_dict("records")):
        yield {
            "Pair": names.pair(row.unit, row.partner),
            "Province": "same" if row.same_province == 1 else "across",
            "km": number(row.distance_km, 0),
            "Road h": number(row.road_hours, 1),
            "Rail h": number(row.rail_hours, 1),
            "Observed": number(1000 * row.flow, 1),
            "Predicted": number(1000 * row.predicted, 1),
            "Ratio": number(row.ratio, 2),
            "Range": interval(row.ratio_low, row.ratio_high, 2),
        }


def _rank_cells(estimates: pd.DataFrame, level: str) -> Cells:
    for title, key in RANKED.values():
        row = find(estimates, placebo_set="main", **key)
        near = find(estimates, placebo_set="compact", **key)
        if row is None:
            continue
        yield {
            "Statistic": title,
            label("sample", "zone"): value_cell(row, 2, column="own_value"),
            "Placebo median": value_cell(row, 2, column="benchmark"),
            f"Difference, {level}": with_interval(row, 2),
            "p": p_cell(row),
            "Placebo zones": count_cell(row, "n_draws"),
            "Disjoint": count_cell(row, "n_disjoint"),
            "Compact median": value_cell(near, 2, column="benchmark"),
            "Compact p": p_cell(near),
        }


def _city_cells(series: pd.DataFrame, names: Names) -> Cells:
    found = rows(series, analysis="network_cities")
    if found.empty:
        return
    wide = found.pivot(index="unit", columns=["sample", "term"], values="value")
    inside = wide["zone"].dropna().sort_values("strength_out", ascending=False)
    for code, own in inside.iterrows():
        everywhere = wide.loc[code, "nation"]
        share = own[["strength_out", "strength_in"]].sum()
        share /= everywhere[["strength_out", "strength_in"]].sum()
        yield {
            "City": names.cities[code],
            "Out, inside": number(1000 * own["strength_out"], 0),
            "In, inside": number(1000 * own["strength_in"], 0),
            "Inside share": per_cent(share),
            "PageRank, zone": per_cent(own["pagerank"], 1),
            "Betweenness, zone": per_cent(own["betweenness"]),
            "Coreness, zone": number(own["coreness"], 2),
            "PageRank, China": per_cent(everywhere["pagerank"], 2),
            "Betweenness, China": per_cent(everywhere["betweenness"], 1),
        }


def _ranked_by(column: str, order: tuple[str, ...]) -> Callable[[pd.DataFrame], pd.Series]:
    """Sort by a column in an order; what the order does not name comes last."""
    places = {name: place for place, name in enumerate(order)}
    return lambda frame: frame[column].map(places).fillna(len(order))


def _change_cells(series: pd.DataFrame, names: Names) -> Cells:
    found = rows(series, analysis="linkage_change")
    key = ["sample", "measure", "variant", "first_year", "last_year", "n_units"]
    wide = found.pivot(index=key, columns="term", values="value").reset_index()
    wide = wide.assign(
        a=_ranked_by("sample", ("zone",)),
        b=_ranked_by("measure", tuple(DISTANCES)),
        c=_ranked_by("variant", PERIODS),
    ).sort_values(["a", "sample", "b", "c"])
    for row in map(Row, wide.to_dict("records")):
        yield {
            "Cities": f"{names.sample(row.sample)}, {count_cell(row)}",
            "Distance": DISTANCES[row.measure],
            "Years": f"{row.first_year}–{row.last_year}",
            "Output": number(row.output, 2),
            "Population": number(row.population, 2),
            "Travel time": number(row.time, 2),
            "Linkage": number(row["all"], 2),
        }


def _correlation_cells(estimates: pd.DataFrame, names: Names) -> Cells:
    found = rows(estimates, analysis="linkage_flows")
    kept = ["sample", "variable", "measure"]
    groups = (
        found[kept]
        .drop_duplicates()
        .assign(
            a=_ranked_by("sample", ("zone", "nation")),
            distance=lambda frame: frame["measure"].map(DISTANCES),
        )
    )
    for key in groups.sort_values(["a", "sample", "variable", "distance"])[kept].to_dict("records"):
        logs, ranks = (find(found, term=term, **key) for term in ("pearson_log", "spearman"))
        yield {
            "Cities": names.sample(key["sample"]),
            "Mass": MASSES[key["variable"]],
            "Distance": DISTANCES[key["measure"]],
            "Pairs": count_cell(logs, "n_obs"),
            "Correlation of logs": value_cell(logs, 2),
            "p": p_cell(logs),
            "Of ranks": value_cell(ranks, 2),
            "p of ranks": p_cell(ranks),
        }


def _act_cells(acts: pd.DataFrame, names: Names) -> Cells:
    for act, codes in zip(acts.itertuples(), cities_named(acts), strict=True):
        members = [names.cities.get(code, code) for code in codes]
        if len(members) > 3:
            members = ["whole zone"]
        yield {
            "Date": act.date,
            "Kind": label("event_kind", act.kind),
            "Act": act.act,
            "Members named": ", ".join(members) or MISSING,
        }
