"""Tables of the games, from the chapter's results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian.labels import label
from guantian.present.format import interval, number, per_cent
from guantian.present.tables import Table
from guantian.results import Row, find, one, rows

MEASURES = {
    "supervision": "Every breach is seen",
    "sanction": "Breaches are fined",
    "evaluation": "Rank counts no more",
    "consumption_tax": "Tax where consumed",
    "border": "Provincial border gone",
    "transfers": "Losers are paid",
    "body": "All agree",
}
CENTRES = {  # measures of how many centres a zone has
    "entropy_evenness": "entropy evenness",
    "rank_size": "rank–size",
    "primacy": "primacy",
}
PARAMETERS = {
    "spillover": "Spillover of growth, ρ",
    "spillover_elsewhere": "Spillover of growth, ρ, in another sample",
    "distance": "Flows on log distance",
    "province": "Flows within a province",
    "adjacency": "Flows over a shared border",
    "programme": "Size of a programme, u",
    "turnover": "Secretaries who leave in a year",
    "promotion": "Promotion on relative growth",
    "slope_inside": "Reaction to rivals in the province",
    "slope_across": "Reaction to rivals across its border",
}
#: Key columns of an estimate's source that do not speak for themselves.
SOURCES = {
    "main": "all pairs",
    "zero": "unlisted pairs as zero",
    "rho": "ρ",
    "sdm": "Durbin panel",
    "sar": "lag panel",
    "sem": "error panel",
    "slx": "SLX panel",
    "iv_sides": "instruments, rivals inside and across",
    "inside": "rivals inside the province",
    "across": "rivals across the border",
    "province_year": "province-year effects",
    "log_distance": "log distance",
    "same_province": "same province",
    "three_years": "three years",
    "nation": "China",
}


def game_tables(
    estimates: pd.DataFrame, names: Mapping[str, str], confidence: float
) -> list[Table]:
    """Return all tables of the chapter.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        City code to its English name.
    confidence
        Of the intervals, named in the notes.
    """
    level = f"{100 * confidence:g}% intervals from the parameters' uncertainty"
    return [
        Table(
            "games_measures",
            "What the measures would change in the calibrated games",
            pd.DataFrame(_measures(estimates, names)),
            "Change of each city's pay-off, per cent of the gain of one programme (zone: weighted "
            "by output); of the expected number of cooperating pairs; of the critical discount "
            f"factor. Means over the grids of costs, detection and weight of rank; {level}. All "
            "agree: before side payments. An illustration.",
            text=("Measure",),
        ),
        Table(
            "games_pairs",
            "The pairs as games",
            pd.DataFrame(_pairs(estimates, names)),
            "γ: substitutability; spillovers to the first and the second city; stolen business and "
            "duplication in units of a programme's gain; costs (per cent of the gain) between "
            "which both lose by pushing; critical discount factor under grim trigger in the "
            f"middle of that range, 1 where none suffices; {level}.",
            text=("Pair",),
        ),
        Table(
            "games_parameters",
            "What the games are calibrated on",
            pd.DataFrame(_parameters(estimates)).sort_values(["Parameter", "Source"]),
            "Estimates of the study with their own intervals, cut to what has a meaning in the "
            "games; draws are normal, with the estimate's error.",
            text=("Parameter", "Source"),
        ),
        Table(
            "games_contest",
            "Where relative rank stops a joint project",
            pd.DataFrame(_contest(estimates, names)),
            "Weight on the rival's growth above which one of the two lets the project die; for a "
            "project in one city also the prize of promotion (in points of the own city's growth) "
            f"that gives this weight under the estimated slope of promotion; {level}; ∞ where the "
            "slope may be zero.",
            text=("Pair",),
        ),
        _tax(estimates),
        Table(
            "games_market",
            "An open border and several centres",
            pd.DataFrame(_market(estimates, names)),
            "Real income without the border of provinces between the cities, per cent, by "
            "elasticity of trade; output from one year's net investment put into one, two or three "
            "centres, or where it brings most, per cent of each city's own output; "
            f"{level}. An illustration.",
            text=("City",),
        ),
        Table(
            "games_sharing",
            "Side payments that would hold all cities together",
            pd.DataFrame(_sharing(estimates, names)),
            "Per cent of the output-weighted gain of all programmes, mean over the grid of costs: "
            "each city's pay-off alone and where all agree, its nucleolus and Shapley value, and "
            f"what it receives (below zero: pays) under the nucleolus; {level}.",
            text=("City",),
        ),
        Table(
            "games_zones",
            "Polycentricity and growth across approved zones",
            pd.DataFrame(_zones(estimates)),
            "Growth of real output, hundredths of a log point a year, for a standard deviation of "
            "the measure (entropy of the cities' shares of output over its largest value; slope of "
            "log size on log rank of the four largest; primacy with its sign turned); control: log "
            f"output of the first year; HC3, {100 * confidence:g}% intervals. An association.",
            group="Sample",
            text=("Measure",),
        ),
    ]


def pair_name(row: Row | pd.Series, names: Mapping[str, str]) -> str:
    """Name the two cities of a pair."""
    return "–".join(names.get(row[column], row[column]) for column in ("unit", "partner"))


def cell(row: Row | pd.Series, decimals: int, scale: float = 1.0) -> str:
    """Print an estimate with its interval."""
    value = number(scale * row["estimate"], decimals)
    ends = interval(scale * row["conf_low"], scale * row["conf_high"], decimals)
    return value if ends == "–" else f"{value} {ends}"


def _by_pair(found: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """Each pair's key, and its rows by term."""
    for _, each in found.groupby(["unit", "partner"], sort=True):
        yield each.iloc[0], each.set_index("term")


def _cities(found: pd.DataFrame) -> list[str]:
    return sorted(set(found["unit"]) - {""})


def _measures(estimates: pd.DataFrame, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    found = rows(estimates, analysis="measure")
    for variant, title in MEASURES.items():
        chosen = rows(found, variant=variant)
        gain = rows(chosen, term="gain").set_index("unit")
        whole = chosen[chosen["unit"] == ""].set_index("term")
        yield {
            "Measure": title,
            **{names.get(u, u): number(gain.at[u, "estimate"], 1) for u in _cities(found)},
            "Zone": cell(whole.loc["gain"], 1),
            "Pairs": cell(whole.loc["pairs"], 1),
            "Discount factor": number(whole.at["critical_discount", "estimate"], 2),
        }


def _pairs(estimates: pd.DataFrame, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for pair, by in _by_pair(rows(estimates, analysis="pair")):
        yield {
            "Pair": pair_name(pair, names),
            "γ": number(by.at["substitution", "estimate"], 2),
            "Spillovers": " / ".join(
                number(by.at[term, "estimate"], 2)
                for term in ("spillover_to_first", "spillover_to_second")
            ),
            "Stolen": cell(by.loc["stolen"], 2),
            "Duplication": cell(by.loc["duplication"], 2),
            "Dilemma from": cell(by.loc["lower"], 0, 100),
            "to": cell(by.loc["upper"], 0, 100),
            "Discount factor": cell(by.loc["critical_discount"], 2),
        }


def _parameters(estimates: pd.DataFrame) -> Iterator[dict[str, str]]:
    for _, row in rows(estimates, analysis="parameter").iterrows():
        yield {
            "Parameter": PARAMETERS[row["parameter"]],
            "Source": _source(row),
            "Estimate": cell(row, 3),
        }


def _source(row: pd.Series) -> str:
    """Say where an estimate is from: chapter, term, model, weights, sample, outcome."""
    if row["estimator"] == "panel":
        return f"panel, real GDP {row['first_year']} to {row['last_year']}, mean of cities"
    if row["estimator"] == "leaders":
        return f"leaders, {row['n_obs']} city-years of the zone"
    parts = [row["estimator"]]
    for column in ("term", "variant", "weights", "method", "sample", "outcome", "group"):
        value = row[column]
        if column == "weights" and value:
            parts.append(label("weights", value, "short").lower())
        elif value:
            parts.append(SOURCES.get(value, value))
    return ", ".join(parts)


def _contest(estimates: pd.DataFrame, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for pair, by in _by_pair(rows(estimates, analysis="contest")):
        one_city, both = by[by["variant"] == "one"], by[by["variant"] == "both"]
        yield {
            "Pair": pair_name(pair, names),
            "Weight, in one city": cell(one_city.loc["weight"], 2),
            "Prize": cell(one_city.loc["prize"], 0),
            "Weight, in both": cell(both.loc["weight"], 2),
        }


def _tax(estimates: pd.DataFrame) -> Table:
    found = rows(estimates, analysis="tax")
    shares = sorted(found["setting"].unique())
    middle = shares[len(shares) // 2]
    body = []
    for (rule, funds), each in rows(found, setting=middle).groupby(["variant", "setting_2"]):
        value = 100 * each.set_index("term")["estimate"]
        body.append(
            {
                "Rule": rule.replace("_", " "),
                "Worth of funds": number(funds, 1),
                "Origin": number(value["origin"], 1),
                "Destination": number(value["destination"], 1),
                "Difference": number(value["origin"] - value["destination"], 1),
                "Welfare": number(value["welfare"], 2),
            }
        )
    return Table(
        "games_tax",
        "Bids for capital under two principles of taxation",
        pd.DataFrame(body),
        "Equilibrium subsidy (below zero: a charge) per cent of capital's marginal product, and "
        "the gain in welfare from moving to destination, per cent of output; capital's share "
        f"{per_cent(middle)}%, others in the estimates.",
        text=("Rule",),
    )


def _market(estimates: pd.DataFrame, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    border, centres = rows(estimates, analysis="border"), rows(estimates, analysis="centres")
    centres = rows(centres, term="output")
    for unit in [*_cities(centres), ""]:
        cells = {"City": names.get(unit, unit) or "Zone"}
        for elasticity in sorted(border["setting"].unique()):
            row = one(border, setting=elasticity, unit=unit)
            cells[f"Border, ε = {elasticity:g}"] = cell(row, 2)
        for variant in ("one", "two", "three", "best"):
            row = find(centres, variant=variant, unit=unit)
            if row:
                cells[variant.capitalize()] = cell(row, 1)
        yield cells


def _sharing(estimates: pd.DataFrame, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    found = rows(estimates, analysis="sharing")
    heads = {
        "Alone": "alone",
        "Together": "together",
        "Nucleolus": "nucleolus",
        "Shapley": "shapley",
        "Side payment": "payment",
    }
    for unit in _cities(found):
        by = rows(found, unit=unit).set_index("term")
        cells = {head: cell(by.loc[term], 1) for head, term in heads.items()}
        yield {"City": names.get(unit, unit), **cells}


def _zones(estimates: pd.DataFrame) -> Iterator[dict[str, str]]:
    found = rows(estimates, analysis="polycentricity")
    samples = {"zones": "zones", "disjoint_zones": "disjoint zones"}
    for sample, title in samples.items():
        chosen = rows(found, sample=sample).sort_values(["measure", "variant"])
        for _, row in chosen.iterrows():
            yield {
                "Sample": title,
                "Measure": ", ".join(filter(None, (CENTRES[row["measure"]], row["variant"]))),
                "Zones": number(row["n_units"], 0),
                "Slope": cell(row, 2, 100),
                "p": number(row["p_value"], 2),
            }
