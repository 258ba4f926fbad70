"""The two-way growth regressions, each a column of their table: declared once.

The chapter estimates what is listed here, and its table prints it in this order; a check of
robustness is one more entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.labels import label


@dataclass(frozen=True)
class Specification:
    """A growth regression with city and year effects.

    Attributes
    ----------
    variant, sample
        Its key in the results.
    regressors : str
        Option that lists them: ``core`` or ``regressors``.
    header : str
        What its column adds to the name of the sample.
    keep : callable, optional
        Takes the codes of the sample's cities and says which of them stay.
    """

    variant: str
    sample: str
    regressors: str = "core"
    header: str = ""
    keep: Callable[[pd.Index], np.ndarray] | None = None

    @property
    def title(self) -> str:
        """Header of its column."""
        title = label("sample", self.sample)
        return f"{title}, {self.header}" if self.header else title

    def cities(self, codes: pd.Index) -> pd.Index:
        """Return the sample's cities that stay."""
        return codes if self.keep is None else codes[self.keep(codes)]


SPECIFICATIONS = (
    Specification("core", "zone"),
    Specification("core", "region"),
    Specification("core", "nation"),
    # Nine regressors and eighteen effects are too many for the zone's seven cities.
    Specification("all", "region", "regressors", "all"),
    Specification("all", "nation", "regressors", "all"),
)
