"""Indices of similarity and specialisation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regiometrics.structure.similarity import (
    INDICES,
    bray_curtis,
    cosine,
    hellinger,
    krugman,
    overlap,
)
from regiometrics.structure.specialisation import location_quotients, specialisation

TWO = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
counts = arrays("float64", (4, 5), elements=st.integers(1, 1000).map(float))


def shares_of(values):
    return values / values.sum(axis=1, keepdims=True)


def test_by_hand():
    assert krugman(TWO)[0, 1] == pytest.approx(1.0)
    assert overlap(TWO)[0, 1] == pytest.approx(0.5)
    assert cosine(TWO)[0, 1] == pytest.approx(0.25 / np.sqrt(0.5 * 0.375))
    # 1 - sum of roots of products: 2 sqrt(0.125).
    assert hellinger(TWO)[0, 1] ** 2 == pytest.approx(1 - 2 * np.sqrt(0.125))


@given(counts)
def test_bounds_and_symmetry(values):
    for name, measure in INDICES.items():
        matrix = measure(shares_of(values))
        same = 1.0 if name == "cosine" else 0.0
        assert np.allclose(np.diag(matrix), same, atol=1e-7)
        assert np.allclose(matrix, matrix.T, atol=1e-12)
        assert (matrix >= -1e-12).all() and (
            matrix <= (2 if name == "krugman" else 1) + 1e-12
        ).all()


@given(counts)
def test_bray_curtis_of_shares_is_half_of_krugman(values):
    shares = shares_of(values)
    assert np.allclose(2 * bray_curtis(shares), krugman(shares))


@given(counts)
def test_merging_sectors_never_sets_places_apart(values):
    shares = shares_of(values)
    merged = np.column_stack([shares[:, :2].sum(axis=1), shares[:, 2:]])
    assert (krugman(merged) <= krugman(shares) + 1e-12).all()
    assert (hellinger(merged) <= hellinger(shares) + 1e-7).all()


@given(counts)
def test_hellinger_bounds_krugman(values):
    """Le Cam's inequality: H² ≤ K/2 ≤ H √(2 - H²)."""
    shares = shares_of(values)
    h, half = hellinger(shares), krugman(shares) / 2
    assert (h**2 <= half + 1e-9).all()
    assert (half <= h * np.sqrt(2 - h**2) + 1e-9).all()


def test_missing_place_has_missing_pairs():
    rows = np.vstack([TWO, [np.nan, 0.5, 0.5]])
    for measure in INDICES.values():
        assert np.isnan(measure(rows)[2]).all()
        assert np.isfinite(measure(rows)[:2, :2]).all()


@pytest.mark.parametrize("row", [[0.5, 0.6, 0.0], [-0.1, 0.6, 0.5]])
def test_what_are_no_shares_is_refused(row):
    with pytest.raises(ValueError, match="Row 1 of the shares"):
        krugman(np.array([[0.2, 0.3, 0.5], row]))


def test_specialisation_by_hand():
    table = pd.DataFrame({"mining": [30.0, 10.0], "trade": [70.0, 90.0]}, index=["a", "b"])
    quotients = location_quotients(table)
    assert quotients.loc["a"].tolist() == pytest.approx([1.5, 0.875])
    found = specialisation(table)
    assert found.loc["a", "hoover"] == pytest.approx(0.1)
    assert found.loc["a", "krugman"] == pytest.approx(0.2)
    theil = 0.3 * np.log(1.5) + 0.7 * np.log(0.875)
    assert found.loc["a", "theil"] == pytest.approx(theil)


@given(counts)
def test_specialisation_against_itself(values):
    table = pd.DataFrame(values)
    quotients = location_quotients(table)
    base = table.sum() / table.sum().sum()
    local = table.div(table.sum(axis=1), axis=0)
    assert np.allclose((quotients * base).sum(axis=1), 1)  # quotients weighed by the base's shares
    found = specialisation(table)
    assert (found["theil"] >= 0).all()
    # Pinsker: the divergence is at least twice the squared variation distance.
    assert (found["theil"] >= 2 * found["hoover"] ** 2 - 1e-12).all()
    assert np.allclose(found["hoover"], (local - base).clip(lower=0).sum(axis=1))


def test_missing_and_negative_counts():
    table = pd.DataFrame({"a": [1.0, np.nan], "b": [2.0, 3.0]})
    assert specialisation(table).iloc[1].isna().all()
    with pytest.raises(ValueError, match="expected none below zero"):
        location_quotients(pd.DataFrame({"a": [1.0, -1.0], "b": [2.0, 3.0]}))
