"""Provincial borders and counties: growth at a border, and a plan across one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.counties.estimate.data import CountyData, complete, known_years
from guantian.chapters.counties.estimate.within import clustered_t, within
from regiometrics import _laws as laws
from regiometrics.inference import inference_row

FEWEST_PAIRS = 3  # pairs of counties on either side of a comparison


def edge_of(neighbours: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Tell which counties lie at the edge of their province, or of their prefecture alone.

    Parameters
    ----------
    neighbours
        Pairs of units that touch: `unit_a`, `unit_b`.
    units
        Index unit_code: `city`, `province`.

    Returns
    -------
    DataFrame
        Index unit_code: ``province`` (1 where the county touches another province) and
        ``prefecture`` (1 where it touches another prefecture of its province and no other
        province); other counties have neither.
    """
    pairs = neighbours[["unit_a", "unit_b"]]
    both = pd.concat([pairs, pairs.set_axis(["unit_b", "unit_a"], axis=1)])
    both = both[both["unit_a"].isin(units.index) & both["unit_b"].isin(units.index)]
    own, other = units.loc[both["unit_a"]], units.loc[both["unit_b"]]
    across = own["province"].to_numpy() != other["province"].to_numpy()
    beside = (own["city"].to_numpy() != other["city"].to_numpy()) & ~across
    flags = pd.DataFrame(
        {"unit": both["unit_a"].to_numpy(), "province": across, "prefecture": beside}
    )
    found = flags.groupby("unit").max().reindex(units.index, fill_value=False).astype("int64")
    found["prefecture"] *= 1 - found["province"]
    return found


def border_rows(
    data: CountyData, neighbours: pd.DataFrame, choices: Mapping[str, Any], confidence: float
) -> Iterator[dict[str, Any]]:
    """Compare growth of counties at an edge with that of the other counties of their prefecture.

    Parameters
    ----------
    data
        Counties.
    neighbours
        Pairs of units that touch.
    choices
        The section `counties.border` of the configuration.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Points of growth a year, by ``effect``: prefecture effects alone, or with the initial level
        per head. The edge of the province is the claim's; that of the prefecture, where no province
        ends, is the falsification. The size is that of labels dealt again within prefectures.
    """
    held = known_years(data.output, choices["years"])
    if held is None:
        return
    first, last = held
    known = data.output[[first, last]].dropna()
    edges = edge_of(neighbours, data.units).loc[known.index]
    frame = pd.DataFrame(
        {
            "growth": 100 * (known[last] - known[first]) / (last - first),
            "initial": data.per_head[first].reindex(known.index),
            "city": data.units["city"].reindex(known.index),
            "province": data.units["province"].reindex(known.index),
        }
    )
    random = np.random.default_rng(choices["seed"])
    for name, analysis in (("province", "secondary"), ("prefecture", "falsification")):
        # Against all counties that touch no other province; then, of these, those at no edge.
        compared = edges["province"] == 0 if name == "prefecture" else edges["province"] >= 0
        chosen = frame[compared].assign(edge=edges[name].astype("float64"))
        for effect in ("prefecture", "prefecture and initial level"):
            part = chosen.dropna() if "initial" in effect else chosen
            part = part[part.groupby("city")["edge"].transform("nunique") > 1]
            key = {
                "analysis": analysis,
                "variant": "S1.2",
                "sample": "china",
                "outcome": "county_growth",
                "term": "edge",
                "group": name,
                "effect": effect,
                "first_year": first,
                "last_year": last,
            }
            if part["province"].nunique() < FEWEST_PAIRS:
                yield {**key, "note": "fewer than three provinces have counties of both kinds"}
                continue
            yield {**key, **_edge(part, effect, choices["draws"], random, confidence)}


def _edge(part, effect, draws, random, confidence) -> dict[str, Any]:
    city = part["city"].to_numpy()
    dealt = np.column_stack([_dealt(part["edge"].to_numpy(), city, random) for _ in range(draws)])
    columns = np.column_stack([part[["growth", "edge", "initial"]].fillna(0.0), dealt])
    flat = within(columns, [city])
    if "initial" in effect:
        control = flat[:, 2]
        flat = flat - np.outer(control, control @ flat / (control @ control))
    clusters = part["province"].to_numpy()
    slopes, errors = clustered_t(flat[:, 0], np.delete(flat, [0, 2], axis=1), clusters, 0)
    df = part["province"].nunique() - 1
    limit = laws.t.ppf(0.975, df)
    return {
        **inference_row(float(slopes[0]), float(errors[0]), confidence, df),
        "df": df,
        "expected_std_error": float(np.std(slopes[1:])),
        "size_at_5pct": float((np.abs(slopes[1:] / errors[1:]) > limit).mean()),
        "n_obs": len(part),
        "n_units": len(part),
        "n_clusters": df + 1,
        "n_draws": draws,
        "estimator": "OLS within prefectures",
        "cov_type": "clustered by province, t",
    }


def _dealt(values: np.ndarray, groups: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Deal values again within groups."""
    codes = pd.factorize(groups)[0]
    places = np.argsort(codes, kind="stable")
    shuffled = np.lexsort((random.random(len(values)), codes))
    found = np.empty_like(values)
    found[places] = values[shuffled]
    return found


def pair_rows(
    data: CountyData,
    neighbours: pd.DataFrame,
    provinces: tuple[str, str],
    period: Mapping[str, int],
    choices: Mapping[str, Any],
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Compare pairs of counties across a provincial border inside the plan with those outside.

    Parameters
    ----------
    data
        Counties.
    neighbours
        Pairs of units that touch.
    provinces
        Codes of the two provinces between which the border runs.
    period
        `first`, `approved` (the first treated year) and `last`.
    choices
        The section `counties.border` of the configuration.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Change from the years before the approval to those from it on, of pairs of which the plan
        names both counties minus the other pairs: of the absolute ``gap`` in log output per head,
        and of mean log ``output``. The p-value is that of labels dealt again among the pairs. No
        row where either kind has fewer than three pairs with output in all years.
    """
    first, approved, last = (period[name] for name in ("first", "approved", "last"))
    head = complete(data.per_head, first, last)
    output = data.output.loc[head.index, first:last]
    pairs = neighbours[
        neighbours["unit_a"].isin(head.index) & neighbours["unit_b"].isin(head.index)
    ]
    sides = [
        data.units["province"].reindex(pairs[name]).to_numpy() for name in ("unit_a", "unit_b")
    ]
    across = np.array([{a, b} == set(provinces) for a, b in zip(*sides, strict=True)], bool)
    pairs = pairs[across] if len(pairs) else pairs
    a, b = pairs["unit_a"], pairs["unit_b"]
    plan = data.units["in_plan"]
    inside = (plan.reindex(a).to_numpy() == 1) & (plan.reindex(b).to_numpy() == 1)
    if min(inside.sum(), (~inside).sum()) < FEWEST_PAIRS:
        return
    later = head.columns >= approved
    random = np.random.default_rng(choices["seed"])
    labels = np.array([random.permutation(inside) for _ in range(choices["draws"])])
    for outcome, values in (
        ("gap", np.abs(head.loc[a].to_numpy() - head.loc[b].to_numpy())),
        ("output", (output.loc[a].to_numpy() + output.loc[b].to_numpy()) / 2),
    ):
        change = values[:, later].mean(axis=1) - values[:, ~later].mean(axis=1)
        estimate = change[inside].mean() - change[~inside].mean()
        drawn = np.array([change[each].mean() - change[~each].mean() for each in labels])
        error = float(np.std(drawn))
        extreme = int((np.abs(drawn) >= abs(estimate)).sum())
        yield {
            "analysis": "secondary",
            "variant": "S1.10",
            "sample": "zone",
            "outcome": f"border_{outcome}",
            "term": "effect",
            "group": "border_pairs",
            "method": "did",
            **inference_row(float(estimate), error, confidence),
            "p_value": (1 + extreme) / (1 + len(drawn)),
            "expected_std_error": error,
            "n_obs": len(pairs),
            "n_units": int(inside.sum()),
            "n_draws": len(drawn),
            "first_year": first,
            "last_year": last,
            "estimator": "difference in differences of pairs of counties",
            "cov_type": "permutation of pairs",
        }
