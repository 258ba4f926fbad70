"""One style for every figure: sizes, the shipped font, and matplotlib's settings.

Colours, marks and lines are those of roles, in `guantian.labels`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patheffects import withStroke

MM = 1 / 25.4  # inches
WIDTH = 170 * MM  # of the paper's text block: figures are printed at their own size
TALLEST = 225 * MM  # what a page holds with a caption
DPI = 300
SMALLEST = 6.5  # points: no text of a figure is smaller
INK, MUTED, FAINT = "#222222", "#6E6E6E", "#DDDDDD"
HALO = [withStroke(linewidth=1.8, foreground="white")]  # text stays legible over lines

# Seaborn's "ticks" style for paper as settings of our own: importing seaborn costs a second and is
# left to the figures that it draws.
SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 3.5,
    "ytick.major.size": 3.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.3,
    "lines.markersize": 4.5,
    "lines.solid_capstyle": "butt",
    "patch.linewidth": 0.6,
    "axes.unicode_minus": True,
    "text.parse_math": False,  # a name with dollar signs is a name
    "text.language": "en",  # else the locale chooses the glyphs of Chinese signs
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "guantian",
    "savefig.dpi": DPI,
    "figure.dpi": DPI,  # one layout holds for the screen, the page and the file
    "figure.constrained_layout.h_pad": 0.05,
    "figure.constrained_layout.w_pad": 0.04,
}


def apply_style(fonts: Iterable[str | Path]) -> None:
    """Set the style of every figure drawn afterwards.

    Parameters
    ----------
    fonts
        Files of one family with Latin and Chinese glyphs. Beside them only the fonts that
        matplotlib brings remain: a font of the system, whatever its name, changes the bytes of
        figures from one machine to the next.
    """
    files = [str(Path(font)) for font in fonts]
    names = list(dict.fromkeys(FontProperties(fname=file).get_name() for file in files))
    fontManager.ttflist = [
        font
        for font in fontManager.ttflist
        if Path(font.fname).is_relative_to(mpl.get_data_path()) and font.name not in names
    ]
    for file in files:
        fontManager.addfont(file)  # also clears the cache of fonts found
    mpl.rcParams.update(mpl.rcParamsDefault)
    mpl.rcParams.update(SETTINGS | {"font.sans-serif": [*names, "DejaVu Sans"]})
