"""Options of the chapter on sigma and beta convergence."""

from __future__ import annotations

from typing import Annotated

from guantian.options import Name, Options, Table, listing

#: Specifications that the text, the tables and other chapters name.
NEEDED = ("reported", "reported_census", "chained", "lights_first", "lights_second")
Names = Annotated[list[Name], *listing(1, 6)]


class Figures(Options):
    """What the chapter draws."""

    levels: Names
    """Variables of the panel drawn by city."""
    sigma: Names
    """Specifications whose dispersion is drawn, at most six."""
    beta: Names
    """Specifications whose growth is drawn against the initial level, at most six."""


class Convergence(Options):
    """Sigma and beta convergence."""

    specs: Table
    """The specifications, a table (below)."""
    figures: Figures
    """What is drawn."""
