"""The quantities that the main paper names, by section."""

from __future__ import annotations

from guantian.paper.quantities import Quantity

#: In the order of the sections; a test compares them with the text, both ways.
QUANTITIES: tuple[Quantity, ...] = ()
