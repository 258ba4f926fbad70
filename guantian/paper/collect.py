"""Print the quantities of the main paper from the chapters' estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from guantian.paper.quantities import Quantity
from guantian.present.numbers import evaluate, merge


def collect(
    quantities: Iterable[Quantity], estimates: Mapping[str, pd.DataFrame]
) -> tuple[dict, dict[str, dict]]:
    """Print quantities.

    Parameters
    ----------
    quantities
        Declared, see `guantian.paper.declared`.
    estimates
        Chapter to its table of estimates.

    Returns
    -------
    texts, keys
        As `guantian.present.numbers.evaluate` returns them; each trail has the ``chapter`` whose
        estimates it is read from.

    Raises
    ------
    ValueError
        If a chapter has no estimates, a key is declared twice or a quantity means several rows.
    """
    texts: dict = {}
    keys: dict[str, dict] = {}
    for quantity in quantities:
        if quantity.chapter not in estimates:
            raise ValueError(
                f"The quantity {quantity.key!r} is of the chapter {quantity.chapter!r}; estimates "
                f"are there of {', '.join(sorted(estimates))}."
            )
        found, trails = evaluate(quantity.numbers(), {"estimates": estimates[quantity.chapter]})
        texts = merge(texts, found)
        keys |= {key: {**trail, "chapter": quantity.chapter} for key, trail in trails.items()}
    return texts, keys
