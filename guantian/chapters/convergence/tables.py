"""The chapter's tables and the numbers of its text, from the estimates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from guantian.present.format import interval, number, p_value
from guantian.present.regression_table import NOTE, TERM, Model, Term, regression_body
from guantian.present.tables import Table

SAMPLES = ("zone", "region", "nation")
SMALL_SAMPLE = "No asymptotics is claimed for the zone"
BETA_TERMS = (
    Term("initial", "Initial level × 100", 100, 2, p=True),
    Term("half_life", "Half-life", decimals=1, error=False),
    Term("detectable", "Detectable × 100", 100, 2, error=False, span=False),
)
LAYOUT = {"group": "Outcome", "text": ("Sample",)}


def convergence_tables(
    estimates: pd.DataFrame, specs: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the tables of sigma and beta convergence.

    Parameters
    ----------
    estimates
        Tidy estimates of the chapter.
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
            _body(
                estimates,
                specs,
                "sigma",
                lambda rows, spec: _sigma_row(rows, spec, level),
            ),
            "Standard deviation of logs in the first and the last year, their ratio (Pitman–Morgan "
            "interval and test of equal variances of paired samples) and the trend a year "
            "(least squares on the year, Newey–West errors). Cities with complete figures in every "
            f"outcome of a comparison. {SMALL_SAMPLE}: with so few cities the interval is wide.",
            **LAYOUT,
        ),
        Table(
            "beta_cross_section",
            "Beta convergence, cross-section",
            _beta_body(estimates, specs, "beta_cross_section", "none", "HC3"),
            f"Mean annual log growth on the first log level, times 100. {NOTE} HC3 errors, "
            f"t distribution with n − 2 degrees of freedom, {level}s; unweighted. Half-life in "
            "years; ∞ where the interval reaches divergence, – where the slope itself is. "
            "Detectable: absolute slope that a two-sided test at the level of the interval finds "
            "with power 0.8.",
            group="Sample",
            text=(TERM,),
        ),
        Table(
            "beta_two_way",
            "Beta convergence, panel with city and year effects",
            _beta_body(estimates, specs, "beta_two_way", "city, year", "by city"),
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
    terms = {
        ("sigma", "ratio"): ("Ratio", 1, 3),
        ("beta_cross_section", "initial"): ("Slope", 100, 2),
    }
    key = ["analysis", "spec", "sample", "term"]
    after, before = (frame.set_index(key) for frame in (estimates, uncorrected))
    body = []
    for spec in specs.itertuples():
        for sample in SAMPLES:
            cells = {"Outcome": f"{spec.label}, {spec.first}–{spec.last}"}
            cells["Sample"] = sample.capitalize()
            for (analysis, term), (name, scale, decimals) in terms.items():
                place = (analysis, spec.Index, sample, term)
                for when, frame in (("raw", before), ("corrected", after)):
                    known = place in frame.index
                    row = frame.loc[place] if known else None
                    cells[f"Cities, {when}"] = number(row["n_units"], 0) if known else "–"
                    value = scale * row["estimate"] if known else float("nan")
                    cells[f"{name}, {when}"] = number(value, decimals)
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


def convergence_numbers(estimates: pd.DataFrame, specs: pd.DataFrame) -> dict:
    """Return the numbers of the text, printed: analysis → spec → sample → name → text."""
    numbers: dict = {}
    for (analysis, spec, sample), rows in estimates.groupby(["analysis", "spec", "sample"]):
        if analysis == "sigma":
            values = _sigma_numbers(rows, specs.loc[spec])
        else:
            values = _beta_numbers(rows)
        numbers.setdefault(analysis, {}).setdefault(spec, {})[sample] = values
    for analysis, spec, sample, words in _against_nation(estimates):
        numbers[analysis][spec][sample]["against_nation"] = words
    return numbers


def verdict(low: float, high: float, reference: float, words: tuple[str, str, str]) -> str:
    """Say where an interval lies: words for below, across and above the reference.

    Examples
    --------
    >>> verdict(0.5, 0.9, 1, ("fell", "did not change detectably", "rose"))
    'fell'
    """
    below, across, above = words
    return below if high < reference else above if low > reference else across


def _body(estimates: pd.DataFrame, specs: pd.DataFrame, analysis: str, row) -> pd.DataFrame:
    chosen = estimates[estimates["analysis"] == analysis]
    body = []
    for spec in specs.itertuples():
        for sample in SAMPLES:
            rows = chosen[(chosen["spec"] == spec.Index) & (chosen["sample"] == sample)]
            if len(rows):
                group = f"{spec.label}, {spec.first}–{spec.last}"
                described = row(rows.set_index("term"), spec)
                body.append({"Outcome": group, "Sample": sample.capitalize(), **described})
    return pd.DataFrame(body)


def _sigma_row(rows: pd.DataFrame, spec, level: str) -> dict[str, str]:
    ratio, trend = rows.loc["ratio"], rows.loc["trend"]
    return {
        "Cities": number(ratio["n_units"], 0),
        "First": number(rows.at[f"std_log[{spec.first}]", "estimate"], 3),
        "Last": number(rows.at[f"std_log[{spec.last}]", "estimate"], 3),
        "Ratio": number(ratio["estimate"], 3),
        level: interval(ratio["conf_low"], ratio["conf_high"], 2),
        "p": p_value(ratio["p_value"]),
        "Trend × 100": number(100 * trend["estimate"], 2),
        "Trend interval": interval(100 * trend["conf_low"], 100 * trend["conf_high"], 2),
    }


def _beta_body(
    estimates: pd.DataFrame, specs: pd.DataFrame, analysis: str, effects: str, errors: str
) -> pd.DataFrame:
    """Lay slopes out: a panel a sample, a column an outcome and its years."""
    chosen = estimates[estimates["analysis"] == analysis]
    facts = {"Effects": effects, "Weights": "none", "Errors": errors}
    panels: dict[str, list[Model]] = {}
    for sample in SAMPLES:
        for spec in specs.itertuples():
            rows = chosen[(chosen["spec"] == spec.Index) & (chosen["sample"] == sample)]
            if len(rows):
                head = f"{spec.label}, {spec.first}–{spec.last}"
                panels.setdefault(sample.capitalize(), []).append(Model(head, rows, facts))
    return regression_body(panels, BETA_TERMS, group="Sample", closing="All samples")


def _against_nation(estimates: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """Say where the interval of each sample's slope lies against the slope of the nation."""
    slopes = estimates[(estimates["term"] == "initial")].set_index(["analysis", "spec", "sample"])
    words = ("lies below the slope", "holds the slope", "lies above the slope")
    for (analysis, spec, sample), slope in slopes.iterrows():
        if (analysis, spec, "nation") in slopes.index:
            nation = slopes.at[(analysis, spec, "nation"), "estimate"]
            yield (
                analysis,
                spec,
                sample,
                verdict(slope["conf_low"], slope["conf_high"], nation, words),
            )


def _sigma_numbers(rows: pd.DataFrame, spec: pd.Series) -> dict[str, str]:
    terms = rows.set_index("term")
    ratio, trend = terms.loc["ratio"], terms.loc["trend"]
    return {
        "n": number(ratio["n_units"], 0),
        "years": f"{spec['first']}–{spec['last']}",
        "first": number(terms.at[f"std_log[{spec['first']}]", "estimate"], 2),
        "last": number(terms.at[f"std_log[{spec['last']}]", "estimate"], 2),
        "ratio": number(ratio["estimate"], 2),
        "change_pct": number(100 * (ratio["estimate"] - 1), 0),
        "interval": interval(ratio["conf_low"], ratio["conf_high"], 2),
        "p": p_value(ratio["p_value"]),
        "trend": number(100 * trend["estimate"], 2),
        "trend_interval": interval(100 * trend["conf_low"], 100 * trend["conf_high"], 2),
        "verdict": verdict(
            ratio["conf_low"],
            ratio["conf_high"],
            1,
            ("fell", "did not change detectably", "rose"),
        ),
    }


def _beta_numbers(rows: pd.DataFrame) -> dict[str, str]:
    terms = rows.set_index("term")
    slope, half = terms.loc["initial"], terms.loc["half_life"]
    return {
        "n": number(slope["n_units"], 0),
        "slope": number(100 * slope["estimate"], 2),
        "interval": interval(100 * slope["conf_low"], 100 * slope["conf_high"], 2),
        "p": p_value(slope["p_value"]),
        "half_life": number(half["estimate"], 0),
        "half_life_interval": interval(half["conf_low"], half["conf_high"], 0),
        "detectable": number(100 * terms.at["detectable", "estimate"], 1),
        "verdict": verdict(
            slope["conf_low"],
            slope["conf_high"],
            0,
            (
                "convergence",
                "neither convergence nor divergence can be told",
                "divergence",
            ),
        ),
    }
