"""Structural gravity in changes: what falls where a border's cost is removed (exact hat algebra).

Armington's model with one factor: region i sells to j the share π_ij of what j spends, and with a
trade elasticity ε the shares after a change are π'_ij = π_ij (w_i' τ_ij')^-ε / sum_k(...) (Dekle,
Eaton and Kortum 2007, 2008; Costinot and Rodríguez-Clare 2014, eq. 2.8). Only shares, income and
the change of costs are needed. Everything is vectorised over leading axes (draws).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiometrics._arguments import numbers, real
from regiometrics.errors import EstimationError

Array = np.ndarray
TOLERANCE = 1e-10
ROUNDS = 5_000


@dataclass(frozen=True, eq=False)
class TradeChange:
    """The new equilibrium, as ratios to the old one.

    Attributes
    ----------
    wages : ndarray, shape (..., n)
        Nominal income; world income is the numéraire.
    prices : ndarray, shape (..., n)
        Price index of each region.
    welfare : ndarray, shape (..., n)
        Real income, wages over prices.
    shares : ndarray, shape (..., n, n)
        New shares: row sells to column.

    Examples
    --------
    >>> income = np.array([1.0, 2.0])
    >>> before = gravity_shares(np.array([[1.0, 0.2], [0.2, 1.0]]), income)
    >>> after = remove_cost(before, income, np.array([[1.0, 1.5], [1.5, 1.0]]), elasticity=4.0)
    >>> bool((after.welfare > 1).all()), after.shares.sum(axis=0).round(6).tolist()
    (True, [1.0, 1.0])
    """

    wages: Array
    prices: Array
    welfare: Array
    shares: Array


def gravity_shares(access: Array, income: Array, tolerance: float = 1e-12) -> Array:
    """Trade shares that gravity predicts, with every region spending what it earns.

    Flows a_i access_ij b_j with row and column sums equal to income, found by scaling rows and
    columns in turn (Sinkhorn; iterative proportional fitting).

    Parameters
    ----------
    access : ndarray, shape (..., n, n)
        Ease of trade, above zero.
    income : ndarray, shape (n,)
        The income of each place.

    Returns
    -------
    ndarray, shape (..., n, n)
        Columns sum to one: the shares of the sellers in the buyer's spending.
    """
    access, income = numbers("access", access), numbers("income", income, (None,))
    if access.ndim < 2 or access.shape[-2:] != (len(income),) * 2:
        raise ValueError(
            f"access has shape {access.shape}; expected its last axes to be {(len(income),) * 2}."
        )
    if not (income > 0).all():
        raise ValueError(f"income holds {income.min():g}; expected positive numbers.")
    if (access < 0).any() or not (access.sum(-1) > 0).all() or not (access.sum(-2) > 0).all():
        raise EstimationError(
            "access is negative, or a region can reach or be reached by none; expected zero or "
            "more, "
            "and one above zero in every row and column."
        )
    tolerance = real("tolerance", tolerance, above=0)
    buyers = np.ones((*access.shape[:-2], access.shape[-1]))
    for _ in range(ROUNDS):
        sellers = income / (access @ buyers[..., None])[..., 0]
        update = income / (np.swapaxes(access, -1, -2) @ sellers[..., None])[..., 0]
        settled = np.abs(update / buyers - 1).max() < tolerance
        buyers = update
        if settled:
            break
    else:
        raise EstimationError(
            f"Flows were not balanced in {ROUNDS} rounds; expected regions that reach each other."
        )
    flows = sellers[..., None] * access * buyers[..., None, :]
    return flows / flows.sum(-2, keepdims=True)


def remove_cost(
    shares: Array, income: Array, access_change: Array, elasticity, damping: float = 0.5
) -> TradeChange:
    """Solve for the equilibrium after a change in the ease of trade.

    Parameters
    ----------
    shares : ndarray, shape (..., n, n)
        Baseline shares, columns sum to one; trade need be balanced: shares @ income = income.
    income : ndarray, shape (n,)
        The income of each place before the change.
    access_change : ndarray, shape (..., n, n)
        New over old ease of trade, τ'^-ε: exp of a gravity coefficient that is removed.
    elasticity
        ε > 0, elementwise over the leading axes.
    damping
        Weight of the new wages in each round.

    Returns
    -------
    TradeChange

    Raises
    ------
    ValueError
        If the shares do not sum to one or trade is not balanced.
    EstimationError
        If no equilibrium is found.
    """
    shares, income = numbers("shares", shares), numbers("income", income, (None,))
    access_change = numbers("access_change", access_change)
    elasticity = numbers("elasticity", elasticity)
    damping = real("damping", damping, 0.0, 1.0, above=0)
    square = (len(income),) * 2
    if shares.shape[-2:] != square or access_change.shape[-2:] != square:
        raise ValueError(
            f"shares has shape {shares.shape} and access_change {access_change.shape}; expected "
            f"their last axes to be {square}."
        )
    if not (elasticity > 0).all() or not (income > 0).all() or not (access_change > 0).all():
        raise ValueError(
            "elasticity, income or access_change holds zero or a negative number; expected "
            "positive "
            "numbers."
        )
    sold = (shares @ income[:, None])[..., 0]
    if not np.allclose(shares.sum(-2), 1) or not np.allclose(sold, income, rtol=1e-6):
        raise ValueError("Shares must sum to one over the sellers and trade must be balanced.")
    epsilon = elasticity[..., None]
    eased = shares * access_change
    wages = np.ones(np.broadcast_shapes(eased.shape[:-1], epsilon.shape))
    for _ in range(ROUNDS):
        bids = wages**-epsilon
        basket = (np.swapaxes(eased, -1, -2) @ bids[..., None])[..., 0]  # P^-ε of each buyer
        demand = (eased @ (wages * income / basket)[..., None])[..., 0] * bids
        # Excess demand raises a wage: w_new solves w^(1+ε) = what is asked at the old prices.
        target = wages * (demand / (wages * income)) ** (1 / (1 + epsilon))
        target = target * income.sum() / (target * income).sum(-1, keepdims=True)
        moved = np.abs(target / wages - 1).max()
        wages = wages ** (1 - damping) * target**damping
        if moved < TOLERANCE:
            break
    else:
        raise EstimationError(f"No new equilibrium was found in {ROUNDS} rounds; damp more.")
    bids = wages**-epsilon
    basket = (np.swapaxes(eased, -1, -2) @ bids[..., None])[..., 0]
    prices = basket ** (-1 / epsilon)
    new_shares = eased * bids[..., None] / basket[..., None, :]
    return TradeChange(wages, prices, wages / prices, new_shares)
