"""The numbers of the chapter's text, declared in ``numbers.yaml``."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.spillovers.estimate import INITIAL
from guantian.present.declared import read_numbers
from guantian.present.numbers import evaluate
from guantian.spatial_rows import DOWN


def spillover_numbers(estimates: pd.DataFrame, tests: pd.DataFrame, weights: str) -> dict:
    """Return the numbers of the text by sample, as text.

    Parameters
    ----------
    estimates, tests
        Results of the chapter.
    weights
        Name of the spatial weights of which the text speaks.
    """
    declared = read_numbers(__file__, weights=weights, initial=INITIAL, down=DOWN)
    texts, _ = evaluate(declared, {"estimates": estimates, "tests": tests})
    return texts
