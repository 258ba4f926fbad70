"""Prices of provinces and the pairs that share a border, on which segmentation is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics.structure.segmentation import (
    adjacent_provinces,
    price_changes,
    relative_price_variance,
    rounded,
)

SCALE = 1e4  # variances are printed times ten thousand


@dataclass(frozen=True)
class Markets:
    """Prices of the provinces and the pairs that share a border.

    Attributes
    ----------
    indices : ndarray, shape (T, provinces, goods)
        Previous year = 100.
    printed : ndarray of bool, shape (T, goods)
        Whether the source prints one decimal for (almost) every province.
    years, goods, provinces
        What the axes are.
    pairs
        ``province_a``, ``province_b`` and ``zone``: whether both hold cities of the zone.
    """

    indices: np.ndarray
    printed: np.ndarray
    years: list[int]
    goods: list[str]
    provinces: list[str]
    pairs: pd.DataFrame

    @classmethod
    def build(cls, prices: pd.DataFrame, pairs: pd.DataFrame, zone: Sequence[str]) -> Markets:
        """Build from the long table of prices, the pairs of cities and the zone's codes."""
        provinces = sorted(prices["province_code"].unique())
        indices, years, goods = price_changes(prices, provinces)
        one_decimal = np.abs(indices - rounded(indices)) < 1e-9
        table = adjacent_provinces(pairs, provinces)
        own = {f"{code[:2]}0000" for code in zone}
        both = table["province_a"].isin(own) & table["province_b"].isin(own)
        printed = one_decimal.mean(axis=1) > 0.5  # derived decimals: few are round by chance
        return cls(indices, printed, years, goods, provinces, table.assign(zone=both))

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of each pair's provinces."""
        index = pd.Index(self.provinces)
        names = ("province_a", "province_b")
        return tuple(index.get_indexer(self.pairs[name]) for name in names)

    @property
    def coarse(self) -> np.ndarray:
        """Years in which some good is printed to one decimal."""
        return self.printed.any(axis=1)

    @property
    def plain(self) -> np.ndarray:
        """Goods whose values are never derived: printed to one decimal while others were."""
        return self.printed.any(axis=0)

    def variance(self, indices: np.ndarray | None = None, goods=slice(None)) -> np.ndarray:
        """Variance of relative prices times ten thousand; shape (..., T, pairs)."""
        indices = self.indices if indices is None else indices
        return SCALE * relative_price_variance(indices[..., goods], *self.ends)
