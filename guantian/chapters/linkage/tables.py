"""Tables of gravity, the zone's pairs, network, linkage and events; four are in ``tables.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from guantian.chapters.linkage.names import Names
from guantian.data.acts import cities_named
from guantian.labels import label, ordered
from guantian.present.captions import caption
from guantian.present.cells import (
    count_cell,
    value_cell,
    with_interval,
)
from guantian.present.declared import read_tables
from guantian.present.format import MISSING, Format, interval, number, per_cent
from guantian.present.tables import Table, build, captioned
from guantian.results import Row, find, rows

Cells = Iterator[dict[str, str]]

NO_ACTS = {
    "heads": ("Date", "Kind", "Act", "Members named"),
    "empty": "No agreement or event of this zone is listed.",
}
#: Terms of every specification; the others are its own.
SHARED_TERMS = ("log_distance", "adjacent", "same_province", "border_log_distance")
MOST_OWN_TERMS = 2  # a specification with more of its own has no room for them
DISTANCES = {"circle": "Great circle", "road": "Road hours", "rail": "Rail hours"} | {
    "hours": "Road and rail, mean"
}
FORMATS = {"years": Format(lambda first, last: f"{first}–{last}")}


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
    level = f"{100 * confidence:g}"
    bodies = {
        "gravity": (gravity_cells(estimates, names), 1),
        "zone_pairs": (_pair_cells(zone_pairs(series), names), 1),
        "flow_cities": (_city_cells(series, names), 1),
        "acts": (_act_cells(acts, names), 3),
    }
    frames = {name: (pd.DataFrame(cells), text) for name, (cells, text) in bodies.items()}
    printed = [
        captioned(
            "linkage",
            name,
            body,
            *body.columns[:text],
            **(NO_ACTS if name == "acts" else {}),
            confidence=level,
        )
        for name, (body, text) in frames.items()
    ]
    change = rows(series, analysis="linkage_change")
    flows = rows(estimates, analysis="linkage_flows")
    samples = _in_order({*change["sample"], *flows["sample"]})
    shown = {
        "border_provinces": _provinces(estimates, names),
        "zone_ranks": estimates,
        "linkage_change": change.assign(
            distance=change["measure"].map(DISTANCES),
            cities=[
                f"{names.sample(sample)}, {number(units, 0)}"
                for sample, units in zip(change["sample"], change["n_units"], strict=True)
            ],
        ),
        "linkage_flows": flows.assign(
            named=flows["sample"].map(names.sample), distance=flows["measure"].map(DISTANCES)
        ),
    }
    values = {"level": level, "confidence": level, "zone": label("sample", "zone")}
    specs = read_tables(__file__, FORMATS, samples=samples)
    return printed + [
        build(specs[name], found, caption("linkage", name, "tables"), **values)
        for name, found in shown.items()
    ]


def _in_order(samples: Iterable[str]) -> tuple[str, ...]:
    """Order samples: the study's own zone, China, the other zones."""
    first = [name for name in ("zone", "nation") if name in samples]
    return (*first, *sorted(set(samples) - {"zone", "nation"}))


def _provinces(estimates: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The border of each province, the widest first."""
    found = rows(estimates, analysis="gravity", errors="dyadic", term="border_log_distance")
    found = found[found["unit"] != ""].sort_values("estimate", ascending=False)
    return found.assign(province=found["unit"].map(names.provinces))


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
