"""Tables of growth with spillovers from its results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import isnan, nan

import pandas as pd

from guantian.chapters.spillovers.estimate import INITIAL, MODELS
from guantian.data.samples import SAMPLES
from guantian.labels import label
from guantian.present.format import MISSING, interval, number, p_value
from guantian.present.regression_table import TERM, Model, Term, regression_body
from guantian.present.tables import Table, captioned
from guantian.results import Row, find, rows
from guantian.spatial_rows import TESTS

RHO = {"analysis": "growth", "term": "rho"}
IMPACTS = {
    effect.capitalize(): {
        "analysis": "growth",
        "term": "impact",
        "variable": INITIAL,
        "effect": effect,
    }
    for effect in ("direct", "indirect", "total")
}
CORRECTED = {
    "analysis": "dynamic",
    "term": "coefficient",
    "variable": INITIAL,
    "effect": "own",
}

HEADS = {**TESTS, ("", "cd"): "CD of residuals"}
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
    tests: pd.DataFrame,
    description: pd.DataFrame,
    titles: Mapping[str, str],
    confidence: float,
) -> list[Table]:
    """Return the tables of weights, models, tests and impacts.

    Parameters
    ----------
    estimates, tests
        Results of the chapter.
    description
        One row per weights matrix: its size, links and spectrum.
    titles
        Variable to its title, from the codebook.
    confidence
        Of the intervals, named in the heads.
    """
    percent = f"{100 * confidence:g}"
    table = partial(captioned, "spillovers", confidence=percent)
    return [
        _weights_table(description),
        table("spatial_models", _models(estimates, titles), TERM, group="Weights"),
        table("spatial_tests", _tests(tests), "Weights", group="Sample"),
        table(
            "spatial_impacts",
            _impacts(estimates, f"{percent}% interval"),
            "Weights",
            group="Sample",
        ),
    ]


def _weights_table(description: pd.DataFrame) -> Table:
    body = pd.DataFrame(
        {
            "Weights": description["weights"].map(lambda name: label("weights", name, "short")),
            "How made": description["note"],
        }
    )
    for column, head in WEIGHTS_HEADS.items():
        whole = column in ("n", "links", "islands", "components")
        body[head] = description[column].map(lambda value, d=0 if whole else 2: number(value, d))
    return captioned("spillovers", "weights", body, "Weights", "How made")


def _models(estimates: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Lay the models of China out: one panel per weights matrix, one column per model."""
    nation = rows(estimates, analysis="growth", sample="nation")
    controls = sorted(set(nation["variable"]) - {"", INITIAL})
    said = {INITIAL: "Initial", **{name: titles.get(name, name) for name in controls}}
    own = {"term": "coefficient", "effect": "own"}
    lagged = {"term": "coefficient", "effect": "lagged"}
    terms = [
        Term({"term": "rho"}, "ρ"),
        Term({"term": "lambda"}, "λ"),
        *(Term({**own, "variable": name}, title) for name, title in said.items()),
        *(
            Term({**lagged, "variable": name}, f"W {title[0].lower()}{title[1:]}")
            for name, title in said.items()
        ),
    ]
    facts = {"Effects": "city, year", "Errors": "sandwich"}
    panels = {
        label("weights", weights, "short"): [
            Model(model.upper(), found, facts)
            for model in MODELS
            if len(found := rows(nation, variant=model, weights=weights))
        ]
        for weights in nation["weights"].unique()
    }
    fits = {"loglik": "Log-likelihood", "aic": "AIC"}
    return regression_body(panels, terms, group="Weights", closing="All weights", fits=fits)


def _tests(tests: pd.DataFrame) -> pd.DataFrame:
    body = []
    for sample in SAMPLES:
        for weights in tests["weights"].unique():
            found = rows(tests, sample=sample, weights=weights)
            values = found.set_index(["group", "term"])["p_value"]
            if len(values):
                cells = {head: p_value(values.get(key, nan)) for key, head in HEADS.items()}
                body.append(
                    {
                        "Sample": label("sample", sample),
                        "Weights": label("weights", weights, "short"),
                        **cells,
                    }
                )
    return pd.DataFrame(body)


def _impacts(estimates: pd.DataFrame, level: str) -> pd.DataFrame:
    body = []
    durbin = rows(estimates, variant="sdm")
    for sample in SAMPLES:
        for weights in durbin["weights"].unique():
            key = {"sample": sample, "weights": weights}
            if rows(durbin, **key).empty:
                continue
            rho, *shown = (
                find(durbin, **key, **wanted) for wanted in (RHO, *IMPACTS.values(), CORRECTED)
            )
            body.append(
                {
                    "Sample": label("sample", sample),
                    "Weights": label("weights", weights, "short"),
                    "Cities": number(rows(durbin, **key)["n_units"].iloc[0], 0),
                    "ρ": number(rho.estimate, 2),
                    level: interval(rho.conf_low, rho.conf_high, 2),
                    **{
                        head: _hundredths(row)
                        for head, row in zip([*IMPACTS, "Corrected"], shown, strict=True)
                    },
                }
            )
    return pd.DataFrame(body)


def _hundredths(row: Row | None) -> str:
    """Print an estimate times 100 with its interval; a dash where there is none."""
    if row is None or isnan(row.estimate):
        return f"{MISSING} "
    ends = interval(100 * row.conf_low, 100 * row.conf_high, 2)
    return f"{number(100 * row.estimate, 2)} {ends}"
