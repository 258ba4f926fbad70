"""How special one place's structure is against that of all: location quotients and indices."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics._arguments import frame, numbers


def location_quotients(counts: pd.DataFrame, base: pd.Series | None = None) -> pd.DataFrame:
    """Divide each sector's share in a place by its share in the base.

    Parameters
    ----------
    counts : DataFrame, shape (n, k)
        Workers or output, one row per place and one column per sector.
    base : Series by sector, optional
        Counts of the base; the sum of all places where not given.

    Returns
    -------
    DataFrame, shape (n, k)
        1 where the place has as much of the sector as the base; missing where the base has none.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> counts = pd.DataFrame({"mining": [30.0, 10.0], "trade": [70.0, 90.0]}, index=["a", "b"])
    >>> float(location_quotients(counts).loc["a", "mining"].round(6))
    1.5
    """
    local, whole = _shares(counts, base)
    return local.div(whole.where(whole > 0), axis=1)


def specialisation(counts: pd.DataFrame, base: pd.Series | None = None) -> pd.DataFrame:
    """Measure how far each place's structure lies from the base's.

    Parameters and errors as :func:`location_quotients`.

    Returns
    -------
    DataFrame, shape (n, 3)
        ``hoover``, half the sum of absolute differences of shares (Hoover and Giarratani 1984);
        ``krugman``, twice that (Krugman 1991); ``theil``, the sum of local shares times the log of
        the location quotient (the Kullback-Leibler divergence). All are 0 where a place has the
        base's structure, and missing where a count is.
    """
    local, whole = _shares(counts, base)
    gap = local.sub(whole, axis=1).abs().sum(axis=1, skipna=False)
    quotient = location_quotients(counts, base)
    # A sector that a place lacks adds nothing: x log x goes to zero with x.
    logs = np.log(quotient.where(quotient > 0, 1.0))
    theil = (local * logs).sum(axis=1).where(gap.notna())
    return pd.DataFrame({"hoover": gap / 2, "krugman": gap, "theil": theil.clip(lower=0)})


def _shares(counts: pd.DataFrame, base: pd.Series | None) -> tuple[pd.DataFrame, pd.Series]:
    counts = frame("counts", counts, missing=True)
    if base is not None and not isinstance(base, pd.Series):
        raise ValueError(f"base is of type {type(base).__name__}; expected a Series by sector.")
    if (counts < 0).to_numpy().any():
        place, sector = np.argwhere((counts < 0).to_numpy())[0]
        raise ValueError(
            f"The count of {counts.columns[sector]!r} in {counts.index[place]!r} is "
            f"{counts.iat[place, sector]:g}; expected none below zero."
        )
    whole = counts.sum() if base is None else base.reindex(counts.columns)
    known = numbers("base", whole, (None,))
    if (known < 0).any() or not known.sum() > 0:
        raise ValueError(
            f"The base runs from {known.min():g} and sums to {known.sum():g}; expected none below "
            "zero and a positive sum."
        )
    return counts.div(counts.sum(axis=1, skipna=False), axis=0), whole / whole.sum()
