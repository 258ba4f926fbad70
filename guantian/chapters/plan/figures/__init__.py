"""Figures of the chapter."""

from matplotlib.axes import Axes

from guantian.chapters.plan.names import NOT_AVAILABLE


def say_not_available(axis: Axes) -> None:
    """Write in an empty panel that there is nothing to draw."""
    axis.text(0.5, 0.5, NOT_AVAILABLE, transform=axis.transAxes, ha="center")


def draw_interval(axis: Axes, height: float, row, colour: str) -> None:
    """Draw an estimate with its interval, horizontally."""
    axis.plot([row["conf_low"], row["conf_high"]], [height, height], color=colour, linewidth=1)
    axis.plot(row["estimate"], height, "o", color=colour, markersize=3.5)
