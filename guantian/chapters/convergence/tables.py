"""The chapter's tables, from its estimates and series."""

from __future__ import annotations

import pandas as pd

from guantian.data.samples import SAMPLES
from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.regression_table import NOTE, TERM, Model, Term, regression_body
from guantian.present.tables import Table
from guantian.results import find, one, rows

SMALL_SAMPLE = "No asymptotics is claimed for the zone"
BETA_TERMS = (
    Term("initial", "Initial level × 100", 100, 2, p=True),
    Term("half_life", "Half-life", decimals=1, error=False),
    Term("initial", "MDE × 100", 100, 2, error=False, span=False, column="mde"),
)
LAYOUT = {"group": "Outcome", "text": ("Sample",)}


def convergence_tables(
    estimates: pd.DataFrame, series: pd.DataFrame, specs: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the tables of sigma and beta convergence.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    specs
        Index spec; columns ``label``, ``first``, ``last``, in the order of the table.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    return [
        Table(
            "sigma",
            "Change of dispersion between cities",
            _sigma_body(estimates, series, specs, level),
            "Standard deviation of logs in the first and the last year, their ratio (Pitman–Morgan "
            "interval and test of equal variances of paired samples) and the trend a year "
            "(least squares on the year, Newey–West errors). Cities with complete figures in every "
            f"outcome of a comparison. {SMALL_SAMPLE}: with so few cities the interval is wide.",
            **LAYOUT,
        ),
        Table(
            "beta_cross_section",
            "Beta convergence, cross-section",
            _beta_body(estimates, specs, "cross-section", "none", "HC3"),
            f"Mean annual log growth on the first log level, times 100. {NOTE} HC3 errors, "
            f"t distribution with n − 2 degrees of freedom, {level}s; unweighted. Half-life in "
            "years; ∞ where the interval reaches divergence, – where the slope itself is. "
            "MDE: minimum detectable effect, the absolute slope that a two-sided test at that "
            "level finds with power 0.8.",
            group="Sample",
            text=(TERM,),
        ),
        Table(
            "beta_two_way",
            "Beta convergence, panel with city and year effects",
            _beta_body(estimates, specs, "two-way", "city, year", "by city"),
            f"Annual log growth on the previous log level, times 100. {NOTE} Errors clustered by "
            f"city, t distribution with n − 1 degrees of freedom, {level}s; unweighted. "
            "City effects in a short panel bias the slope downwards (Nickell 1981): the half-lives "
            "are lower bounds and no evidence of convergence.",
            group="Sample",
            text=(TERM,),
        ),
    ]


def excluded_table(excluded: pd.DataFrame, specs: pd.DataFrame) -> Table:
    """Return the table of the cities that each comparison leaves out, with the reason."""
    labels = (
        specs["label"] + ", " + specs["first"].astype("str") + "–" + specs["last"].astype("str")
    )
    compared = labels.groupby(specs["comparison"]).agg("; ".join)
    where = excluded["in_zone"].map({1: "zone"}).fillna(excluded["in_region"].map({1: "region"}))
    body = pd.DataFrame(
        {
            "Comparison": excluded["comparison"].map(compared),
            "City": excluded["name_en"].fillna(excluded["city_code"]),
            "Sample": where.fillna("nation").str.capitalize(),
            "Why": excluded["reason"],
        }
    )
    return Table(
        "excluded",
        "Cities left out, and why",
        body,
        "The narrowest sample that the city would belong to. A comparison keeps the cities with "
        "figures in every year of every outcome compared.",
        group="Comparison",
        text=("City", "Sample", "Why"),
    )


def changed_table(estimates: pd.DataFrame, uncorrected: pd.DataFrame, specs: pd.DataFrame) -> Table:
    """Return the headline estimates with and without the errata, side by side."""
    shown = (
        ({"analysis": "sigma", "term": "ratio"}, "Ratio", 1, 3),
        ({"analysis": "beta", "method": "cross-section", "term": "initial"}, "Slope", 100, 2),
    )
    body = []
    for spec in specs.itertuples():
        for sample in SAMPLES:
            cells = {"Outcome": f"{spec.label}, {spec.first}–{spec.last}"}
            cells["Sample"] = sample.capitalize()
            for key, name, scale, decimals in shown:
                for when, frame in (("raw", uncorrected), ("corrected", estimates)):
                    row = find(frame, variant=spec.Index, sample=sample, **key)
                    cells[f"Cities, {when}"] = number(row.n_units, 0) if row else MISSING
                    cells[f"{name}, {when}"] = (
                        number(scale * row.estimate, decimals) if row else MISSING
                    )
            body.append(cells)
    return Table(
        "changed",
        "What correction changed",
        pd.DataFrame(body),
        "Raw: without the errata, but for the forms of growth. Ratio of the last to the first "
        "standard deviation of logs; slope of the cross-section times 100. Emptied cells also take "
        "cities out.",
        **LAYOUT,
    )


def _sigma_body(estimates, series, specs, level: str) -> pd.DataFrame:
    body = []
    for spec in specs.itertuples():
        for sample in SAMPLES:
            key = {"analysis": "sigma", "variant": spec.Index, "sample": sample}
            ratio = find(estimates, **key, term="ratio")
            if ratio is None:
                continue
            trend = one(estimates, **key, term="trend")
            first, last = (
                one(series, **key, measure="std_log", year=year).value
                for year in (spec.first, spec.last)
            )
            body.append(
                {
                    "Outcome": f"{spec.label}, {spec.first}–{spec.last}",
                    "Sample": sample.capitalize(),
                    "Cities": number(ratio.n_units, 0),
                    "First": number(first, 3),
                    "Last": number(last, 3),
                    "Ratio": number(ratio.estimate, 3),
                    level: interval(ratio.conf_low, ratio.conf_high, 2),
                    "p": p_value(ratio.p_value),
                    "Trend × 100": number(100 * trend.estimate, 2),
                    "Trend interval": interval(100 * trend.conf_low, 100 * trend.conf_high, 2),
                }
            )
    return pd.DataFrame(body)


def _beta_body(
    estimates: pd.DataFrame, specs: pd.DataFrame, method: str, effects: str, errors: str
) -> pd.DataFrame:
    """Lay slopes out: one panel per sample, one column per outcome and period."""
    chosen = rows(estimates, analysis="beta", method=method)
    facts = {"Effects": effects, "Weights": "none", "Errors": errors}
    panels: dict[str, list[Model]] = {}
    for sample in SAMPLES:
        for spec in specs.itertuples():
            found = rows(chosen, variant=spec.Index, sample=sample)
            if len(found):
                head = f"{spec.label}, {spec.first}–{spec.last}"
                panels.setdefault(sample.capitalize(), []).append(Model(head, found, facts))
    return regression_body(panels, BETA_TERMS, group="Sample", closing="All samples")
