"""Who is treated, who may be a donor, and what is compared: groups of cities as masks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.geography.zones import Zone

#: What each set of donors leaves out beside the treated group itself.
DONOR_SETS = {
    "main": "the group's neighbours and members of approved zones",
    "neighbours kept": "members of approved zones",
    "zones kept": "the group's neighbours",
    "wide": "the group's neighbours, members of approved zones and their neighbours",
    "region": "as main, and cities outside the region",
}


@dataclass(frozen=True)
class Cities:
    """All cities of China, in one order.

    Attributes
    ----------
    codes : Index of str
    adjacency : ndarray of bool, shape (cities, cities)
        Whether two cities share a border.
    zone, approved, region : ndarray of bool, shape (cities,)
        Members of the zone; of other approved zones; of the region.
    """

    codes: pd.Index
    adjacency: np.ndarray
    zone: np.ndarray
    approved: np.ndarray
    region: np.ndarray

    def near(self, groups: np.ndarray, steps: int = 1) -> np.ndarray:
        """Return the cities within `steps` borders of each group, the group left out."""
        reached = groups.astype(bool)
        for _ in range(steps):
            reached = reached | (reached.astype(np.float32) @ self.adjacency > 0)
        return reached & ~groups.astype(bool)

    def donors(self, groups: np.ndarray, kind: str = "main") -> np.ndarray:
        """Return who may be a donor of each group, shape of `groups`.

        Raises
        ------
        ValueError
            If the kind is not one of `DONOR_SETS`.
        """
        if kind not in DONOR_SETS:
            raise ValueError(f"donors are {kind!r}; expected one of {', '.join(DONOR_SETS)}.")
        out = groups.astype(bool) | self.zone
        if kind != "neighbours kept":
            out = out | self.near(groups)
        if kind != "zones kept":
            out = out | self.approved
        if kind == "wide":
            out = out | self.near(self.approved[None])
        if kind == "region":
            out = out | ~self.region
        return ~out

    def groups(self, members: np.ndarray) -> np.ndarray:
        """Turn codes, one row per group, into a mask of shape (groups, cities)."""
        members = np.atleast_2d(np.asarray(members, dtype=object))
        places = self.codes.get_indexer(members.ravel())
        if (places < 0).any():
            unknown = members.ravel()[places < 0][0]
            raise ValueError(f"The city {unknown} of a group is not among the cities.")
        mask = np.zeros((len(members), len(self.codes)), bool)
        mask[np.repeat(np.arange(len(members)), members.shape[1]), places] = True
        return mask


def make_cities(
    panel: pd.DataFrame, pairs: pd.DataFrame, zones: Mapping[str, Zone], kinds: Collection[str]
) -> Cities:
    """Describe the cities of China.

    Parameters
    ----------
    panel
        Index (city_code, year), with `in_zone`, `in_region`, `in_nation`.
    pairs
        `code_a`, `code_b`, `adjacent`.
    zones
        Approved zones; the one with the panel's own members does not count as another.
    kinds
        Kinds of zones that count as approved.
    """
    flags = panel[["in_zone", "in_region", "in_nation"]].groupby(level="city_code").first()
    flags = flags[flags["in_nation"] == 1].sort_index()
    codes = flags.index
    adjacency = np.zeros((len(codes), len(codes)), bool)
    touching = pairs[pairs["adjacent"] == 1]
    a, b = codes.get_indexer(touching["code_a"]), codes.get_indexer(touching["code_b"])
    known = (a >= 0) & (b >= 0)
    adjacency[a[known], b[known]] = adjacency[b[known], a[known]] = True
    own = set(codes[flags["in_zone"] == 1])
    others = {
        code
        for zone in zones.values()
        if zone.kind in kinds and set(zone.codes) != own
        for code in zone.codes
    }
    return Cities(
        codes=codes,
        adjacency=adjacency,
        zone=(flags["in_zone"] == 1).to_numpy(),
        approved=codes.isin(others - own),
        region=(flags["in_region"] == 1).to_numpy(),
    )


def outcome_matrix(
    panel: pd.DataFrame, codes: pd.Index, variable: str, scale: str, first: int, last: int
) -> pd.DataFrame:
    """Return an outcome, cities in rows and years in columns; missing where it has no value.

    Raises
    ------
    ValueError
        If the scale is neither "log" nor "level".
    """
    if scale not in ("log", "level"):
        raise ValueError(f"The scale of {variable} is {scale!r}; expected 'log' or 'level'.")
    wide = panel[variable].astype("float64").unstack("year").reindex(codes)
    wide = wide.reindex(columns=range(first, last + 1))
    return np.log(wide.where(wide > 0)) if scale == "log" else wide


def real_investment(panel: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    """Return fixed investment at constant prices of the province; imputed years are missing.

    Parameters
    ----------
    panel
        With `fixed_investment_100m_yuan`, `fixed_investment_imputed`, `province_code`.
    prices
        `province_code`, `year`, `investment_price_1952_1`.
    """
    level = prices.set_index(["province_code", "year"])["investment_price_1952_1"]
    keys = pd.MultiIndex.from_arrays(
        [panel["province_code"], panel.index.get_level_values("year")],
        names=["province_code", "year"],
    )
    price = level.reindex(keys).to_numpy("float64")
    reported = panel["fixed_investment_100m_yuan"].astype("float64")
    return (reported.where(panel["fixed_investment_imputed"] == 0) / price).rename(
        "real_investment"
    )
