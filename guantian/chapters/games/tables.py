"""Tables of the games."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.labels import label as label_of
from guantian.present.format import interval, number, per_cent
from guantian.present.tables import Table

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


MODELS = {"slx": "SLX panel", "sar": "lag panel", "sem": "error panel", "sdm": "Durbin panel"}
#: Places of estimates that do not speak for themselves.
PLACES = {
    "main": "all pairs",
    "zero": "pairs not listed as nought",
    "rho": "ρ",
    "iv_sides": "instruments, rivals inside and across",
    "growth": "growth with spillovers",
    "inside": "rivals inside the province",
    "across": "rivals across the border",
    "province_year": "province-year effects",
}


def game_tables(estimates: pd.DataFrame, names: Mapping[str, str], confidence: float):
    """Return all tables of the chapter.

    Parameters
    ----------
    estimates
        Tidy estimates of the games.
    names
        City code to name.
    confidence
        Of the intervals, named in the notes.
    """
    level = f"{100 * confidence:g}% intervals from the parameters' uncertainty"
    return [
        _measures(estimates, names, level),
        _pairs(estimates, names, level),
        _parameters(estimates),
        _contest(estimates, names, level),
        _tax(estimates),
        _market(estimates, names, level),
        _sharing(estimates, names, level),
        _zones(estimates, confidence),
    ]


def pair_name(pair: str, names: Mapping[str, str]) -> str:
    """Names of a pair given as two codes."""
    return "–".join(names.get(code, code) for code in pair.split("-"))


def cell(row, decimals: int, scale: float = 1.0) -> str:
    """Print an estimate with its interval."""
    value = number(scale * row["estimate"], decimals)
    ends = interval(scale * row["conf_low"], scale * row["conf_high"], decimals)
    return value if ends == "–" else f"{value} {ends}"


def _of(estimates: pd.DataFrame, analysis: str) -> pd.DataFrame:
    return estimates[estimates["analysis"] == analysis]


def _cities(rows: pd.DataFrame) -> list[str]:
    return [code for code in rows["sample"].unique() if code.isdigit()]


def _measures(estimates, names, level) -> Table:
    rows = _of(estimates, "games_measure")
    by = rows.set_index(["spec", "sample", "term"])
    body = []
    for measure, title in MEASURES.items():
        cells = {"Measure": title}
        for code in _cities(rows):
            cells[names.get(code, code)] = number(by.at[(measure, code, "gain"), "estimate"], 1)
        cells["Zone"] = cell(by.loc[(measure, "zone", "gain")], 1)
        cells["Pairs"] = cell(by.loc[(measure, "zone", "pairs")], 1)
        cells["Patience"] = number(by.at[(measure, "zone", "discount"), "estimate"], 2)
        body.append(cells)
    return Table(
        "games_measures",
        "What the measures would change in the calibrated games",
        pd.DataFrame(body),
        "Change of each city's pay-off, per cent of the gain of one programme (zone: weighted by "
        "output); of the expected number of cooperating pairs; of the smallest discount factor. "
        f"Means over the swept costs, detection and weight of rank; {level}. All agree: before "
        "side payments. An illustration.",
        text=("Measure",),
    )


def _pairs(estimates, names, level) -> Table:
    by = _of(estimates, "games_pair").set_index(["spec", "term"])
    body = []
    for pair in by.index.get_level_values(0).unique():
        rows = by.loc[pair]
        body.append(
            {
                "Pair": pair_name(pair, names),
                "γ": number(rows.at["substitution", "estimate"], 2),
                "Spillovers": " / ".join(
                    number(rows.at[f"spillover_to_{end}", "estimate"], 2)
                    for end in ("first", "second")
                ),
                "Stolen": cell(rows.loc["stolen"], 2),
                "Duplication": cell(rows.loc["duplication"], 2),
                "Dilemma from": cell(rows.loc["lower"], 0, 100),
                "to": cell(rows.loc["upper"], 0, 100),
                "Discount factor": cell(rows.loc["discount"], 2),
            }
        )
    return Table(
        "games_pairs",
        "The pairs as games",
        pd.DataFrame(body),
        "γ: substitutability; spillovers to the first and the second city; stolen business and "
        "duplication in units of a programme's gain; costs (per cent of the gain) between which "
        "both lose by pushing; smallest discount factor under grim trigger in the middle of that "
        f"range, 1 where none suffices; {level}.",
        text=("Pair",),
    )


def _parameters(estimates) -> Table:
    rows = _of(estimates, "games_parameter")
    split = rows["note"].str.split("|", n=1)
    body = pd.DataFrame(
        {
            "Parameter": split.str[0],
            "Where it stands": split.str[1].map(_place),
            "Estimate": [cell(row, 3) for _, row in rows.iterrows()],
        }
    )
    return Table(
        "games_parameters",
        "What the games are calibrated on",
        body.sort_values(["Parameter", "Where it stands"]),
        "Estimates of the study with their own intervals, cut to what has a meaning in the games; "
        "draws are normal, with the estimate's error.",
        text=("Parameter", "Where it stands"),
    )


def _place(source: str) -> str:
    """Say in words where an estimate stands: analysis, term, specification, sample, outcome."""
    words = []
    for word in source.split(", "):
        model, _, weights = word.partition("_")
        if model in MODELS:
            word = f"{MODELS[model]}, {label_of('weights', weights, 'short').lower()}"
        words.append(PLACES.get(word, word.replace("_", " ")))
    return ", ".join(words)


def _contest(estimates, names, level) -> Table:
    by = _of(estimates, "games_contest").set_index(["spec", "sample", "term"])
    body = []
    for pair in by.index.get_level_values(0).unique():
        body.append(
            {
                "Pair": pair_name(pair, names),
                "Weight, in one city": cell(by.loc[(pair, "one", "weight")], 2),
                "Prize": cell(by.loc[(pair, "one", "prize")], 0),
                "Weight, in both": cell(by.loc[(pair, "both", "weight")], 2),
            }
        )
    return Table(
        "games_contest",
        "Where relative rank stops a joint project",
        pd.DataFrame(body),
        "Weight on the rival's growth above which one of the two lets the project die; for a "
        "project in one city also the prize of promotion (in points of the own city's growth) that "
        f"gives this weight under the estimated slope of promotion; {level}; ∞ where the slope "
        "may be zero.",
        text=("Pair",),
    )


def _tax(estimates) -> Table:
    rows = _of(estimates, "games_tax")
    parts = rows["sample"].str.extract(r"alpha_(?P<alpha>.+)_funds_(?P<funds>.+)").astype(float)
    rows = rows.join(parts)
    alphas = sorted(rows["alpha"].unique())
    rows = rows[rows["alpha"] == alphas[len(alphas) // 2]]
    body = []
    for (rule, funds), cells in rows.groupby(["spec", "funds"], sort=False):
        value = cells.set_index("term")["estimate"]
        body.append(
            {
                "Rule": rule.replace("_", " "),
                "Worth of funds": number(funds, 1),
                "Origin": number(100 * value["origin"], 1),
                "Destination": number(100 * value["destination"], 1),
                "Difference": number(100 * (value["origin"] - value["destination"]), 1),
                "Welfare": number(100 * value["welfare"], 2),
            }
        )
    body = pd.DataFrame(body).sort_values(["Rule", "Worth of funds"], kind="stable")
    return Table(
        "games_tax",
        "Bids for capital under two principles of taxation",
        body,
        "Equilibrium subsidy (below zero: a charge) per cent of capital's marginal product, and "
        "the gain in welfare from moving to destination, per cent of output; capital's share "
        f"{per_cent(alphas[len(alphas) // 2])}%, others in the estimates.",
        text=("Rule",),
    )


def _market(estimates, names, level) -> Table:
    border, centres = _of(estimates, "games_border"), _of(estimates, "games_centres")
    centres = centres[centres["term"] == "output"]
    body = []
    for code in [*_cities(centres), "zone"]:
        cells = {"City": names.get(code, "Zone")}
        for spec in border["spec"].unique():
            row = border[(border["spec"] == spec) & (border["sample"] == code)].iloc[0]
            cells[f"Border, ε = {spec.split('_')[1]}"] = cell(row, 2)
        for spec in ("one", "two", "three", "best"):
            row = centres[(centres["spec"] == spec) & (centres["sample"] == code)]
            if len(row):
                cells[spec.capitalize()] = cell(row.iloc[0], 1)
        body.append(cells)
    return Table(
        "games_market",
        "An open border and several centres",
        pd.DataFrame(body),
        "Real income without the border of provinces between the cities, per cent, by elasticity "
        "of trade; output from one year's net investment put into one, two or three centres, or "
        f"where it brings most, per cent of each city's own output; {level}. An illustration.",
        text=("City",),
    )


def _sharing(estimates, names, level) -> Table:
    by = _of(estimates, "games_sharing").set_index(["sample", "term"])
    body = []
    for code in [c for c in by.index.get_level_values(0).unique() if c.isdigit()]:
        heads = {
            "Alone": "alone",
            "Together": "together",
            "Nucleolus": "nucleolus",
            "Shapley": "shapley",
            "Side payment": "payment",
        }
        cells = {head: cell(by.loc[(code, term)], 1) for head, term in heads.items()}
        body.append({"City": names.get(code, code), **cells})
    return Table(
        "games_sharing",
        "Side payments that would hold all cities together",
        pd.DataFrame(body),
        "Per cent of the output-weighted gain of all programmes, mean over the swept costs: each "
        "city's pay-off alone and where all agree, its nucleolus and Shapley value, and what it "
        f"receives (below zero: pays) under the nucleolus; {level}.",
        text=("City",),
    )


def _measure(spec: str) -> str:
    measure, alone, _ = spec.partition("_alone")
    return CENTRES[measure] + (", no control" if alone else "")


def _zones(estimates, confidence) -> Table:
    rows = _of(estimates, "polycentricity")
    body = [
        {
            "Sample": row["sample"].replace("_", " "),
            "Measure": _measure(row["spec"]),
            "Zones": number(float(row["n_units"]), 0),
            "Slope": cell(row, 2, 100),
            "p": number(row["p_value"], 2),
        }
        for _, row in rows.sort_values(["sample", "spec"], ascending=[False, True]).iterrows()
    ]
    return Table(
        "games_zones",
        "Polycentricity and growth across approved zones",
        pd.DataFrame(body),
        "Growth of real output, hundredths of a log point a year, for a standard deviation of the "
        "measure (entropy of the cities' shares of output over its largest value; slope of log "
        "size on log rank of the four largest; primacy with its sign turned); control: log output "
        "of the first year; HC3, "
        f"{100 * confidence:g}% intervals. An association.",
        group="Sample",
        text=("Measure",),
    )
