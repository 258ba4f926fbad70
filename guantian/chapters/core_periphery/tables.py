"""Tables of core, rest and the coalition game, and the numbers of their text."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.present.format import MISSING, interval, number, p_value, per_cent
from guantian.present.tables import Table

MEASURES = {
    "primacy": "Primacy (share of the largest)",
    "polycentricity": "Polycentricity",
    "functional_polycentricity": "Functional polycentricity",
    "correlation": "Correlation of growth",
    "concordance": "Concordance of growth",
    "dynamic_correlation": "Dynamic correlation of growth",
}
OUTCOMES = {
    "gdp": "GDP",
    "residents": "Residents",
    "flow_index": "Flows, 2021",
    "gdp_growth_pct": "Real growth",
}
SPECS = {"last": "Level", "change": "Change", "before": "Before", "after": "After"}
GAINS = ("shapley", "nucleolus", "gately")
SOLUTIONS = {
    "shapley": "Shapley",
    "nucleolus": "Nucleolus",
    "gately": "Gately",
    "gdp": "GDP",
    "population": "Residents",
}


def coalition_tables(
    core: pd.DataFrame, coalition: pd.DataFrame, names: Mapping[str, str]
) -> list[Table]:
    """Return the tables.

    Parameters
    ----------
    core, coalition
        Tidy estimates of core and rest, and of the coalition game.
    names
        City code -> English name.
    """
    return [
        Table(
            "core_and_rest",
            "Core and rest, growth in step",
            _ranks(core),
            "The zone's statistic, its distance from the median of placebo zones with the interval "
            "from their quantiles, and its rank. Growth net of the nation's mean of the year. A "
            "rank among overlapping groups is not a test of known size.",
            group="Measure",
            text=("Of", "What"),
        ),
        Table(
            "spread",
            "Spread or backwash",
            _spread(core),
            "Slope of a city's growth in the core's growth times its exposure to the core, with "
            "city and year effects; positive: spread. Horizon: years over which growth is summed. "
            "Exposure: minus log km, minus log hours, or the share of flows. Rank: among placebo "
            "cores, cities that are the largest around.",
            group="Exposure",
            text=("Horizon",),
        ),
        Table(
            "coalition_shares",
            "Shares in the gains",
            _shares(coalition, names),
            "Per cent of the gain of all, with intervals from draws of the two estimated "
            "parameters at the middle of the swept costs. An illustration: costs are not known.",
            text=("City",),
        ),
        Table(
            "coalition_values",
            "Values of coalitions",
            _values(coalition, names),
            "Per cent of the zone's output a year at the middle of the swept costs, with intervals "
            "from draws of the two estimated parameters.",
            text=("Coalition",),
        ),
    ]


def _ranks(core: pd.DataFrame) -> pd.DataFrame:
    rows = core[core["analysis"].isin(["hierarchy_rank", "comovement"])]
    body = []
    for term, title in MEASURES.items():
        for row in rows[rows["term"] == term].itertuples():
            body.append(
                {
                    "Measure": title,
                    "Of": OUTCOMES[row.outcome],
                    "What": SPECS[row.spec],
                    "Zone": number(row.statistic, 3),
                    "Less median": number(row.estimate, 3),
                    "Interval": interval(row.conf_low, row.conf_high, 3),
                    "p (rank)": p_value(row.p_value),
                    "Rank": row.note.split(";")[0].removeprefix("rank "),
                }
            )
    return pd.DataFrame(body)


def _spread(core: pd.DataFrame) -> pd.DataFrame:
    titles = {"km": "Nearness", "links": "Share of flows", "hours": "Hours (zone's cities)"}
    ranks = core[core["analysis"] == "spread_rank"].set_index(["spec", "term"])
    body = []
    for row in core[core["analysis"] == "spread"].itertuples():
        key = (row.spec, row.term)
        rank = ranks.loc[key, "note"].removeprefix("rank ") if key in ranks.index else MISSING
        body.append(
            {
                "Exposure": titles[row.spec],
                "Horizon": row.term.removeprefix("h"),
                "Slope": number(row.estimate, 2),
                "Error": number(row.std_error, 2),
                "Interval": interval(row.conf_low, row.conf_high, 2),
                "p": p_value(row.p_value),
                "Cities": MISSING if pd.isna(row.n_units) else number(row.n_units, 0),
                "Rank": rank,
            }
        )
    return pd.DataFrame(body)


def _shares(coalition: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    rows = coalition[coalition["analysis"] == "coalition_shares"]
    body = []
    for code in sorted(rows["term"].unique()):
        cells = {"City": names[code]}
        for spec, title in SOLUTIONS.items():
            row = rows[(rows["term"] == code) & (rows["spec"] == spec)].iloc[0]
            text = per_cent(row["estimate"], 1)
            if not pd.isna(row["conf_low"]):
                text += f" {interval(100 * row['conf_low'], 100 * row['conf_high'], 1)}"
            cells[title] = text
        body.append(cells)
    return pd.DataFrame(body)


def _values(coalition: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    rows = coalition[coalition["term"].str.startswith("value.")]
    body = []
    for row in rows.itertuples():
        body.append(
            {
                "Coalition": _title(row.term.removeprefix("value."), names),
                "Cities": row.note.split()[0],
                "Value": number(row.estimate, 2),
                "Interval": interval(row.conf_low, row.conf_high, 2),
            }
        )
    # By size as a number: as text, ten cities stand before two.
    return pd.DataFrame(body).sort_values("Cities", ascending=False, key=_sizes, kind="stable")


def _sizes(printed: pd.Series) -> pd.Series:
    return printed.astype(int)


def _title(name: str, names: Mapping[str, str]) -> str:
    fixed = {
        "all": "All",
        "home_province": "Those of the core's province",
        "without_core": "Without the core",
    }
    if name in fixed:
        return fixed[name]
    kind, _, code = name.rpartition("_")
    return f"{'Core and' if kind == 'core_and' else 'Without'} {names[code]}"


def coalition_numbers(
    core: pd.DataFrame,
    coalition: pd.DataFrame,
    sweep: pd.DataFrame,
    names: Mapping[str, str],
    member: str,
    choices: Mapping,
) -> dict:
    """Return the numbers of the chapter's text, nested, texts at the leaves."""
    rows = core.set_index(["analysis", "spec", "outcome", "term"])
    game = coalition[coalition["analysis"] == "coalition"].set_index("term")
    shares = coalition[coalition["analysis"] == "coalition_shares"].set_index(["spec", "term"])
    others = [code for code in shares.loc["gdp"].index if code != member]
    least = min(others, key=lambda code: shares.loc[("shapley", code), "estimate"])
    return {
        "core": names[member],
        "first": str(choices["levels"]["first"]),
        "last": str(choices["levels"]["last"]),
        "growth_first": str(choices["years"]["first"]),
        "growth_last": str(choices["years"]["last"]),
        "split": str(choices["windows"]["after"][0]),
        "radius": f"{choices['spread_backwash']['radius_km']:g}",
        "primacy": {
            f"{outcome}_{spec}": _rank(rows, ("hierarchy_rank", spec, outcome, "primacy"), 1, True)
            for outcome in ("gdp", "residents")
            for spec in ("last", "change")
        },
        "functional": _rank(
            rows, ("hierarchy_rank", "last", "flow_index", "functional_polycentricity"), 3
        ),
        "step": {
            f"{term}_{spec}": _rank(rows, ("comovement", spec, "gdp_growth_pct", term), 2)
            for term in ("correlation", "concordance", "dynamic_correlation")
            for spec in ("before", "after", "change")
        },
        "spread": {
            spec: _slope(rows, ("spread", spec, "gdp_growth_pct", "h0"))
            for spec in ("km", "links", "hours")
        },
        "spread_rank": _rank(rows, ("spread_rank", "km", "gdp_growth_pct", "h0"), 2),
        "value": {
            "all": _value(game, "value.all"),
            "home": _value(game, "value.home_province"),
            "without_core": _value(game, "value.without_core"),
        },
        "stable": game.loc["core", "note"],
        "stable_said": "not empty" if game.loc["core", "estimate"] == 1 else "empty",
        "stable_share": per_cent(game.loc["core", "statistic"]),
        "sweep": {
            "points": number(len(sweep), 0),
            "core": per_cent(sweep["core"].mean()),
            "superadditive": per_cent(sweep["superadditive"].mean()),
            "convex": per_cent(sweep["convex"].mean()),
            "all_best": per_cent((sweep["best_size"] == sweep["best_size"].max()).mean()),
        },
        "rho": {
            "sample": choices["rho"]["sample"],
            "weights": choices["rho"]["spec"].removeprefix("sdm_"),
        },
        "share_core": {spec: _share(shares, spec, member) for spec in SOLUTIONS},
        "least": names[least],
        "share_least": {spec: _share(shares, spec, least, 1) for spec in SOLUTIONS},
        "least_said": _paid_for(shares.loc[[(spec, least) for spec in GAINS]]),
    }


def _paid_for(rows: pd.DataFrame) -> str:
    """Say whether a city's cooperation has to be paid for, by the solutions' intervals."""
    below = int((rows["conf_high"] < 0).sum())
    if below == len(rows):
        return "by every solution its cooperation has to be paid for"
    if below:
        return "the solutions part on whether its cooperation has to be paid for"
    if (rows["conf_low"] > 0).all():
        return "by every solution it gains"
    return "no solution puts it surely below zero, so that who would pay whom is open"


def _rank(rows: pd.DataFrame, key: tuple, decimals: int, percent: bool = False) -> dict:
    if key not in rows.index:
        return dict.fromkeys(("value", "less", "interval", "p", "rank"), MISSING) | {
            "said": "cannot be ranked"
        }
    row = rows.loc[[key]].iloc[0]
    scale = 100 if percent else 1
    low, high = scale * row["conf_low"], scale * row["conf_high"]
    said = "above" if low > 0 else "below" if high < 0 else "within the range of"
    return {
        "value": number(scale * row["statistic"], decimals),
        "less": number(scale * row["estimate"], decimals),
        "interval": interval(low, high, decimals),
        "p": p_value(row["p_value"]),
        "rank": row["note"].split(";")[0].removeprefix("rank "),
        "said": said,
    }


def _slope(rows: pd.DataFrame, key: tuple) -> dict:
    row = rows.loc[[key]].iloc[0] if key in rows.index else None
    if row is None or pd.isna(row["estimate"]):
        return dict.fromkeys(("value", "interval", "p", "cities"), MISSING) | {"said": "missing"}
    low, high = row["conf_low"], row["conf_high"]
    return {
        "value": number(row["estimate"], 2),
        "interval": interval(low, high, 2),
        "p": p_value(row["p_value"]),
        "cities": number(row["n_units"], 0),
        "said": "spread" if low > 0 else "backwash" if high < 0 else "neither spread nor backwash",
    }


def _value(game: pd.DataFrame, term: str) -> dict:
    row = game.loc[term]
    return {
        "value": number(row["estimate"], 2),
        "interval": interval(row["conf_low"], row["conf_high"], 2),
    }


def _share(shares: pd.DataFrame, spec: str, code: str, decimals: int = 0) -> dict:
    row = shares.loc[(spec, code)]
    limits = MISSING
    if not pd.isna(row["conf_low"]):
        limits = interval(100 * row["conf_low"], 100 * row["conf_high"], decimals)
    return {"value": per_cent(row["estimate"], decimals), "interval": limits}
