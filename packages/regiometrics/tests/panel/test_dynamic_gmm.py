"""Difference and system GMM: closed forms, equivalences, gaps, recovery, refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import PanelError
from regiometrics.panel.dynamic_design import deviation_matrices, difference_matrices, to_grid
from regiometrics.panel.gmm import DynamicPanelGMM

# Linear algebra on well-conditioned matrices of order ten: rounding only.
ROUNDING = 1e-9


def simulate(n, T, slope, seed, beta=0.5, burn=50):
    """Draw a stationary dynamic panel with unit effects correlated with a regressor."""
    rng = np.random.default_rng(seed)
    effect = rng.normal(size=(n, 1))
    x = rng.normal(size=(n, T + burn)) + 0.5 * effect
    e = rng.normal(size=(n, T + burn))
    y = np.empty((n, T + burn))
    y[:, 0] = effect[:, 0] / (1 - slope)
    for t in range(1, T + burn):
        y[:, t] = slope * y[:, t - 1] + beta * x[:, t] + effect[:, 0] + e[:, t]
    index = pd.MultiIndex.from_product([range(n), range(2000, 2000 + T)], names=["unit", "year"])
    return pd.DataFrame({"y": y[:, burn:].ravel(), "x": x[:, burn:].ravel()}, index)


@pytest.fixture(scope="module")
def panel():
    return simulate(60, 7, 0.5, 3)


def fit(frame, steps=2, exog=("x",), **options):
    regressors = frame[list(exog)] if exog else None
    return DynamicPanelGMM(frame["y"], regressors, **options).fit(steps=steps)


def test_one_collapsed_lag_is_anderson_and_hsiao(panel):
    """With one instrument, y_(t-2), the estimate is Σ y_(t-2) Δy_t / Σ y_(t-2) Δy_(t-1)."""
    y = panel["y"].unstack().to_numpy()
    dy = np.diff(y, axis=1)
    by_hand = (y[:, :-2] * dy[:, 1:]).sum() / (y[:, :-2] * dy[:, :-1]).sum()
    result = fit(panel, exog=(), gmm={"y": (2, 2)}, collapse=True)
    assert result.n_instruments == 1
    assert result.params["L1.y"] == pytest.approx(by_hand, rel=ROUNDING)
    assert np.isnan(result.hansen["p_value"])


def test_two_steps_by_hand(panel):
    """Difference GMM with all lags, written out unit by unit."""
    y, x = (panel[c].unstack().to_numpy() for c in "yx")
    n, T = y.shape
    Zs, Xs, ys = [], [], []
    for i in range(n):
        Z = np.zeros((T - 2, (T - 2) * (T - 1) // 2 + 1))
        column = 0
        for row, t in enumerate(range(2, T)):
            Z[row, column : column + t - 1] = y[i, : t - 1]
            column += t - 1
        Z[:, -1] = np.diff(x[i])[1:]
        Zs.append(Z)
        Xs.append(np.column_stack([np.diff(y[i])[:-1], np.diff(x[i])[1:]]))
        ys.append(np.diff(y[i])[1:])
    H = 2 * np.eye(T - 2) - np.eye(T - 2, k=1) - np.eye(T - 2, k=-1)
    ZX = sum(Z.T @ X for Z, X in zip(Zs, Xs, strict=True))
    Zy = sum(Z.T @ v for Z, v in zip(Zs, ys, strict=True))

    def solve(W):
        return np.linalg.solve(ZX.T @ W @ ZX, ZX.T @ W @ Zy)

    one = solve(np.linalg.inv(sum(Z.T @ H @ Z for Z in Zs)))
    g = [Z.T @ (v - X @ one) for Z, X, v in zip(Zs, Xs, ys, strict=True)]
    two = solve(np.linalg.inv(sum(np.outer(s, s) for s in g)))
    assert fit(panel, steps=1).params.to_numpy() == pytest.approx(one, rel=ROUNDING)
    assert fit(panel, steps=2).params.to_numpy() == pytest.approx(two, rel=ROUNDING)


def test_differences_and_deviations_give_one_estimate_where_balanced(panel):
    """Arellano and Bover (1995): with all lags, one-step GMM is the same in either transform."""
    one = fit(panel, steps=1)
    other = fit(panel, steps=1, transform="orthogonal", iv=[], gmm={"y": (2, None), "x": (1, None)})
    same = fit(panel, steps=1, iv=[], gmm={"y": (2, None), "x": (1, None)})
    assert other.params.to_numpy() == pytest.approx(same.params.to_numpy(), rel=ROUNDING)
    assert other.nobs == same.nobs == one.nobs


def test_derivative_of_the_two_step_estimates_by_the_weights(panel):
    """Windmeijer's D against finite differences of the estimates by the first-step estimates."""
    from regiometrics.panel.gmm_steps import Step, symmetric_inverse

    model = DynamicPanelGMM(panel["y"], panel[["x"]])
    m = model.moments
    first = Step.solve(m, m.weights())

    def second(params):
        g = m.scores(m.y - m.X @ params)
        return Step.solve(m, symmetric_inverse(g.T @ g))

    h = 1e-6
    numeric = np.column_stack(
        [
            (second(first.params + h * d).params - second(first.params - h * d).params) / (2 * h)
            for d in np.eye(2)
        ]
    )
    two = second(first.params)
    robust = first.projection @ first.scores.T @ first.scores @ first.projection.T
    D = numeric
    by_hand = two.bread + D @ two.bread + two.bread @ D.T + D @ robust @ D.T
    # Central differences with h = 1e-6 are good to some 1e-8.
    assert model.fit().cov.to_numpy() == pytest.approx(by_hand, rel=1e-6)


def test_collapsing_counts_one_instrument_a_lag(panel):
    assert fit(panel).n_instruments == 5 * 6 // 2 + 1
    assert fit(panel, collapse=True).n_instruments == 5 + 1
    assert fit(panel, collapse=True, gmm={"y": (2, 3)}).n_instruments == 2 + 1
    # Levels add one instrument a period from 2002 and the constant.
    assert fit(panel, system=True).n_instruments == 15 + 5 + 1 + 1
    assert fit(panel, system=True, collapse=True).n_instruments == 5 + 1 + 1 + 1


def test_time_effects_take_out_common_shocks(panel):
    """Any common shock added to y changes only the time terms and, in levels, the constant."""
    shock = pd.Series(np.arange(2000, 2007) ** 2 % 7, range(2000, 2007), dtype=float)
    moved = panel.copy()
    moved["y"] += shock.reindex(panel.index.get_level_values("year")).to_numpy()
    gmm = {"x": (1, None)}  # lagged y, shocks included, would change the instruments
    before = fit(panel, time_effects=True, gmm=gmm, iv=[])
    after = fit(moved, time_effects=True, gmm=gmm, iv=[])
    same = ["L1.y", "x"]
    assert after.params[same].to_numpy() == pytest.approx(before.params[same].to_numpy(), rel=1e-6)


def test_transforms_pass_over_gaps():
    complete = np.array([[True, True, False, True, True], [True, False, True, False, False]])
    D, F = difference_matrices(complete), deviation_matrices(complete)
    assert (D != 0).any(axis=2).tolist() == [[False, True, False, False, True], [False] * 5]
    used = (F != 0).any(axis=2)
    assert used.tolist() == [[False, True, True, False, True], [False, True, False, False, False]]
    for i in range(2):
        rows = F[i][used[i]]
        # Orthonormal, and blind to a constant over the complete observations.
        assert rows @ rows.T == pytest.approx(np.eye(len(rows)), abs=1e-12)
        assert rows @ complete[i] == pytest.approx(0, abs=1e-12)


def test_missing_rows_and_missing_values_are_the_same_gap(panel):
    hole = panel.copy()
    hole.loc[[(3, 2004), (7, 2002)], ["y", "x"]] = np.nan
    one, other = fit(hole), fit(hole.dropna().sample(frac=1, random_state=1))
    assert other.params.to_numpy() == pytest.approx(one.params.to_numpy(), rel=ROUNDING)
    # A missing y takes its own period and, as a lag, the next: three differences each.
    assert one.nobs == other.nobs == 60 * 5 - 3 - 3


def test_what_is_known_beside_a_gap_still_instruments(panel):
    """With x missing, y of that period is a lag and an instrument all the same."""
    hole = panel.copy()
    hole.loc[(7, 2002), "x"] = np.nan
    result = fit(hole)
    assert result.nobs == 60 * 5 - 2
    assert result.moments.Z[7, 4].any()
    assert panel.at[(7, 2002), "y"] in result.moments.Z[7, 4]


def test_orthogonal_deviations_lose_less_to_gaps(panel):
    hole = panel.drop(index=[(unit, 2004) for unit in range(30)])
    assert fit(hole, transform="orthogonal").nobs > fit(hole).nobs


# x is correlated with the unit effects: in levels only its differences are instruments.
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"transform": "orthogonal"},
        {"system": True, "iv_equation": "transformed"},
        {"system": True, "gmm": {"y": (2, None), "x": (1, 2)}},
        {"system": True, "transform": "orthogonal", "gmm": {"y": (2, None), "x": (1, 2)}},
    ],
)
def test_the_truth_is_recovered(options):
    frame = simulate(2000, 7, 0.5, 11)
    result = fit(frame, **options)
    truth = np.array([0.5, 0.5])
    z = (result.params[["L1.y", "x"]] - truth) / result.std_errors[["L1.y", "x"]]
    # Two standard normal numbers each: beyond four is a chance of 1e-4.
    assert np.abs(z).max() < 4
    assert result.std_errors.max() < 0.1
    assert result.serial_correlation.at[1, "p_value"] < 1e-6
    assert result.serial_correlation.at[2, "p_value"] > 1e-4
    assert result.hansen["p_value"] > 1e-4
    assert result.sigma2 == pytest.approx(1, abs=0.1)


def test_windmeijer_errors_match_the_spread_of_estimates():
    """100 panels of 80 units: corrected errors come near the spread, uncorrected stay below."""
    estimates, corrected, plain = [], [], []
    for seed in range(100):
        frame = simulate(80, 7, 0.5, 100 + seed)
        model = DynamicPanelGMM(frame["y"], frame[["x"]])
        result = model.fit()
        estimates.append(result.params["L1.y"])
        corrected.append(result.std_errors["L1.y"])
        plain.append(model.fit(windmeijer=False).std_errors["L1.y"])
    spread = np.std(estimates, ddof=1)
    # A standard deviation from 100 draws has a relative error of 7 %: three of these.
    assert np.mean(corrected) == pytest.approx(spread, rel=0.21)
    assert np.mean(plain) < 0.9 * np.mean(corrected)


def test_more_instruments_than_units_is_said_aloud():
    frame = simulate(10, 7, 0.5, 1)
    with pytest.warns(UserWarning, match="16 instruments exceed 10 units"):
        fit(frame)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*instruments exceed")
        fit(frame, collapse=True, gmm={"y": (2, 3)})


def test_summary_and_table_name_what_was_done(panel):
    result = fit(panel, system=True)
    assert list(result.params.index) == ["L1.y", "x", "const"]
    assert "system GMM" in result.summary
    assert "AR(2)" in result.summary
    assert result.table["conf_low"].to_numpy() == pytest.approx(result.conf_int()["lower"])


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"gmm": {"y": (1, None)}}, "Instruments of 'y' run from lag 1"),
        ({"gmm": {"x": (2, 1)}}, "from lag 2 to 1"),
        ({"gmm": {"z": (2, 3)}}, "An instrument is 'z'; expected one of y, x"),
        ({"transform": "within"}, "transform is 'within'"),
        ({"lags": 0}, "The lags are 0"),
        ({"lags": 6}, "No unit has two complete observations"),
        ({"gmm": {}, "iv": ["x"]}, "1 instruments do not identify 2 coefficients"),
    ],
)
def test_refusals(panel, options, sentence):
    with pytest.raises(PanelError, match=sentence):
        fit(panel, **options)


def test_steps_and_wald_names_are_checked(panel):
    with pytest.raises(PanelError, match="There are 3 steps"):
        fit(panel, steps=3)
    with pytest.raises(PanelError, match="'z' is no coefficient"):
        fit(panel).wald(["z"])
    with pytest.raises(PanelError, match="The level is 95"):
        fit(panel).conf_int(95)


def test_bad_panels_are_named(panel):
    with pytest.raises(PanelError, match="Unit 0 has more than one row in period 2000"):
        to_grid(pd.concat([panel, panel.iloc[:1]]))
    with pytest.raises(PanelError, match="Variable 'x' of unit 0 in period 2000 is infinite"):
        to_grid(panel.assign(x=np.inf))
    with pytest.raises(PanelError, match="expected whole numbers"):
        to_grid(panel.rename(index=lambda year: year + 0.5, level="year"))
    with pytest.raises(PanelError, match="Variable 'y' occurs more than once"):
        to_grid(panel["y"], panel)
    with pytest.raises(PanelError, match="1 level"):
        to_grid(panel["y"].droplevel(0))
