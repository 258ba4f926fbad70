"""Summaries, tables for papers, comparisons, restrictions and formulas."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import (
    Spatial2SLS,
    SpatialPanel,
    compare,
    simulate_panel,
    wald_test,
)
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.tables import TextTable

DATA = simulate_panel(25, 6, "sdm", "twoway", rho=0.3, seed=2)
y, X, W = DATA.dependent, DATA.exog, DATA.weights
FIT = SpatialPanel(y, X, W).fit()
TWO = Spatial2SLS(y, X, W).fit()


@pytest.mark.parametrize("result", [FIT, TWO])
def test_a_summary_is_printed_called_and_shown(result):
    text = str(result)
    assert result.summary == text and result.summary() == text
    assert repr(result.summary) == text
    assert "rho" in text and "25 × 6 (0, 1, 2" in text and "rows sum to one" in text
    assert result.summary.as_latex().count("\\\\") > 5
    assert "<table>" in result._repr_html_() and "<table>" in result.summary._repr_html_()
    again = pickle.loads(pickle.dumps(result.summary))
    assert again == text and again.table == result.summary.table
    assert copy.deepcopy(result).summary == text


@pytest.mark.parametrize("result", [FIT, TWO])
def test_exports(result):
    latex = result.to_latex(caption="50% & more", label="tab:a", digits=2)
    assert latex.startswith("\\begin{table}") and "50\\% \\& more" in latex
    assert "\\label{tab:a}" in latex and f"{result.params['x1']:.2f}" in latex
    assert latex.count("{") == latex.count("}")
    html = result.to_html(caption="a < b")
    assert "<caption>a &lt; b</caption>" in html and html.count("<tr>") == html.count("</tr>")
    typst = result.to_typst(caption="x_1")
    assert typst.startswith("#figure(") and "x\\_1" in typst
    assert typst.count("(") == typst.count(")")
    row = result.glance()
    assert len(row) == 1 and row["n_obs"].item() == 150 and row["effects"].item() == "twoway"


def test_tables_escape_what_each_language_reads():
    table = TextTable(("", "a_b"), (("R² #1", "3 × 4"),), frozenset({0}), ("50%",), "")
    assert "a\\_b" in table.to_latex() and "R$^2$ \\#1" in table.to_latex()
    assert "R² \\#1" in table.to_typst()
    assert table.to_text().splitlines()[-1] == "50%"


def test_models_side_by_side():
    sar = SpatialPanel(y, X, W, model="sar").fit()
    table = compare({"SAR": sar, "SDM": FIT, "2SLS": TWO}, stars=True)
    assert list(table.params.columns) == ["SAR", "SDM", "2SLS"]
    assert table.params.index[-1] == "rho" and np.isnan(table.params.at["W.x1", "SAR"])
    assert table.params.at["x1", "SDM"] == FIT.params["x1"]
    text = str(table)
    assert f"{FIT.params['rho']:.4f}***" in text and f"({FIT.std_errors['rho']:.4f})" in text
    assert "Observations" in text and "Liu" not in text
    for drawn in (table.to_latex(), table.to_html(), table.to_typst(), table._repr_html_()):
        assert "SDM" in drawn
    assert table.summary() == text
    linearmodels = pytest.importorskip("linearmodels")
    within = linearmodels.PanelOLS(y, X, entity_effects=True).fit()
    assert compare([within, FIT]).params.shape[1] == 2
    with pytest.raises(SpecificationError, match="expected a fitted model"):
        compare(["text"])


def test_restrictions_written_out():
    one = FIT.wald_test("rho = 0")
    assert one["statistic"] == pytest.approx(FIT.tstats["rho"] ** 2, rel=1e-10)
    both = FIT.wald_test("W.x1, W.x2 = 0")
    assert both["statistic"] == pytest.approx(wald_test(FIT, "sar")["statistic"], rel=1e-10)
    factors = FIT.wald_test("W.x1 + rho * x1 = 0, W.x2 + rho * x2 = 0")
    assert factors["statistic"] == pytest.approx(wald_test(FIT, "sem")["statistic"], rel=1e-10)
    assert factors["df"] == 2
    equal = FIT.wald_test("2 * x1 - 1 = `x2` ** 2 / 3")
    assert 0 <= equal["p_value"] <= 1
    for formula, says in {
        "x9 = 0": "cannot be read|'x9'",
        "x1 = x2 = 0": "more than one '='",
        "x1 +": "cannot be read",
        "x1 = 0, x1 = 0": "repeat each other",
        "exp(x1) = 1": "expected numbers",
        "`W y` = 0": "names 'W y'",
    }.items():
        with pytest.raises(SpecificationError, match=says):
            FIT.wald_test(formula)


def test_a_parameter_called_lambda_is_read():
    sem = SpatialPanel(y, X, W, model="sem").fit()
    assert sem.wald_test("lambda = 0.5")["df"] == 1


def test_statistics_that_linearmodels_has():
    linearmodels = pytest.importorskip("linearmodels")
    known = linearmodels.PanelOLS(y, X, entity_effects=True).fit()
    ours = SpatialPanel(y, X, W, model="slx", durbin=False, entity_effects=True).fit()
    assert ours.rsquared_within == pytest.approx(known.rsquared_within, rel=1e-10)
    assert ours.df_resid == known.df_resid and ours.nobs == known.nobs
    # The likelihood's variance divides by observations minus effects, theirs by slopes too.
    assert ours.f_statistic["statistic"] == pytest.approx(
        known.f_statistic.stat * ours.df_effective / known.df_resid, rel=1e-9
    )
    assert_allclose(
        ours.estimated_effects["estimated_effects"], known.estimated_effects.iloc[:, 0], atol=1e-10
    )
    assert list(ours.fitted_values.columns) == ["fitted_values"]


@pytest.mark.parametrize("model", [SpatialPanel, Spatial2SLS])
def test_formulas(model):
    pytest.importorskip("formulaic")
    data = X.assign(y=y, size=np.exp(X["x2"]))
    wanted = model(y, X, W).fit()
    for formula in (
        "y ~ x1 + log(size) | unit + time",
        "y ~ x1 + log(size) | entity + period",
        "y ~ x1 + log(size) + EntityEffects + TimeEffects",
    ):
        fit = model.from_formula(formula, data, W).fit()
        assert_allclose(fit.params.to_numpy(), wanted.params.to_numpy(), rtol=1e-8)
    flat = data.reset_index()
    fit = model.from_formula("y ~ x1 + x2 | unit + time", flat, W, index=("unit", "period")).fit()
    assert_allclose(fit.params, wanted.params, rtol=1e-10)
    pooled = model.from_formula("y ~ x1 * x2", data, W).fit()
    assert "x1:x2" in pooled.params and "const" in pooled.params
    by_option = model.from_formula("y ~ x1 + x2", data, W, effects="twoway").fit()
    assert_allclose(by_option.params, wanted.params, rtol=1e-10)
    for formula, says in {
        "y ~ x9 | unit": "cannot be read with these data",
        "y x1": "expected one such as",
        "y ~ x1 | county": "names the effects 'county'",
        "y ~ x1 | unit | time": "2 bars",
        "y ~ x1 - 1": "neither a constant nor effects",
        "y + x1 ~ x2 | unit": "has 2 columns|cannot be read",
    }.items():
        with pytest.raises(SpecificationError, match=says):
            model.from_formula(formula, data, W)
    with pytest.raises(SpecificationError, match="expected one or the other"):
        model.from_formula("y ~ x1 | unit", data, W, effects="twoway")


def test_effects_in_the_words_of_linearmodels():
    assert SpatialPanel(y, X, W, entity_effects=True).effects == "unit"
    assert SpatialPanel(y, X, W, entity_effects=True, time_effects=True).effects == "twoway"
    assert Spatial2SLS(y, X, W, time_effects=True).effects == "time"
    with pytest.raises(SpecificationError, match="expected one or the other"):
        SpatialPanel(y, X, W, effects="unit", entity_effects=True)


def test_pictures():
    pytest.importorskip("matplotlib")
    ax = FIT.plot_coefficients()
    assert [label.get_text() for label in ax.get_yticklabels()] == list(FIT.params.index)
    ax = FIT.plot_impacts(level=0.9)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "direct", "indirect", "total",
    ]  # fmt: skip
    impacts = FIT.impacts()["estimate"].unstack("effect")
    drawn = {line.get_label(): line.get_xdata() for line in ax.lines}
    for effect in ("direct", "indirect", "total"):
        assert_allclose(drawn[effect], impacts.loc[["x1", "x2"], effect])
    dynamic = SpatialPanel(y, X, W, model="sar", effects="unit", dynamic="time").fit()
    assert dynamic.plot_impacts().get_xlabel().startswith("Average impact")


def test_one_column_frames_are_outcomes():
    assert_allclose(SpatialPanel(y.to_frame(), X, W).fit().params, FIT.params, rtol=1e-12)


def test_codes_as_numbers_texts_and_categories():
    table = pd.DataFrame(W.toarray(), range(25), range(25))
    forms = {
        "text": [frame.rename(index=str, level=0) for frame in (y, X)],
        "category": [
            frame.set_axis(
                pd.MultiIndex.from_arrays(
                    [
                        pd.Categorical(frame.index.get_level_values(0)),
                        frame.index.get_level_values(1),
                    ],
                    names=frame.index.names,
                )
            )
            for frame in (y, X)
        ],
    }
    for frames in forms.values():
        for weights in (table, table.rename(index=str, columns=str), table.rename(columns=str)):
            assert_allclose(SpatialPanel(*frames, weights).fit().params, FIT.params, rtol=1e-12)


@pytest.mark.filterwarnings("ignore::regiometrics.spatial.errors.FewClustersWarning")
def test_restrictions_need_more_clusters():
    clusters = pd.Series(np.arange(25) % 2, range(25))
    fit = SpatialPanel(y, X, W, model="slx").fit(cov_type="clustered", clusters=clusters)
    assert fit.wald_test("x1 = 0")["df"] == 1
    for use in (lambda: fit.f_statistic, lambda: fit.wald_test("x1 = 0, x2 = 0")):
        with pytest.raises(SpecificationError, match="2 clusters or periods to sum over"):
            use()
