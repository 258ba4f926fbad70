"""What the chapter's results are made of: cities, parameters and grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from guantian.chapters.games.estimate.calibration import Parameter, draw_parameters
from guantian.chapters.games.estimate.counterfactuals import Sweep
from guantian.chapters.games.estimate.setting import Setting

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Study:
    """All that the chapter's results are made of.

    Attributes
    ----------
    setting
        The cities.
    parameters
        Estimates by name: those of `calibration.effects`, and ``turnover``,
        ``promotion``, ``slope_inside``, ``slope_across``.
    sweep
        Grids of what is not estimated.
    choices
        Of the configuration: ``draws``, ``seed``, ``discount_rate``, ``selection``,
        ``imitation_draws``, ``coalition_draws``, ``elasticity``, ``capital_share``,
        ``cost_of_funds``, ``vat``.
    centres
        Codes of the centres, the first first.
    programme
        Net investment of a year, 100m yuan.
    confidence
        Of the intervals.
    alternatives
        The spillover as other samples give it.
    """

    setting: Setting
    parameters: Mapping[str, Parameter]
    sweep: Sweep
    choices: Mapping
    centres: Sequence[str]
    programme: float
    confidence: float
    alternatives: Sequence[Parameter] = ()

    def draw(self, parameters: Mapping[str, Parameter] | None = None, draws: int | None = None):
        """Draw the parameters (by default all, as many as configured)."""
        return draw_parameters(
            parameters or self.parameters,
            len(self.setting.similarity),
            self.choices["draws"] if draws is None else draws,
            self.choices["seed"],
        )

    def discount_factor(self, drawn: Mapping[str, Array]) -> Array:
        """Discount factor of those who govern: staying on, over one plus the discount rate."""
        return (1 - drawn["turnover"]) / (1 + self.choices["discount_rate"])
