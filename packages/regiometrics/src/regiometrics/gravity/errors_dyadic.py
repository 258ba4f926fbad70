"""Covariances of estimates on pairs of cities."""

from __future__ import annotations

import numpy as np

from regiometrics.gravity.grid import Array

FEW_CITIES = 100  # below them dyadic tests reject too often, and a warning says so


def two_way_meat(scores: Array) -> Array:
    """Sum squared scores within origins and within destinations, less those of single pairs.

    Cameron, Gelbach and Miller (2011), equation 2.3, with the grid's cell as the intersection.

    Parameters
    ----------
    scores
        Shape (k, n, n), zero for pairs that do not count.
    """
    origin, destination = scores.sum(axis=2), scores.sum(axis=1)
    cells = scores.reshape(len(scores), -1)
    return origin @ origin.T + destination @ destination.T - cells @ cells.T


def dyadic_meat(scores: Array) -> Array:
    """Let every two pairs that share a city be correlated (Aronow, Samii and Assenova 2015)."""
    city = scores.sum(axis=2) + scores.sum(axis=1)
    both = (scores + scores.transpose(0, 2, 1)).reshape(len(scores), -1)
    # A pair of cities is counted by either city, and on the grid in both directions.
    return city @ city.T - both @ both.T / 2


def covariance(bread: Array, meat: Array, n_obs: int, n_groups: int) -> Array:
    """Sandwich with the small-sample factor of clustered errors; negative roots set to zero.

    The factor is (N - 1) / (N - k) * G / (G - 1) with the smaller number of groups.
    """
    k = len(bread)
    factor = (n_obs - 1) / (n_obs - k) * n_groups / (n_groups - 1)
    cov = factor * bread @ meat @ bread
    values, vectors = np.linalg.eigh((cov + cov.T) / 2)
    return (vectors * np.maximum(values, 0)) @ vectors.T
