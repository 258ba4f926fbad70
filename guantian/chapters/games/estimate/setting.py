"""The cities of the games in the study's tables: where they are, how large and how similar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics.weights.pairs import pair_matrix

Array = np.ndarray
POWERS = 60  # of the weights: 0.6^60 is 5e-14
#: Ratio of a city's mean distance to itself to the square root of its area over π (Head and Mayer
#: 2010), which is taken as the distance of what it sells at home.
INTERNAL = 0.67


@dataclass(frozen=True, eq=False)
class Setting:
    """What is known of the cities without error: where they are and how large.

    Attributes
    ----------
    codes, names : tuple of str
        The n cities of the game.
    output, capital : ndarray, shape (n,)
        Real GDP and capital stock, 100m yuan.
    similarity : ndarray, shape (m, n, n)
        Shared structure in [0, 1] by each of m measures.
    links : ndarray, shape (K, n, n)
        Powers W^0, W^1, ... of the spatial weights, at the cities of the game.
    log_distance, same_province, adjacent : ndarray, shape (n, N)
        To all N markets, the cities of the game among them.
    market : ndarray, shape (N,)
        Output of each market.
    at : ndarray, shape (n,)
        Positions of the cities among the markets.
    flows : ndarray, shape (n, n)
        Daily flow from row to column.
    elsewhere : ndarray, shape (4, M)
        Log distance, same province, adjacent and weight (product of the two shares in the rest's
        output) of all pairs of other markets, each with itself included.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    output: Array
    capital: Array
    similarity: Array
    links: Array
    log_distance: Array
    same_province: Array
    adjacent: Array
    market: Array
    at: Array
    flows: Array
    elsewhere: Array

    @property
    def n(self) -> int:
        """Number of cities."""
        return len(self.codes)

    @property
    def pairs(self) -> tuple[Array, Array]:
        """Positions of the two cities of each pair."""
        return np.triu_indices(self.n, 1)

    @property
    def inside(self) -> Array:
        """Whether two cities of the game share a province, shape (n, n)."""
        return self.same_province[:, self.at] > 0


def build_setting(
    codes: Sequence[str],
    cities: pd.DataFrame,
    pairs: pd.DataFrame,
    similarity: pd.DataFrame,
    weights,
    flows: pd.DataFrame,
) -> Setting:
    """Put the tables of the study into a setting.

    Parameters
    ----------
    codes
        Cities of the game.
    cities : DataFrame
        Index city_code: ``name_en``, ``province_code``, ``output``, ``capital``, ``area_km2``.
        Rows with output and area are the markets.
    pairs : DataFrame
        ``code_a``, ``code_b``, ``distance_km``, ``same_province``, ``adjacent``, once a pair.
    similarity : DataFrame
        ``measure``, ``code_a``, ``code_b``, ``value``: shared structure in [0, 1].
    weights : scipy sparse or ndarray, with ids
        `regiometrics.weights.Weights`, row-standardised, of the sample in which ρ was estimated.
    flows : DataFrame
        ``origin``, ``destination``, ``value``.

    Raises
    ------
    ValueError
        If a city of the game lacks output, capital, area, structure or weights.
    """
    codes = tuple(sorted(codes))
    markets = cities.dropna(subset=["output", "area_km2"])
    lacking = [code for code in codes if code not in markets.index]
    lacking += [code for code in codes if code not in weights.ids]
    if lacking:
        raise ValueError(
            f"City {lacking[0]} has no output, area or spatial weights; the games need all three."
        )
    flows = flows.rename(columns={"origin": "code_a", "destination": "code_b"})
    where = {code: i for i, code in enumerate(markets.index)}
    both = pd.concat([pairs, pairs.rename(columns={"code_a": "code_b", "code_b": "code_a"})])
    columns = ["distance_km", "same_province", "adjacent"]
    # A city is its own market: within its province, at its internal distance, no border to cross.
    table = {name: pair_matrix(pairs, name, codes, markets.index) for name in columns}
    at = np.array([where[code] for code in codes])
    own = (np.arange(len(codes)), at)
    table["distance_km"][own] = INTERNAL * np.sqrt(markets["area_km2"].to_numpy()[at] / np.pi)
    table["same_province"][own], table["adjacent"][own] = 1, 0
    if any(np.isnan(part).any() for part in table.values()):
        raise ValueError("Some city of the game has no distance to some market.")
    chosen = markets.loc[list(codes)]
    return Setting(
        codes=codes,
        names=tuple(chosen["name_en"]),
        output=chosen["output"].to_numpy(float),
        capital=chosen["capital"].to_numpy(float),
        similarity=_shared(similarity, codes),
        links=_powers(weights, codes),
        log_distance=np.log(table["distance_km"]),
        same_province=table["same_province"],
        adjacent=table["adjacent"],
        market=markets["output"].to_numpy(float),
        at=at,
        flows=np.nan_to_num(pair_matrix(flows, "value", codes, symmetric=False, diagonal=0)),
        elsewhere=_elsewhere(markets.drop(index=list(codes)), both),
    )


def _elsewhere(markets: pd.DataFrame, pairs: pd.DataFrame) -> Array:
    """Pairs of markets outside the game, both directions, and each with itself."""
    part = markets["output"] / markets["output"].sum()
    rows = pairs[pairs["code_a"].isin(part.index) & pairs["code_b"].isin(part.index)]
    weight = rows["code_a"].map(part).to_numpy() * rows["code_b"].map(part).to_numpy()
    inner = INTERNAL * np.sqrt(markets["area_km2"].to_numpy() / np.pi)
    ones, none = np.ones(len(part)), np.zeros(len(part))
    return np.array(
        [
            np.log(np.append(rows["distance_km"], inner)),
            np.append(rows["same_province"], ones),
            np.append(rows["adjacent"], none),
            np.append(weight, part**2),
        ],
        dtype=float,
    )


def _shared(similarity: pd.DataFrame, codes: Sequence[str]) -> Array:
    """Matrices of shared structure; measures that lack a city of the game are left out."""
    found = []
    for _, rows in similarity.groupby("measure", sort=True):
        whole = pair_matrix(rows, "value", codes, diagonal=1)
        if (whole > 0).all():
            found.append(whole)
    if not found:
        raise ValueError("No measure of structure covers all cities of the game.")
    return np.array(found)


def _powers(weights, codes: Sequence[str]) -> Array:
    """Powers of the weights at the cities of the game, without building them whole."""
    position = weights.ids.get_indexer(codes)
    columns = np.eye(len(weights.ids))[:, position]
    found = []
    for _ in range(POWERS):
        found.append(columns[position])
        columns = weights.matrix @ columns
    return np.array(found)
