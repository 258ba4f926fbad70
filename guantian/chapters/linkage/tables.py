"""Tables of cooperation: gravity, the zone's pairs, its network, linkage, acts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.inputs import FLOW_YEAR
from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.tables import Table

TERMS = {
    "fast_trains": "Log of one plus fast trains a day, 2016",
    "same_zone": "Same approved zone",
    "own_zone": "Inside the zone",
    "similarity_2016": "Similarity of sectors, 2016 (SD)",
    "similarity_2020": "Similarity of industries, 2020 (SD)",
    "income_gap": "Gap in log output per resident",
    "log_distance_squared": "Square of log distance",
}
TREATMENTS = {
    "zero": "nought",
    "threshold": "threshold",
    "listed": "dropped",
    "censored": "censored",
    "zero_near": "nought, near",
}
PLACEBO_TERMS = {
    ("zone_prediction", "main", "all"): "Log of flow seen over predicted",
    ("zone_prediction", "flexible", "all"): "… with the square of log distance",
    ("zone_prediction", "main", "without_core"): "… pairs without the core",
    ("zone_prediction", "main", "across_border"): "… pairs across a provincial border",
    (
        "network_placebo",
        "flows",
        "centralisation",
    ): "Share of flow that touches the strongest member",
    ("network_placebo", "flows", "inward"): "Share of members' flow that stays inside",
    ("network_placebo", "flows", "entropy"): "Entropy of flow over pairs",
    ("network_placebo", "flows", "reciprocity"): "Share of flow that is returned",
    ("communities_placebo", "mean", "together"): "Pairs in one community, mean of resolutions",
    ("communities_placebo", "mean", "together_across"): "… pairs across a provincial border",
    ("communities_placebo", "infomap", "together"): "Pairs in one community, Infomap",
    ("linkage_placebo", "circle", "growth"): "Growth of log linkage at fixed distance",
}
DISTANCES = {"circle": "Great circle", "road": "Road hours", "rail": "Rail hours"} | {
    "hours": "Road and rail, mean"
}
SPANS = {"before": "before", "since": "since", "whole": "whole"}


def linkage_tables(
    gravity: pd.DataFrame,
    linkage: pd.DataFrame,
    pairs: pd.DataFrame,
    cities: pd.DataFrame,
    acts: pd.DataFrame,
    names: Mapping[str, str],
    confidence: float,
) -> list[Table]:
    """Return the tables of the chapter.

    Parameters
    ----------
    gravity, linkage
        Tidy estimates.
    pairs
        The zone's pairs with flow seen and predicted.
    cities
        Measures of the members in the network of flows.
    acts
        As `guantian.data.acts.read_acts` returns them.
    names
        City to English name.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    return [
        _table("gravity", gravity_body(gravity), 1),
        _table("border_provinces", _provinces(gravity, names, level), 1),
        _table("zone_pairs", _pairs(pairs, names), 1),
        _table("zone_ranks", _ranks(pd.concat([gravity, linkage]), level), 1),
        _table("flow_cities", _cities(cities, names), 1),
        _table("linkage_change", _change(linkage), 2),
        _table("linkage_flows", _correlations(linkage), 2),
        _table("acts", _acts(acts, names), 3),
    ]


TITLES = {
    "gravity": "Gravity of flows between cities",
    "border_provinces": "What each province's border costs, as a factor of distance",
    "zone_pairs": "The zone's pairs: flow seen and flow predicted without them",
    "zone_ranks": "The zone's cooperation among placebo zones",
    "flow_cities": "The members in the network of flows",
    "linkage_change": "What the change of linkage is made of",
    "linkage_flows": "Linkage and flows: correlation over pairs",
    "acts": "Acts of cooperation and openings of fast railways",
}
NOTES = {
    "gravity": "Poisson pseudo maximum likelihood with origin and destination effects; the "
    "censored model is a regression of logs. Errors in brackets allow for any dependence between "
    "pairs that share a city. Border: factor of distance that costs as much flow as the border.",
    "border_provinces": "From the model with a term for each province.",
    "zone_pairs": "Index of both directions times 1000; range: what pairs left out in the same "
    "way in placebo zones turned out to be. Hours are modelled, of "
    f"{FLOW_YEAR}.",
    "zone_ranks": "Statistic, median of placebo zones, statistic less placebo quantiles, and the "
    "two-sided rank as a share; placebo zones overlap, disjoint groups among them are counted. "
    "Compact: among placebo zones whose mean distance is at most a quarter above the zone's.",
    "flow_cities": "Strength in 1000 of the index; PageRank and betweenness in per cent.",
    "linkage_change": "Log points; current prices; an identity, without errors.",
    "linkage_flows": "p: relabelled cities, two-sided.",
    "acts": "Public record.",
}


def _table(name: str, body: pd.DataFrame, text: int) -> Table:
    return Table(name, TITLES[name], body, NOTES[name], text=tuple(body.columns[:text]))


def gravity_body(gravity: pd.DataFrame) -> pd.DataFrame:
    """One row a specification: distance, adjacency, province, its own term, border, pairs."""
    chosen = gravity[(gravity["analysis"] == "gravity") & (gravity["spec"] != "provinces")]
    body = []
    for _, rows in chosen.groupby("spec", sort=False):
        first = rows.iloc[0]
        terms = rows.set_index("term")
        own = [term for term in TERMS if term in terms.index and first["spec"] != "full"]
        body.append(
            {
                "order": ORDER.index(first["spec"]) if first["spec"] in ORDER else len(ORDER),
                "Specification": first["note"],
                "Unlisted": TREATMENTS[first["sample"]],
                "Log distance": _cell(terms, "log_distance"),
                "Adjacent": _cell(terms, "adjacent"),
                "Same province": _cell(terms, "same_province"),
                "Own term": "; ".join(_cell(terms, term) for term in own) or MISSING,
                "Border": _factor(terms, "border_log_distance"),
                "Pairs": number(first["n_obs"], 0),
                "Cities": number(first["n_units"], 0),
            }
        )
    frame = pd.DataFrame(body).sort_values(["order", "Specification"], kind="stable")
    return frame.drop(columns="order").reset_index(drop=True)


ORDER = [
    "main",
    "threshold",
    "listed",
    "censored",
    "near",
    "flexible",
    "zones",
    "trains",
    "similar_2016",
    "similar_2020",
    "similar_2020_threshold",
    "similar_2020_near",
    "similar_2020_censored",
    "income",
    "income_threshold",
    "income_near",
    "income_censored",
    "full",
]


def _cell(terms: pd.DataFrame, term: str) -> str:
    if term not in terms.index:
        return MISSING
    row = terms.loc[term]
    return f"{number(row['estimate'], 2)} ({number(row['std_error'], 2)})"


def _factor(terms: pd.DataFrame, term: str) -> str:
    if term not in terms.index:
        return MISSING
    row = terms.loc[term]
    low, high = np.exp(row["conf_low"]), np.exp(row["conf_high"])
    return f"{number(np.exp(row['estimate']), 2)} {interval(low, high, 2)}"


def _provinces(gravity: pd.DataFrame, names: Mapping[str, str], level: str) -> pd.DataFrame:
    rows = gravity[(gravity["analysis"] == "gravity") & (gravity["spec"] == "provinces")]
    rows = rows[rows["term"].str.startswith("border_log_distance_")]
    rows = rows.sort_values("estimate", ascending=False)
    return pd.DataFrame(
        {
            "Province": [names.get(term[-6:], term[-6:]) for term in rows["term"]],
            "Factor of distance": [number(np.exp(value), 2) for value in rows["estimate"]],
            level: [
                interval(np.exp(low), np.exp(high), 2)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
        }
    )


def _pairs(pairs: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    pairs = pairs.sort_values("flow", ascending=False)
    return pd.DataFrame(
        {
            "Pair": [
                f"{names[row.code_a]}–{names[row.code_b]}" for row in pairs.itertuples(index=False)
            ],
            "Province": np.where(pairs["same_province"] == 1, "same", "across"),
            "km": [number(value, 0) for value in pairs["distance_km"]],
            "Road h": [number(value, 1) for value in pairs["road_hours"]],
            "Rail h": [number(value, 1) for value in pairs["rail_hours"]],
            "Seen": [number(1000 * value, 1) for value in pairs["flow"]],
            "Predicted": [number(1000 * value, 1) for value in pairs["predicted"]],
            "Ratio": [number(value, 2) for value in pairs["ratio"]],
            "Range": [
                interval(low, high, 2)
                for low, high in zip(pairs["ratio_low"], pairs["ratio_high"], strict=True)
            ],
        }
    )


def _ranks(estimates: pd.DataFrame, level: str) -> pd.DataFrame:
    key_columns = ["analysis", "spec", "term"]
    rows = estimates[estimates["sample"] == "main"].set_index(key_columns)
    compact = estimates[estimates["sample"] == "compact"].set_index(key_columns)
    body = []
    for key, title in PLACEBO_TERMS.items():
        if key not in rows.index:
            continue
        row = rows.loc[key]
        body.append(
            {
                "Statistic": title,
                "Zone": number(row["statistic"], 2),
                "Placebo median": number(row["statistic"] - row["estimate"], 2),
                f"Difference, {level}": f"{number(row['estimate'], 2)} "
                f"{interval(row['conf_low'], row['conf_high'], 2)}",
                "p": p_value(row["p_value"]),
                "Placebo zones": number(row["n_obs"], 0),
                "Disjoint": row["note"].split("; ")[1].split()[0] if "; " in row["note"] else "",
                "Compact median": MISSING,
                "Compact p": MISSING,
            }
        )
        if key in compact.index:
            near = compact.loc[key]
            median = near["statistic"] - near["estimate"]
            body[-1] |= {"Compact median": number(median, 2), "Compact p": p_value(near["p_value"])}
    return pd.DataFrame(body)


def _cities(cities: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    members = cities.dropna(subset=["zone_strength_out"]).sort_values(
        "zone_strength_out", ascending=False
    )
    inside = members["zone_strength_out"] + members["zone_strength_in"]
    everywhere = members["strength_out"] + members["strength_in"]
    return pd.DataFrame(
        {
            "City": [names[code] for code in members["city_code"]],
            "Out, inside": [number(1000 * value, 0) for value in members["zone_strength_out"]],
            "In, inside": [number(1000 * value, 0) for value in members["zone_strength_in"]],
            "Inside share": [number(100 * value, 0) for value in inside / everywhere],
            "PageRank, zone": [number(100 * value, 1) for value in members["zone_pagerank"]],
            "Betweenness, zone": [number(100 * value, 0) for value in members["zone_betweenness"]],
            "Coreness, zone": [number(value, 2) for value in members["zone_coreness"]],
            "PageRank, nation": [number(100 * value, 2) for value in members["pagerank"]],
            "Betweenness, nation": [number(100 * value, 1) for value in members["betweenness"]],
        }
    )


def _change(linkage: pd.DataFrame) -> pd.DataFrame:
    rows = linkage[linkage["analysis"] == "linkage_change"]
    body = []
    for (sample, spec), group in rows.groupby(["sample", "spec"], sort=False):
        distance, span = spec.rsplit("_", 1)
        values = group.set_index("term")["estimate"]
        body.append(
            {
                "order": (
                    sample != "zone",
                    list(DISTANCES).index(distance),
                    list(SPANS).index(span),
                ),
                "Cities": f"{sample.replace('_', ' ').capitalize()}, "
                f"{number(group['n_units'].iloc[0], 0)}",
                "Distance": DISTANCES[distance],
                "Years": group["note"].iloc[0].split(",")[0].replace("-", "–"),
                "Output": number(values["output"], 2),
                "Population": number(values["population"], 2),
                "Travel time": number(values["time"], 2),
                "Linkage": number(values["all"], 2),
            }
        )
    return pd.DataFrame(sorted(body, key=lambda row: row["order"])).drop(columns="order")


def _correlations(linkage: pd.DataFrame) -> pd.DataFrame:
    rows = linkage[linkage["analysis"] == "linkage_flows"]
    body = []
    for (sample, spec), group in rows.groupby(["sample", "spec"], sort=False):
        mass, distance = spec.split("_")
        terms = group.set_index("term")
        body.append(
            {
                "order": (["zone", "nation"].index(sample) if sample in ("zone", "nation") else 2),
                "Cities": sample.replace("_", " ").capitalize(),
                "Mass": {"root": "Population and GDP", "index": "Entropy-weighted index"}[mass],
                "Distance": DISTANCES[distance],
                "Pairs": number(group["n_obs"].iloc[0], 0),
                "Correlation of logs": number(terms.at["pearson_log", "estimate"], 2),
                "p": p_value(terms.at["pearson_log", "p_value"]),
                "Of ranks": number(terms.at["spearman", "estimate"], 2),
                "p of ranks": p_value(terms.at["spearman", "p_value"]),
            }
        )
    ordered = sorted(body, key=lambda row: (row["order"], row["Mass"], row["Distance"]))
    return pd.DataFrame(ordered).drop(columns="order")


def _acts(acts: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    def members(codes: str) -> str:
        found = [names.get(code, code) for code in codes.split()]
        return ", ".join(found) if 0 < len(found) <= 3 else ("whole zone" if found else MISSING)

    return pd.DataFrame(
        {
            "Date": acts["date"],
            "Kind": acts["kind"].str.capitalize(),
            "Act": acts["act"],
            "Members named": acts["members"].map(members),
        }
    )
