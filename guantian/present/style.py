"""One style for all figures, and one way to save them that gives the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patheffects import withStroke

from guantian.estimates import round_significant
from guantian.present.drawn import drawn_data

# Okabe and Ito (2008): told apart by readers with any common colour vision.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILION, SKY, BLACK, GREY = "#D55E00", "#56B4E9", "#222222", "#8A8A8A"
CATEGORIES = (BLACK, BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
SAMPLE_COLOURS = {"zone": VERMILION, "region": BLUE, "nation": GREY}
SAMPLE_MARKS = {"zone": "o", "region": "s", "nation": "^"}
SAMPLE_NAMES = {"zone": "Zone", "region": "Region", "nation": "Nation"}

HALO = [withStroke(linewidth=1.8, foreground="white")]  # text stays readable over lines

MM = 1 / 25.4
WIDTH = 170 * MM  # the text block of the paper, in inches
DPI = 300


def apply_style(fonts: Iterable[str | Path]) -> None:
    """Set the style; ``fonts`` are the files of one family with Latin and Chinese glyphs."""
    names = []
    for font in fonts:
        fontManager.addfont(str(font))
        names.append(FontProperties(fname=str(font)).get_name())
    sns.set_theme(
        context="paper",
        style="ticks",
        palette=list(CATEGORIES),
        rc={
            "font.family": "sans-serif",
            "font.sans-serif": [*dict.fromkeys(names), "DejaVu Sans"],
            "font.size": 8,
            "axes.labelsize": 8,
            "axes.titlesize": 8.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "xtick.labelsize": 7.5,
            "ytick.labelsize": 7.5,
            "legend.fontsize": 7.5,
            "legend.frameon": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "lines.linewidth": 1.3,
            "axes.unicode_minus": True,
            "pdf.fonttype": 42,
            "svg.fonttype": "path",
            "svg.hashsalt": "guantian",
            "savefig.dpi": DPI,
            "figure.dpi": 100,
        },
    )


def save(figure: Figure, paths: Iterable[str | Path], data: pd.DataFrame | None = None) -> None:
    """Save a figure in the format of each path's ending, without dates; then close it.

    A path that ends in ``.csv`` gets the figure's data: ``data`` where given (for maps, whose
    shapes have names), else what was drawn, read back by `guantian.present.drawn.drawn_data`.
    """
    without_date = {
        ".svg": {"Date": None},
        ".pdf": {"CreationDate": None, "ModDate": None},
        ".png": {"Software": None},
    }
    for path in map(Path, paths):
        if path.suffix == ".csv":
            frame = drawn_data(figure) if data is None else round_significant(data)
            frame.to_csv(path, index=False, lineterminator="\n")
        else:
            figure.savefig(path, metadata=without_date[path.suffix])
    mpl.pyplot.close(figure)


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


def spread(positions: Sequence[float], gap: float) -> np.ndarray:
    """Move labels apart to at least ``gap`` with the least squared displacement, order kept.

    Pool-adjacent-violators on the positions less their rank's share of the gap.
    """
    positions = np.asarray(positions, dtype="float64")
    order = np.argsort(positions, kind="stable")
    offsets = gap * np.arange(len(positions))
    blocks: list[list[float]] = []  # mean, count
    for value in positions[order] - offsets:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * count) / (before[1] + count)
            before[1] += count
    fitted = np.concatenate([np.full(int(count), mean) for mean, count in blocks]) + offsets
    moved = np.empty_like(fitted)
    moved[order] = fitted
    return moved
