"""Tables of growth with spillovers: three are in ``tables.yaml``, the models are laid out here."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.chapters.spillovers.estimate import INITIAL, MODELS
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.regression_table import TERM, Model, Term, regression_body
from guantian.present.tables import Table, build, captioned
from guantian.results import rows
from guantian.spatial_rows import TESTS


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
    level = f"{100 * confidence:g}"
    values = {"level": level, "confidence": level}
    values |= {test: head for (_, test), head in TESTS.items()}
    specs = read_tables(__file__, initial=INITIAL)
    shown = {"weights": description, "spatial_tests": tests, "spatial_impacts": estimates}
    models = captioned(
        "spillovers",
        "spatial_models",
        _models(estimates, titles),
        TERM,
        group="Weights",
        confidence=level,
    )
    return [
        models,
        *(
            build(specs[name], found, caption("spillovers", name, "tables"), **values)
            for name, found in shown.items()
        ),
    ]


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
