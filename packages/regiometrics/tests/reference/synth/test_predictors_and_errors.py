"""Synthetic control with predictors and standard errors, on the published examples."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.counterfactuals.covariates import without_covariates
from regiometrics.counterfactuals.effect_errors import effect_with_error
from regiometrics.counterfactuals.predictors import predictor_control
from regiometrics.errors import EstimationError

CASE = Path(__file__).parent
PRINTED = {
    (row["model"], row["quantity"]): row["value"]
    for row in json.loads((CASE / "expected.json").read_text("utf-8"))["results"]
}
SECTORS = [
    f"sec.{name}"
    for name in ("agriculture", "energy", "industry", "construction", "services.venta")
] + ["sec.services.nonventa"]


def means_of(frame, unit, windows):
    """Mean of each predictor over its years, by unit."""
    return pd.DataFrame(
        {
            name: frame[frame["year"].between(*years)].groupby(unit)[name].mean()
            for name, years in windows.items()
        }
    )


def test_the_basque_country_fits_no_worse_than_the_published_weights():
    """Abadie and Gardeazabal (2003): Catalonia 0.851, Madrid 0.149, a local minimum."""
    frame = pd.read_csv(CASE / "basque.csv")
    frame = frame[frame["regionname"] != "Spain (Espana)"]
    schools = [f"school.{name}" for name in ("illit", "prim", "med", "high", "post.high")]
    windows = {
        **dict.fromkeys([*schools, "invest"], (1964, 1969)),
        "gdpcap": (1960, 1969),
        **dict.fromkeys(SECTORS, (1961, 1969)),
        "popdens": (1969, 1969),
    }
    outcomes = frame.pivot(index="regionname", columns="year", values="gdpcap")
    table = means_of(frame, "regionname", windows).reindex(outcomes.index)
    treated = np.asarray(outcomes.index == "Basque Country (Pais Vasco)")
    before, first = (int((outcomes.columns < year).sum()) for year in (1970, 1960))
    given = (outcomes.to_numpy(), table.to_numpy(), treated, ~treated, before, first)
    found = predictor_control(*given)
    printed = pd.Series(0.0, outcomes.index)
    printed["Cataluna"] = PRINTED["basque", "w:Cataluna"]
    printed["Madrid (Comunidad De)"] = PRINTED["basque", "w:Madrid (Comunidad De)"]
    gaps = outcomes[treated].to_numpy()[0] - printed.to_numpy() @ outcomes.to_numpy()
    assert found.fit < np.sqrt(np.square(gaps[first:before]).mean())
    assert found.donor_weights.sum() == pytest.approx(1)
    again = predictor_control(*given, importance=found.predictor_weights)
    np.testing.assert_allclose(again.donor_weights, found.donor_weights, atol=1e-6)


def test_proposition_99():
    """Abadie, Diamond and Hainmueller (2010): the five states, and gaps near those of Stata."""
    frame = pd.read_csv(CASE / "prop99_smoking.csv")
    outcomes = frame.pivot(index="state", columns="year", values="cigsale")
    windows = dict.fromkeys(["lnincome", "retprice", "age15to24"], (1980, 1988))
    table = means_of(frame, "state", windows | {"beer": (1984, 1988)}).reindex(outcomes.index)
    for year in (1975, 1980, 1988):
        table[f"cigsale {year}"] = outcomes[year]
    treated = np.asarray(outcomes.index == "California")
    found = predictor_control(
        outcomes.to_numpy(),
        table.to_numpy(),
        treated,
        ~treated,
        int((outcomes.columns < 1989).sum()),
    )
    gaps = pd.Series(found.gaps, outcomes.columns)
    printed = pd.Series(
        {year: PRINTED["prop99_classic_sc", f"gap_{year}"] for year in range(1989, 2001)}
    )
    # Another minimum of a flat objective: a tenth.
    np.testing.assert_allclose(gaps[printed.index], printed, rtol=0.12)
    assert found.fit < 1.76  # of Stata's synth
    chosen = pd.Series(found.donor_weights, outcomes.index).nlargest(4).index
    assert set(chosen) <= {"Utah", "Nevada", "Montana", "Colorado", "Connecticut"}


@pytest.fixture(scope="module")
def smoking():
    frame = pd.read_csv(CASE / "california_prop99.csv", sep=";")
    return frame.pivot(index="State", columns="Year", values="PacksPerCapita")


@pytest.mark.parametrize("method", ["sdid", "sc", "did", "difp"])
def test_placebo_errors_are_those_printed(smoking, method):
    """Arkhangelsky et al. (2021), table 1, from random draws there: a quarter of the error."""
    treated = np.asarray(smoking.index == "California")
    before = int((smoking.columns < 1989).sum())
    found = effect_with_error(smoking.to_numpy(), treated, ~treated, before, method)
    printed = PRINTED[f"prop99_{method}", "se_placebo"]
    assert found.std_errors["effect"] == pytest.approx(printed, rel=0.25)
    assert found.draws == 38


def test_the_jackknife_covers():
    """Of differences, whose weights are given."""
    rng = np.random.default_rng(0)
    treated = np.arange(40) < 6
    hits = []
    for _ in range(60):
        y = rng.normal(size=(40, 1)) + rng.normal(size=12) + rng.normal(size=(40, 12))
        y[treated, 8:] += 1.0
        fit = effect_with_error(y, treated, ~treated, 8, "did", "jackknife")
        low, high = fit.conf_int().loc["effect"]
        hits.append(low <= 1.0 <= high)
    assert np.mean(hits) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 60)


def test_one_treated_unit_has_no_jackknife(smoking):
    treated = np.asarray(smoking.index == "California")
    with pytest.raises(EstimationError, match="two or more"):
        effect_with_error(smoking.to_numpy(), treated, ~treated, 19, kind="jackknife")


def test_covariates_are_taken_out_by_the_two_way_regression():
    """The slope of dummies' least squares on untreated cells."""
    rng = np.random.default_rng(1)
    n, T = 15, 9
    X = rng.normal(size=(n, T, 2))
    y = rng.normal(size=(n, 1)) + rng.normal(size=T) + X @ [0.5, -1.0] + rng.normal(size=(n, T))
    untreated = np.ones((n, T), bool)
    untreated[:3, 6:] = False
    found = without_covariates(y, X, untreated)
    units, periods = np.nonzero(untreated)
    design = np.column_stack([X[untreated], np.eye(n)[units], np.eye(T)[periods][:, 1:]])
    slopes = np.linalg.lstsq(design, y[untreated], rcond=None)[0][:2]
    np.testing.assert_allclose(found, y - X @ slopes, atol=1e-10)


def test_covariates_that_are_effects_are_refused():
    X = np.broadcast_to(np.arange(5.0)[:, None, None], (5, 6, 1))
    with pytest.raises(EstimationError, match="do not vary beside"):
        without_covariates(np.random.default_rng(0).normal(size=(5, 6)), X, np.ones((5, 6), bool))


def test_a_jackknife_of_estimated_weights_is_warned_of():
    rng = np.random.default_rng(0)
    treated = np.arange(20) < 4
    with pytest.warns(UserWarning, match="keeps the weights"):
        effect_with_error(rng.normal(size=(20, 9)), treated, ~treated, 6, kind="jackknife")
