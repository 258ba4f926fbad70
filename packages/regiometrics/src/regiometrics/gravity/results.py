"""What models of flows on a grid have in common once they are fitted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import pandas as pd

from regiometrics import _laws as laws
from regiometrics.inference import Inference


@dataclass(frozen=True)
class GravityResult(Inference):
    """A fitted gravity model.

    Inference is from a t distribution with one degree of freedom fewer than cities, because cities
    are what repeats.

    Attributes
    ----------
    params
        The coefficients by regressor, length k.
    cov_two_way, cov_dyadic
        The covariances clustered by origin and by destination, and robust to the dependence of any
        two pairs that share a city, shape (k, k).
    n_obs, n_cities
        The numbers of pairs and of cities.
    cov_type
        Which of the two covariances `cov` is: "two-way" or "dyadic".

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(1, 3, (12, 12))
    >>> flow = np.exp(2 - x) * rng.gamma(4, 0.25, (12, 12)) * ~np.eye(12, dtype=bool)
    >>> from regiometrics.gravity import FlowGrid, poisson
    >>> grid = FlowGrid(list("abcdefghijkl"), flow, flow > 0, {"x": x})
    >>> fit = poisson(grid, ["x"])
    >>> fit.cov_type, fit.with_covariance("dyadic").cov_type
    ('two-way', 'dyadic')
    """

    params: pd.Series
    cov_two_way: pd.DataFrame
    cov_dyadic: pd.DataFrame
    n_obs: int
    n_cities: int
    cov_type: str = field(default="two-way", kw_only=True)

    @property
    def names(self) -> tuple[str, ...]:
        """The regressors."""
        return tuple(self.params.index)

    @property
    def cov(self) -> pd.DataFrame:
        """The covariance of the kind `cov_type`."""
        return self.cov_dyadic if self.cov_type == "dyadic" else self.cov_two_way

    @property
    def df(self) -> int:
        """Degrees of freedom of the t distribution."""
        return self.n_cities - 1

    @property
    def _distribution(self) -> Any:
        return laws.t(self.df)

    def with_covariance(self, cov_type: str) -> Self:
        """Give the same estimates with another covariance.

        Parameters
        ----------
        cov_type : {"two-way", "dyadic"}
            Clustered by origin and by destination, or robust to the dependence of any two pairs
            that share a city (Aronow, Samii and Assenova 2015).

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        if cov_type not in ("two-way", "dyadic"):
            raise ValueError(f"cov_type is {cov_type!r}; expected 'two-way' or 'dyadic'.")
        return replace(self, cov_type=cov_type)
