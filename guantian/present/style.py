"""Names of version 1 for `guantian.present.figures`, until every chapter uses the kit.

New code takes colours from `guantian.labels.colour`, sizes and `save` from
`guantian.present.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from guantian.labels import colour, label, mark
from guantian.present.drawn import drawn_data
from guantian.present.figures.layout import apart as spread
from guantian.present.figures.save import save as save_with_data
from guantian.present.figures.style import DPI, HALO, MM, WIDTH, apply_style

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILION, SKY, BLACK, GREY = "#D55E00", "#56B4E9", "#222222", "#8A8A8A"
CATEGORIES = (BLACK, BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
SAMPLES = ("zone", "region", "nation")
SAMPLE_COLOURS = {name: colour(name) for name in SAMPLES}
SAMPLE_MARKS = {name: mark(name) for name in SAMPLES}
SAMPLE_NAMES = {name: label("sample", name, "short") for name in SAMPLES}


def save(figure: Figure, paths: Iterable[str | Path], data: pd.DataFrame | None = None) -> None:
    """Save a figure; its data are read back from the drawing where none are given."""
    save_with_data(figure, drawn_data(figure) if data is None else data, paths)


def figure_paths(folder: str | Path, name: str) -> list[Path]:
    """Name the files of a figure: PNG, SVG, PDF, and CSV for its data."""
    return [Path(folder) / f"{name}{ending}" for ending in (".png", ".svg", ".pdf", ".csv")]


def forms_by_figure(paths: Iterable[str | Path]) -> list[list[str | Path]]:
    """Group the paths of several figures, each with all its forms, by figure and in order.

    Examples
    --------
    >>> forms_by_figure(["a.png", "a.csv", "b.png", "b.csv"])
    [['a.png', 'a.csv'], ['b.png', 'b.csv']]
    """
    return [list(forms) for _, forms in groupby(paths, key=lambda path: Path(path).stem)]


__all__ = ["DPI", "HALO", "MM", "WIDTH", "apply_style", "forms_by_figure", "save", "spread"]
