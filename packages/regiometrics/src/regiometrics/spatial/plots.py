"""Pictures of coefficients and impacts with their intervals; needs the extra "plot"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regiometrics._optional import require
from regiometrics.options import check_level
from regiometrics.spatial.errors import SpecificationError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Colours that remain apart for colour-blind readers (Okabe and Ito 2008).
_COLOURS = {"direct": "#0072B2", "indirect": "#D55E00", "total": "#000000"}


def coefficients(
    result: Any,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
    level: float = 0.95,
) -> Axes:
    """Draw estimates as points with their intervals.

    Parameters
    ----------
    result : SpatialPanelResult or Spatial2SLSResult
        The fitted model to draw.
    names : sequence of str, optional
        The parameters to draw; by default all but a constant.
    ax : matplotlib.axes.Axes, optional
        The axes to draw on; by default new ones.
    level : float, default 0.95
        The confidence level, strictly between zero and one.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    SpecificationError
        If a name is no parameter.
    MissingDependencyError
        If matplotlib is not installed.
    """
    check_level(level, SpecificationError)
    known = result.params.index
    names = [name for name in known if name != "const"] if names is None else list(names)
    for name in names:
        if name not in known:
            raise SpecificationError(
                f"There is no parameter '{name}'; expected some of {', '.join(known)}."
            )
    interval = result.conf_int(level).loc[names]
    ax = _axes(ax)
    places = np.arange(len(names))
    _draw(ax, result.params[names], interval["lower"], interval["upper"], places, "#000000", None)
    return _finish(ax, places, names, f"Estimate, {level:.0%} interval")


def impacts(
    result: Any, ax: Axes | None = None, level: float = 0.95, horizon: str | None = None
) -> Axes:
    """Draw direct, indirect and total impacts with their intervals.

    Parameters
    ----------
    result : SpatialPanelResult or Spatial2SLSResult
        The fitted model to draw.
    ax : matplotlib.axes.Axes, optional
        The axes to draw on; by default new ones.
    level : float, default 0.95
        The confidence level, strictly between zero and one.
    horizon : {"short", "long"}, optional
        The horizon of a dynamic model; by default "long".

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    SpecificationError
        If the horizon does not exist.
    MissingDependencyError
        If matplotlib is not installed.
    """
    table: pd.DataFrame = result.impacts(level=level)
    if table.index.nlevels == 3:
        horizon = "long" if horizon is None else horizon
        if horizon not in ("short", "long"):
            raise SpecificationError(f"horizon is {horizon!r}; expected 'short' or 'long'.")
        table = table.loc[horizon]
    elif horizon is not None:
        raise SpecificationError(
            f"horizon is {horizon!r} with a static model; expected None: it has one horizon."
        )
    ax = _axes(ax)
    variables = list(table.index.unique("variable"))
    places = np.arange(len(variables))
    for shift, (effect, colour) in zip((-0.22, 0.0, 0.22), _COLOURS.items(), strict=True):
        rows = table.xs(effect, level="effect").loc[variables]
        _draw(
            ax,
            rows["estimate"],
            rows["conf_low"],
            rows["conf_high"],
            places + shift,
            colour,
            effect,
        )
    ax.legend(frameon=False)
    return _finish(ax, places, variables, f"Average impact, {level:.0%} interval")


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    figure = require("matplotlib.figure", extra="plot").Figure(layout="constrained")
    return figure.add_subplot()


def _draw(
    ax: Axes,
    estimate: pd.Series,
    low: pd.Series,
    high: pd.Series,
    places: np.ndarray,
    colour: str,
    name: str | None,
) -> None:
    ax.hlines(places, low, high, color=colour, linewidth=1.5)
    ax.plot(estimate, places, "o", color=colour, label=name, markersize=5)


def _finish(ax: Axes, places: np.ndarray, names: Sequence[str], title: str) -> Axes:
    ax.axvline(0, color="0.6", linewidth=0.8, zorder=0)
    ax.set_yticks(places, names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlabel(title)
    return ax
