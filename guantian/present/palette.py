"""Colours of what has no role in `guantian.labels`, and the three samples as figures show them.

New figures take colours, marks and lines from roles (`guantian.labels.style`).
"""

from __future__ import annotations

from guantian.labels import colour, label, mark

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILION, SKY, BLACK, GREY = "#D55E00", "#56B4E9", "#222222", "#8A8A8A"
#: Of series of equal standing, such as cities, in order.
CATEGORIES = (BLACK, BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
SAMPLES = ("zone", "region", "nation")
SAMPLE_COLOURS = {name: colour(name) for name in SAMPLES}
SAMPLE_MARKS = {name: mark(name) for name in SAMPLES}
SAMPLE_NAMES = {name: label("sample", name, "short") for name in SAMPLES}
