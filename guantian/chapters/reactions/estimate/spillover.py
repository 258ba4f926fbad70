"""The association of local governments' expenditures with growth, their own and their rivals'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.reaction import (
    ReactionSettings,
    attempt,
    deviations,
    parameter_rows,
)
from guantian.chapters.reactions.estimate.reaction_data import (
    ReactionOutcome,
    ReactionSample,
    reaction_sample,
)
from guantian.chapters.reactions.estimate.rivals import SIDES, rival_weights, with_rivals
from guantian.regression import regress
from regiometrics.spatial import SpatialPanel


def run_spillovers(
    data: pd.DataFrame,
    growth: ReactionOutcome,
    expenditures: Sequence[ReactionOutcome],
    around: Neighbourhood,
    settings: ReactionSettings,
) -> list[dict]:
    """Estimate the association of expenditures with growth, own and rivals'.

    Returns
    -------
    list of dict
        Rows of estimates, outcome ``growth``, percent a year; the variable is the expenditure.
        Analysis ``spillover``: coefficients of the log expenditure per head of the year before,
        ``own``, of rivals ``inside`` and ``across``, variant ``province_year`` or ``year`` by the
        fixed effects; analysis ``government``: impacts (effect ``direct``, ``indirect``,
        ``total``) of government's weight, the log of the expenditure over GDP of the year before,
        in a spatial Durbin panel. Associations: expenditures are no experiment.
    """
    found = []
    for expenditure in expenditures:
        lagged = ReactionOutcome(
            expenditure.name,
            expenditure.variable,
            expenditure.scale,
            growth.first - 1,
            growth.last - 1,
            1,
        )
        nation = around.members("nation")
        sample = reaction_sample(data, growth, nation, around.bridge)
        spent = reaction_sample(data, lagged, nation, around.bridge)
        both = [code for code in sample.cities if code in set(spent.cities)]
        kept = with_rivals(around.pairs, both)
        sample, own = sample.only(kept), spent.only(kept).outcome
        labels = {
            "sample": "nation",
            "outcome": growth.name,
            "variable": expenditure.name,
            "n_units": len(kept),
            "n_periods": growth.last - growth.first + 1,
            "n_obs": len(sample.outcome),
        }
        # The expenditure of year t - 1 is compared with the growth of year t.
        own = pd.Series(own.to_numpy(), index=sample.outcome.index, name="own")
        for effects in ("province_year", "year"):
            rows = _side_rows(sample, own, around, settings, effects == "province_year")
            key = {"analysis": "spillover", "variant": effects}
            found += [{**key, **labels, **row} for row in rows]
        rows = attempt(
            lambda s=sample, o=own: _impact_rows(s, o, around, settings),
            term="impact",
            effect="direct",
        )
        found += [{"analysis": "government", **labels, **row} for row in rows]
    return found


def _side_rows(
    sample: ReactionSample,
    own: pd.Series,
    around: Neighbourhood,
    settings: ReactionSettings,
    province_year: bool,
) -> list[dict]:
    """Growth on own and rivals' expenditures and the controls of both, with city effects.

    With province-year effects the slope in the rivals inside compares neighbours with other cities
    of the province. Expenditures are of the year before; no lag of growth enters, so nothing
    is mechanical in it, unlike in a reaction function.
    """
    clean = deviations(pd.concat([sample.outcome, own, sample.controls], axis=1))
    cities, T = sample.cities, sample.outcome.index.unique("year").size
    provinces = around.provinces.reindex(cities).to_numpy()
    names = ["own", *sample.controls]
    block = {name: clean[name].to_numpy().reshape(len(cities), T) for name in names}
    columns = dict(block)
    for side in SIDES:
        weights = rival_weights(around.pairs, cities, side)
        columns |= {f"{side}.{name}": weights @ values for name, values in block.items()}
    clusters, labels = np.repeat(provinces, T), np.repeat(np.arange(len(cities)), T)
    years = np.tile(np.arange(T), len(cities))
    if province_year:
        years = pd.factorize(clusters)[0] * T + years
    values = {name: column.ravel() for name, column in columns.items()}
    # Effects nested in the clusters do not count in the factor; year effects are not nested.
    fit = regress(clean["outcome"], values, [labels, years], clusters)
    effects = "province-year" if province_year else "year"
    terms = {"own": "own", **{side: f"{side}.own" for side in SIDES}}
    return [
        {
            "term": term,
            **fit.row(name, settings.confidence),
            "estimator": f"least squares, city and {effects} effects",
            "cov_type": "clustered by province",
        }
        for term, name in terms.items()
    ]


def _impact_rows(
    sample: ReactionSample, own: pd.Series, around: Neighbourhood, settings: ReactionSettings
) -> list[dict]:
    # Log expenditure per head minus log output per head is the log of government's weight.
    weight = (own - sample.controls["income"]).rename("weight")
    exog = pd.concat([weight, sample.controls], axis=1)
    weights = rival_weights(around.pairs, sample.cities)
    fit = SpatialPanel(sample.outcome, exog, weights, model="sdm").fit(cov_type="qml")
    about = {"estimator": "SDM, QML, two-way effects, Lee-Yu", "cov_type": "QML sandwich"}
    impacts = fit.impacts(method="delta", level=settings.confidence)
    rows = [row for row in parameter_rows(fit, settings) if row["term"] == "rho"]
    for kind in ("direct", "indirect", "total"):
        impact = impacts.loc[("weight", kind)]
        error = impact["std_error"]
        rows.append(
            {
                "term": "impact",
                "effect": kind,
                "estimate": impact["estimate"],
                "std_error": error,
                "statistic": impact["estimate"] / error if error > 0 else np.nan,
                "p_value": impact["p_value"],
                "conf_low": impact["conf_low"],
                "conf_high": impact["conf_high"],
            }
        )
    return [{**row, **about} for row in rows]
