"""Tables of growth with spillovers and the numbers of its text, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.chapters.convergence.tables import verdict
from guantian.labels import label as label_of
from guantian.present.format import interval, number, p_value
from guantian.present.regression_table import NOTE, TERM, Model, Term, regression_body
from guantian.present.tables import Table

SAMPLES = ("zone", "region", "nation")
MODELS = ("slx", "sar", "sem", "sdm")
INITIAL = "initial"
LEVEL = 0.05
TESTS = {
    "up.lm_lag": "LM, no lag",
    "up.lm_error": "LM, no error",
    "up.robust_lm_lag": "Robust LM, no lag",
    "up.robust_lm_error": "Robust LM, no error",
    "down.lr_sar": "LR, Durbin to lag",
    "down.lr_sem": "LR, Durbin to error",
    "down.lr_slx": "LR, Durbin to SLX",
    "down.wald_sar": "Wald, Durbin to lag",
    "down.wald_sem": "Wald, Durbin to error",
    "cd": "CD of residuals",
}
WEIGHTS_HEADS = {
    "n": "Cities",
    "links": "Links",
    "mean_neighbours": "Mean",
    "islands": "Islands",
    "components": "Parts",
    "min_eigenvalue": "Least eigenvalue",
    "rho_low": "Lower bound of ρ",
    "rho_high": "Upper bound of ρ",
}


def spatial_tables(
    estimates: pd.DataFrame,
    description: pd.DataFrame,
    titles: Mapping[str, str],
    confidence: float,
) -> list[Table]:
    """Return the tables of weights, models, tests and impacts.

    Parameters
    ----------
    estimates
        Tidy estimates of growth with spillovers.
    description
        A row a weights matrix: its size, links and spectrum.
    titles
        Variable to its title, from the codebook.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    return [
        _weights_table(description),
        Table(
            "spatial_models",
            "Growth with spillovers: models of the nation",
            _models(estimates, titles),
            "Annual log growth of real GDP per resident on the log level of the year before "
            "(initial) and controls a year before, with their spatial lags (W) where the model has "
            "them; QML with city and year effects removed by Lee and Yu's transformation. "
            f"{NOTE} Sandwich errors, {level}s. Row-standardised weights.",
            group="Weights",
            text=(TERM,),
        ),
        Table(
            "spatial_tests",
            "Growth with spillovers: tests between models, p-values",
            _tests(estimates),
            "LM tests of the model without spatial terms; likelihood-ratio and Wald tests of "
            "restrictions on the spatial Durbin model; Pesaran's CD test of its residuals, which "
            "is not standard normal after year effects and is shown as a description.",
            group="Sample",
            text=("Weights",),
        ),
        Table(
            "spatial_impacts",
            "Growth with spillovers: impacts of the initial level in the spatial Durbin model",
            _impacts(estimates, level),
            "Impacts times 100 with delta-method errors. Corrected: the coefficient of the initial "
            "level in the same model as a dynamic panel, corrected for Nickell's bias (Yu, de Jong "
            "and Lee); – where the estimate is explosive and the correction does not exist.",
            group="Sample",
            text=("Weights",),
        ),
    ]


def spatial_numbers(estimates: pd.DataFrame) -> dict:
    """Return the numbers of the text, printed: weights → sample → name → text."""
    numbers: dict = {}
    tests = estimates[estimates["analysis"] == "spatial_growth_tests"]
    durbin = estimates[estimates["spec"].str.startswith("sdm_")]
    for (weights, sample), rows in durbin.groupby(["weights", "sample"]):
        growth = rows[rows["analysis"] == "spatial_growth"].set_index("term")
        dynamic = rows[rows["analysis"] == "spatial_growth_dynamic"].set_index("term")
        values = {"n": number(growth["n_units"].iloc[0], 0)}
        for name, term, scale in (
            ("rho", "rho", 1),
            ("initial", INITIAL, 100),
            ("direct", f"direct.{INITIAL}", 100),
            ("indirect", f"indirect.{INITIAL}", 100),
            ("total", f"total.{INITIAL}", 100),
        ):
            values |= _printed(name, growth, term, scale)
        values |= _printed("corrected", dynamic, INITIAL, 100)
        if INITIAL in dynamic.index:
            values["corrected_said"] = f"{values['corrected']} {values['corrected_interval']}"
        else:
            values["corrected_said"] = "explosive, so that no correction exists"
        chosen = tests[(tests["weights"] == weights) & (tests["sample"] == sample)]
        values |= _tested(chosen.set_index("term")["p_value"])
        numbers.setdefault(weights, {})[sample] = values
    return numbers


def _tested(p_values: pd.Series) -> dict[str, str]:
    """Print whether residuals hang together across cities, and whether the lag model would do."""
    common, lag = (float(p_values.get(term, float("nan"))) for term in ("cd", "down.lr_sar"))
    return {
        "cd_p": p_value(common),
        "cd_said": _word(common, "hang together", "do not surely hang together"),
        "lag_p": p_value(lag),
        "lag_said": _word(lag, "is rejected", "is not rejected"),
    }


def _word(p: float, rejects: str, holds: str) -> str:
    if pd.isna(p):
        return "cannot be tested"
    return rejects if p < LEVEL else holds


def _printed(name: str, rows: pd.DataFrame, term: str, scale: float) -> dict[str, str]:
    """Print an estimate, its interval and where that lies; dashes where there is no estimate."""
    if term not in rows.index or pd.isna(rows.at[term, "estimate"]):
        return {name: "–", f"{name}_interval": "", f"{name}_verdict": "not to be had"}
    row = rows.loc[term]
    low, high = scale * row["conf_low"], scale * row["conf_high"]
    return {
        name: number(scale * row["estimate"], 2),
        f"{name}_interval": interval(low, high, 2),
        f"{name}_verdict": verdict(
            low, high, 0, ("below zero", "not told from zero", "above zero")
        ),
    }


def _controls(estimates: pd.DataFrame) -> list[str]:
    terms = estimates.loc[estimates["term"].str.startswith("total."), "term"].unique()
    return sorted({term.removeprefix("total.") for term in terms} - {INITIAL})


def _weights_table(description: pd.DataFrame) -> Table:
    body = pd.DataFrame(
        {"Weights": description["weights"].map(weights_title), "How made": description["note"]}
    )
    for column, head in WEIGHTS_HEADS.items():
        whole = column in ("n", "links", "islands", "components")
        body[head] = description[column].map(lambda value, d=0 if whole else 2: number(value, d))
    return Table(
        "weights",
        "Spatial weights between the cities of the nation",
        body,
        "Row-standardised. Mean: neighbours a city; parts: connected components, islands counted; "
        "the spatial parameter must lie between the bounds, which are one over the extreme "
        "eigenvalues.",
        text=("Weights", "How made"),
    )


def _models(estimates: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Lay the models of the nation out: a panel a weights matrix, a column a model."""
    nation = estimates[
        (estimates["analysis"] == "spatial_growth") & (estimates["sample"] == "nation")
    ]
    names = [INITIAL, *_controls(estimates)]
    said = {INITIAL: "Initial", **{name: titles.get(name, name) for name in names[1:]}}
    terms = [
        Term("rho", "ρ"),
        Term("lambda", "λ"),
        *(Term(name, said[name]) for name in names),
        *(Term(f"W.{name}", f"W {said[name][0].lower()}{said[name][1:]}") for name in names),
    ]
    panels = {
        label_of("weights", weights, "short"): [
            Model(model.upper(), rows, {"Effects": "city, year", "Errors": "sandwich"})
            for model in MODELS
            if len(rows := nation[nation["spec"] == f"{model}_{weights}"])
        ]
        for weights in nation["weights"].unique()
    }
    fits = {"loglik": "Log-likelihood", "aic": "AIC"}
    return regression_body(panels, terms, group="Weights", closing="All weights", fits=fits)


def _tests(estimates: pd.DataFrame) -> pd.DataFrame:
    tests = estimates[estimates["analysis"] == "spatial_growth_tests"]
    body = []
    for sample in SAMPLES:
        for weights in tests["weights"].unique():
            rows = tests[(tests["sample"] == sample) & (tests["weights"] == weights)]
            values = rows.set_index("term")["p_value"]
            if len(values):
                cells = {
                    head: p_value(values.get(term, float("nan"))) for term, head in TESTS.items()
                }
                body.append(
                    {
                        "Sample": sample.capitalize(),
                        "Weights": label_of("weights", weights, "short"),
                        **cells,
                    }
                )
    return pd.DataFrame(body)


def _impacts(estimates: pd.DataFrame, level: str) -> pd.DataFrame:
    body = []
    for sample in SAMPLES:
        for weights, values in spatial_numbers(estimates).items():
            if sample in values:
                cell = values[sample]
                body.append(
                    {
                        "Sample": sample.capitalize(),
                        "Weights": label_of("weights", weights, "short"),
                        "Cities": cell["n"],
                        "ρ": cell["rho"],
                        level: cell["rho_interval"],
                        "Direct": f"{cell['direct']} {cell['direct_interval']}",
                        "Indirect": f"{cell['indirect']} {cell['indirect_interval']}",
                        "Total": f"{cell['total']} {cell['total_interval']}",
                        "Corrected": f"{cell['corrected']} {cell['corrected_interval']}",
                    }
                )
    return pd.DataFrame(body)
