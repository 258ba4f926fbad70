"""The panels that the chapter looks at: a specification on a sample of cities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from guantian.data.samples import SMALLEST_SAMPLE, check_specs, values_of
from regiometrics.weights.weights import Weights


@dataclass(frozen=True)
class Case:
    """One specification on one sample.

    Attributes
    ----------
    spec, outcome, sample : str
    values : DataFrame, shape (T, n)
        Levels, years in rows, cities in columns, complete and positive.
    """

    spec: str
    outcome: str
    sample: str
    values: pd.DataFrame

    @property
    def logs(self) -> pd.DataFrame:
        """Logs of the values."""
        return np.log(self.values)

    @property
    def relative_logs(self) -> pd.DataFrame:
        """Logs less each year's mean over the cities."""
        return self.logs.sub(self.logs.mean(axis=1), axis=0)

    @property
    def key(self) -> dict:
        """What the rows of its results share."""
        return {
            "chapter": "dynamics",
            "variant": self.spec,
            "sample": self.sample,
            "outcome": self.outcome,
            "n_units": self.values.shape[1],
            "n_periods": len(self.values),
            "n_obs": self.values.size,
        }


def make_cases(
    panel: pd.DataFrame, specs: pd.DataFrame, members: pd.DataFrame, chosen: Sequence[str]
) -> dict[tuple[str, str], Case]:
    """Make the panels of the chosen specifications, on the cities of the chapter on convergence.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        The specifications of convergence.
    members
        Columns comparison, sample, city_code: the common sets of cities.
    chosen
        Names of specifications.

    Returns
    -------
    dict
        (spec, sample) -> case; samples with too few cities are left out.

    Raises
    ------
    ValueError
        For a specification that is not among the specs.
    """
    table = check_specs(specs, panel).set_index("spec", drop=False)
    unknown = [name for name in chosen if name not in table.index]
    if unknown:
        raise ValueError(f"The specification {unknown[0]!r} is not among {', '.join(table.index)}.")
    cases = {}
    for name in chosen:
        spec = table.loc[name]
        sets = members[members["comparison"] == spec["comparison"]]
        for sample, codes in sets.groupby("sample")["city_code"]:
            if len(codes) >= SMALLEST_SAMPLE:
                values = values_of(panel, spec, sorted(codes)).astype("float64")
                cases[name, sample] = Case(name, spec["outcome"], sample, values)
    return cases


def with_neighbours(case: Case, weights: Weights) -> tuple[Case, Weights, list[str]]:
    """Leave out cities without a neighbour in the case; return case, its weights, and who left."""
    cities, left_out = list(case.values.columns), []
    while islands := weights.subset(cities).islands:
        left_out += islands
        cities = [code for code in cities if code not in islands]
    return replace(case, values=case.values[cities]), weights.subset(cities), left_out


def pick(cases: dict[tuple[str, str], Case], samples: Iterable[str], specs: Iterable[str]):
    """The cases of these samples and specifications that exist, in this order."""
    return [cases[spec, sample] for spec in specs for sample in samples if (spec, sample) in cases]
