"""Tables of reaction functions, of what separates answers from shocks, and of samples."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.reactions.estimate.names import OUTCOMES
from guantian.present.format import interval, number, p_value, per_cent
from guantian.present.tables import Table

RIVALS = {
    "inside": "inside the province",
    "across": "across the border",
    "neighbours": "all neighbours",
    "like_income": "like income",
    "like_structure": "like structure",
    "zone": "neighbours, the zone answers",
    "rest": "neighbours, the rest answers",
}
SPECS = {
    "iv_sides": "2SLS, two kinds of rivals",
    "iv_neighbours": "2SLS, neighbours",
    "iv_like_income": "2SLS, rivals of like income",
    "iv_like_structure": "2SLS, rivals of like structure",
    "iv_border": "2SLS, province-year effects",
    "iv_before": "2SLS, earlier years",
    "iv_after": "2SLS, later years",
    "iv_strict": "2SLS, no gap filled in the outcome",
    "iv_zone": "2SLS, the zone apart",
    "iv_dynamic": "2SLS, dynamic",
    "ml_neighbours": "QML, neighbours",
    "ml_like_income": "QML, rivals of like income",
    "ml_like_structure": "QML, rivals of like structure",
    "ml_dynamic": "QML, dynamic, neighbours",
}
SIDES = ("inside", "across")


def pick(frame: pd.DataFrame, **key: str) -> pd.Series | None:
    """The one row with this key, or None."""
    for column, value in key.items():
        frame = frame[frame[column] == value]
    return frame.iloc[0] if len(frame) else None


def estimate(row: pd.Series | None, decimals: int = 2, scale: float = 1) -> str:
    """Print an estimate with its interval; an en dash where there is none."""
    if row is None or pd.isna(row["estimate"]):
        return "–"
    limits = interval(scale * row["conf_low"], scale * row["conf_high"], decimals)
    return f"{number(scale * row['estimate'], decimals)} {limits}".replace(" –", "")


def reaction_tables(estimates: pd.DataFrame, confidence: float) -> list[Table]:
    """Return the tables of reactions.

    Parameters
    ----------
    estimates
        Tidy estimates of reactions.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}% intervals"
    return [
        Table(
            "reactions",
            "Reaction functions of China's cities",
            _compact(estimates),
            "Slope of a city's outcome in the mean of its rivals', with "
            f"{level}. 2SLS: rivals' lagged output per head and population instrument, errors "
            "clustered by province; F: Kleibergen and Paap's, of both slopes together; AR: "
            "Anderson–Rubin test that all "
            "slopes are zero, which holds where instruments are weak. Border: rivals across the "
            "provincial border with province-year effects. QML: spatial Durbin panel, all "
            "neighbours, which takes a shared shock for an answer.",
            text=("Outcome",),
        ),
        Table(
            "reactions_all",
            "Reaction functions, all specifications",
            _all(estimates),
            f"Slopes with {level}. Two-way effects unless stated; controls: lagged log output per "
            "head and population, with their spatial lags in QML. Dynamic 2SLS instruments the "
            "lagged outcome by lags of the controls; an own lag above one would explode. The "
            "zone's own slope rests on so few cities that its clustered error means little; only "
            "its least-squares co-movement is ranked among placebo zones.",
            group="Outcome",
            text=("Specification", "Sample", "Rivals"),
        ),
        Table(
            "reactions_instruments",
            "Strength of the instruments and classes of slopes",
            _instruments(estimates),
            "F: first stage, and Sanderson and Windmeijer's given the other; J: "
            "overidentification, p-value; wild: cluster bootstrap, p-value. Probabilities that the "
            "slope is above the band (imitation), within and below it (differentiation), from "
            "its t distribution: where F is small they promise more than the instruments can give.",
            group="Outcome",
            text=("Rivals",),
        ),
        Table(
            "reactions_shocks",
            "Answer or shared shock",
            _shocks(estimates),
            "Least-squares co-movement with the rivals' mean after city and year effects and "
            "controls, and the same with the cities' labels permuted in the weights, over the "
            "nation or within provinces: median and central range of the draws, rank of the slope. "
            "Before, same, next: the rivals' outcome of the year before, the same and the next.",
            group="Outcome",
            text=("Rivals",),
        ),
        Table(
            "reactions_samples",
            "Samples of reaction functions and weight lost",
            _samples(estimates),
            "Balanced by one rule: outcome and controls in every year, gaps filled as configured, "
            "no city without a neighbour. Lost: mean share of a city's weight that lies on cities "
            "left out, %; half: cities that lose more than half, %; filled: cells of the outcome, "
            "%.",
            text=("Outcome",),
        ),
        Table(
            "government",
            "Outlays and growth",
            _government(estimates),
            "Growth, percentage points a year, per log point of the outlay per head of the year "
            "before, own and of rivals, city and province-year effects (and with year effects "
            f"only), controls of city and rivals, clustered by province, {level}. Durbin: impacts "
            "of the log of the outlay over GDP. Associations.",
            group="Outlay",
            text=("Term",),
        ),
    ]


def _outcomes(estimates: pd.DataFrame) -> list[str]:
    found = set(estimates.loc[estimates["analysis"] == "reaction", "outcome"])
    return [name for name in OUTCOMES if name in found] + sorted(found - set(OUTCOMES))


def _compact(estimates: pd.DataFrame) -> pd.DataFrame:
    slopes = estimates[(estimates["analysis"] == "reaction") & (estimates["sample"] == "nation")]
    tests = estimates[
        (estimates["analysis"] == "reaction_tests") & (estimates["sample"] == "nation")
    ]
    body = []
    for name in _outcomes(estimates):
        own, test = slopes[slopes["outcome"] == name], tests[tests["outcome"] == name]
        sides = own[own["spec"] == "iv_sides"]
        first = sides.iloc[0]
        strength = pick(test, spec="iv_sides", term="kleibergen_paap")
        joint = pick(test, spec="iv_sides", term="anderson_rubin")
        body.append(
            {
                "Outcome": OUTCOMES.get(name, name),
                "Cities": number(first["n_units"], 0),
                "Years": number(first["n_periods"], 0),
                "Inside": estimate(pick(sides, term="inside")),
                "Across": estimate(pick(sides, term="across")),
                "F": "–" if strength is None else number(strength["statistic"], 1),
                "AR": "–" if joint is None else p_value(joint["p_value"]),
                "Border": estimate(pick(own, spec="iv_border", term="across")),
                "QML": estimate(pick(own, spec="ml_neighbours", term="neighbours")),
            }
        )
    return pd.DataFrame(body)


def _all(estimates: pd.DataFrame) -> pd.DataFrame:
    slopes = estimates[estimates["analysis"] == "reaction"]
    body = []
    for name in _outcomes(estimates):
        for spec, title in SPECS.items():
            rows = slopes[(slopes["outcome"] == name) & (slopes["spec"] == spec)]
            for sample in ("nation", "region"):
                chosen = rows[rows["sample"] == sample]
                lag = pick(chosen, term="L.outcome")
                for rival, said in RIVALS.items():
                    row = pick(chosen, term=rival)
                    if row is not None:
                        body.append(
                            {
                                "Outcome": OUTCOMES.get(name, name),
                                "Specification": title,
                                "Sample": sample,
                                "Rivals": said,
                                "Slope": estimate(row),
                                "p": p_value(row["p_value"]),
                                "Own lag": "" if lag is None else number(lag["estimate"], 2),
                                "Cities": number(row["n_units"], 0),
                                "Years": number(row["n_periods"], 0),
                            }
                        )
    return pd.DataFrame(body)


def _instruments(estimates: pd.DataFrame) -> pd.DataFrame:
    tests = estimates[
        (estimates["analysis"] == "reaction_tests") & (estimates["sample"] == "nation")
    ]
    body = []
    for name in _outcomes(estimates):
        for spec in ("iv_sides", "iv_neighbours", "iv_like_income", "iv_like_structure"):
            rows = tests[(tests["outcome"] == name) & (tests["spec"] == spec)].set_index("term")
            for rival, said in RIVALS.items():
                if f"first_stage.{rival}" not in rows.index:
                    continue
                chance = [
                    per_cent(rows.at[f"probability.{rival}.{kind}", "estimate"])
                    for kind in ("imitation", "none", "differentiation")
                ]
                wild = rows["p_value"].get(f"wild.{rival}", float("nan"))
                body.append(
                    {
                        "Outcome": OUTCOMES.get(name, name),
                        "Rivals": said,
                        "F": number(rows.at[f"first_stage.{rival}", "statistic"], 1),
                        "F given other": number(
                            rows.at[f"sanderson_windmeijer.{rival}", "statistic"], 1
                        ),
                        "J": p_value(rows.at["overidentification", "p_value"]),
                        "AR": p_value(rows.at["anderson_rubin", "p_value"]),
                        "AR set": _set(rows),
                        "Wild": p_value(wild),
                        "Imitation, %": chance[0],
                        "None, %": chance[1],
                        "Diff., %": chance[2],
                    }
                )
    return pd.DataFrame(body)


def _set(rows: pd.DataFrame) -> str:
    if "anderson_rubin_set" not in rows.index:
        return ""
    row = rows.loc["anderson_rubin_set"]
    if row["note"]:
        return str(row["note"]).replace("-", "−").replace("inf", "∞")
    return interval(row["conf_low"], row["conf_high"], 2)


def _shocks(estimates: pd.DataFrame) -> pd.DataFrame:
    shocks = estimates[estimates["analysis"] == "reaction_shocks"]
    body = []
    for name in _outcomes(estimates):
        for rival in ("inside", "across", "neighbours"):
            rows = shocks[shocks["outcome"] == name]
            drawn = rows[rows["spec"] == f"permuted_{rival}"].set_index("term")
            leads = rows[rows["spec"] == f"leads_{rival}"]
            cells = {"Outcome": OUTCOMES.get(name, name), "Rivals": RIVALS[rival]}
            for term, head in (("any_city", "Any city"), ("same_province", "Same province")):
                if term not in drawn.index:
                    cells |= {"Slope": "–", head: "–", f"{head}, p": "–"}
                    continue
                row = drawn.loc[term]
                middle = row["statistic"] - row["estimate"]
                low, high = (row["statistic"] - row[end] for end in ("conf_high", "conf_low"))
                cells |= {
                    "Slope": number(row["statistic"], 2),
                    head: f"{number(middle, 2)} {interval(low, high, 2)}",
                    f"{head}, p": p_value(row["p_value"]),
                }
            for term in ("before", "same", "next"):
                cells[term.capitalize()] = estimate(pick(leads, term=term))
            body.append(cells)
    return pd.DataFrame(body)


def _samples(estimates: pd.DataFrame) -> pd.DataFrame:
    samples = estimates[estimates["analysis"] == "reaction_sample"]
    body = []
    for name in _outcomes(estimates):
        rows = samples[samples["outcome"] == name].set_index("term")
        body.append(
            {
                "Outcome": OUTCOMES.get(name, name),
                "Cities": number(rows["n_units"].iloc[0], 0),
                "of the zone": number(rows.at["zone_cities", "estimate"], 0),
                "Years": number(rows["n_periods"].iloc[0], 0),
                "Filled": per_cent(rows.at["bridged", "estimate"], 1),
                "Lost": per_cent(rows.at["lost.neighbours", "estimate"], 1),
                "inside": per_cent(rows.at["lost.inside", "estimate"], 1),
                "across": per_cent(rows.at["lost.across", "estimate"], 1),
                "Half": per_cent(rows.at["lost_half.neighbours", "estimate"], 1),
                "Lost, zone": per_cent(rows.at["lost_zone.neighbours", "estimate"], 1),
            }
        )
    return pd.DataFrame(body)


def _government(estimates: pd.DataFrame) -> pd.DataFrame:
    spill = estimates[estimates["analysis"] == "spillover"]
    impacts = estimates[estimates["analysis"] == "government"]
    body = []
    for outlay in [name for name in OUTCOMES if name in set(spill["spec"])]:
        for term, said in (
            ("own", "own"),
            ("inside", "rivals inside"),
            ("across", "rivals across"),
        ):
            body.append(
                {
                    "Outlay": OUTCOMES[outlay],
                    "Term": said,
                    "Province-year effects": estimate(pick(spill, spec=outlay, term=term)),
                    "Year effects": estimate(pick(spill, spec=f"{outlay}_two_way", term=term)),
                }
            )
        for term in ("direct", "indirect"):
            body.append(
                {
                    "Outlay": OUTCOMES[outlay],
                    "Term": f"Durbin, {term}",
                    "Province-year effects": "",
                    "Year effects": estimate(pick(impacts, spec=outlay, term=term)),
                }
            )
    return pd.DataFrame(body)
