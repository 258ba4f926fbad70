"""Within transforms: hand toys, algebraic identities, sentences of refusal."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.panel import (
    DuplicateObservationError,
    NonFiniteValueError,
    PanelError,
    UnbalancedPanelError,
    demean,
    orthonormal,
    to_array,
)

# Identities of orthogonal transforms of some hundred numbers of order one: rounding only.
ROUNDING = 1e-12


def panel(units=("b", "a"), periods=(2001, 2000), columns=("x", "z")):
    index = pd.MultiIndex.from_product([units, periods], names=["unit", "period"])
    values = np.arange(len(index) * len(columns), dtype=float).reshape(len(index), -1)
    return pd.DataFrame(values, index=index, columns=list(columns))


def row_normalised(n, rng):
    W = rng.random((n, n))
    np.fill_diagonal(W, 0)
    return W / W.sum(axis=1, keepdims=True)


def test_array_keeps_unit_order_and_sorts_periods():
    frame = panel()
    array = to_array(frame)
    assert list(array.units) == ["b", "a"]
    assert list(array.periods) == [2000, 2001]
    assert array.names == ("x", "z")
    assert array.values.shape == (2, 2, 2)
    for t, period in enumerate(array.periods):
        for i, unit in enumerate(array.units):
            assert (array.values[t, i] == frame.loc[(unit, period)]).all()


def test_array_does_not_depend_on_row_order_within_units():
    frame = panel(periods=(2000, 2001, 2002))
    by_period = frame.sort_index(level="period", sort_remaining=False, kind="stable")
    assert (to_array(frame).values == to_array(by_period).values).all()


def test_array_ignores_levels_that_no_row_uses():
    frame = panel(units=("a", "b", "c")).loc[["a", "c"]]
    array = to_array(frame)
    assert list(array.units) == ["a", "c"]
    assert array.values.shape == (2, 2, 2)


def test_series_and_integers_are_taken():
    array = to_array(panel()["x"].astype(int))
    assert array.names == ("x",)
    assert array.values.shape == (2, 2, 1)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        (lambda f: f.reset_index(drop=True), PanelError, "two, unit and period"),
        (lambda f: f.iloc[:-1], UnbalancedPanelError, "Unit 'a' has no row in period 2000"),
        (lambda f: pd.concat([f, f.iloc[:1]]), DuplicateObservationError, "2 rows in period 2001"),
        (lambda f: f.assign(x=[0, 1, np.nan, 3]), NonFiniteValueError, "'x' is nan for unit 'a'"),
        (lambda f: f.assign(z=[0, np.inf, 1, 3]), NonFiniteValueError, "'z' is inf for unit 'b'"),
        (lambda f: f.assign(z=list("abcd")), PanelError, "Column 'z' has type"),
        (lambda f: f.iloc[:0], PanelError, "no rows"),
        (lambda f: f.set_axis(["x", "x"], axis=1), PanelError, "'x' occurs more than once"),
    ],
)
def test_bad_panels_are_refused_with_a_sentence(change, error, sentence):
    with pytest.raises(error, match=sentence):
        to_array(change(panel()))


def test_periods_that_cannot_be_sorted_are_refused():
    with pytest.raises(PanelError, match="cannot be sorted"):
        to_array(panel(periods=(2000, "later")))


def test_demean_by_hand():
    values = np.array([[1.0, 2.0], [3.0, 8.0]])
    assert (demean(values, "none") == values).all()
    assert (demean(values, "unit") == [[-1, -3], [1, 3]]).all()
    assert (demean(values, "time") == [[-0.5, 0.5], [-2.5, 2.5]]).all()
    assert (demean(values, "twoway") == [[1, -1], [-1, 1]]).all()
    assert (values == [[1, 2], [3, 8]]).all()


def test_orthonormal_by_hand():
    # With two periods forward orthogonal deviations are differences over minus root two.
    values = np.array([[1.0, 2.0], [3.0, 8.0]])
    assert orthonormal(values, "unit") == pytest.approx(np.array([[-2, -6]]) / np.sqrt(2))
    assert orthonormal(values, "time") == pytest.approx(np.array([[-1], [-5]]) / np.sqrt(2))
    assert orthonormal(values, "twoway") == pytest.approx(np.array([[2.0]]))


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_orthonormal_keeps_the_products_of_demeaned_values(effects):
    values = np.random.default_rng(1).standard_normal((6, 9, 3))
    demeaned = demean(values, effects).reshape(-1, 3)
    transformed = orthonormal(values, effects).reshape(-1, 3)
    assert transformed.T @ transformed == pytest.approx(demeaned.T @ demeaned, abs=ROUNDING)


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
def test_orthonormal_leaves_white_errors_white(effects):
    T, n = 5, 4
    basis = np.eye(T * n).reshape(T, n, T * n)
    F = orthonormal(basis, effects).reshape(-1, T * n)
    products = F @ F.T
    assert products == pytest.approx(np.eye(len(F)), abs=ROUNDING)


def test_time_transform_commutes_with_the_spatial_lag():
    rng = np.random.default_rng(2)
    W, values = rng.random((9, 9)), rng.standard_normal((6, 9))
    assert orthonormal(values @ W.T, "unit") == pytest.approx(
        orthonormal(values, "unit") @ W.T, abs=ROUNDING
    )


def test_unit_transform_of_a_row_normalised_lag():
    rng = np.random.default_rng(3)
    W, values = row_normalised(9, rng), rng.standard_normal((6, 9))
    F = orthonormal(np.eye(9), "time")
    W_star = F.T @ W @ F
    assert orthonormal(values @ W.T, "time") == pytest.approx(
        orthonormal(values, "time") @ W_star.T, abs=ROUNDING
    )
    log_determinant = np.linalg.slogdet(np.eye(9) - 0.4 * W)[1] - np.log(1 - 0.4)
    assert np.linalg.slogdet(np.eye(8) - 0.4 * W_star)[1] == pytest.approx(
        log_determinant, abs=ROUNDING
    )


def test_unknown_effects_and_single_periods_are_refused():
    with pytest.raises(PanelError, match="expected one of none, unit, time, twoway"):
        demean(np.zeros((2, 2)), "both")
    with pytest.raises(PanelError, match="1 periods"):
        orthonormal(np.zeros((1, 3)), "unit")
