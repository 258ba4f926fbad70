"""The figure kit: every function takes a typed frame and returns ``(figure, data)``.

=================  =================================================================
`forest`           estimates with intervals as rows
`band`             series with intervals, or a line in the band of placebo zones
`curve`            specification curve
`area_map`         areas filled by role or value, clipped to their view
`matrix`           heat map of one value per row and column
`scatter`          points with a fitted line (seaborn)
`distribution`     draws and where an estimate lies among them (seaborn)
`stacked`          shares as stacked bars
=================  =================================================================

Each has a twin (`draw_forest` ...) that draws into one panel of a `canvas` and returns that panel's
data, to be joined by `gather`. `drawn_data` reads the data back from a figure drawn otherwise.
`save` writes all formats; `faults` lists what is wrong in a figure.

Examples
--------
>>> import pandas as pd
>>> rows = pd.DataFrame({"sample": ["zone"], "outcome": ["gdp"], "estimate": [0.1],
...                      "conf_low": [-0.1], "conf_high": [0.3]})
>>> figure, data = forest(rows, row="outcome", row_kind="outcome", role="sample", x_label="Effect")
>>> faults(figure, alt="The effect on real GDP is 0.1 with an interval from -0.1 to 0.3.")
[]
"""

from guantian.present.figures.band import band, draw_band
from guantian.present.figures.bars import draw_stacked, stacked
from guantian.present.figures.checks import faults
from guantian.present.figures.curve import curve
from guantian.present.figures.distribution import distribution, draw_distribution
from guantian.present.figures.drawn import drawn_data
from guantian.present.figures.forest import draw_forest, forest
from guantian.present.figures.layout import (
    apart,
    canvas,
    gather,
    label_line_ends,
    say_empty,
    shown_columns,
    title,
)
from guantian.present.figures.maps import area_map, draw_areas
from guantian.present.figures.matrix import colour_bar, draw_matrix, matrix
from guantian.present.figures.roles import in_order, legend, name_of, role_of
from guantian.present.figures.save import forms, save
from guantian.present.figures.scatter import draw_scatter, scatter
from guantian.present.figures.style import DPI, HALO, MM, WIDTH, apply_style

__all__ = [
    "DPI",
    "HALO",
    "MM",
    "WIDTH",
    "apart",
    "apply_style",
    "area_map",
    "band",
    "canvas",
    "colour_bar",
    "curve",
    "distribution",
    "draw_areas",
    "draw_band",
    "draw_distribution",
    "draw_forest",
    "draw_matrix",
    "draw_scatter",
    "draw_stacked",
    "drawn_data",
    "faults",
    "forest",
    "forms",
    "gather",
    "in_order",
    "label_line_ends",
    "legend",
    "matrix",
    "name_of",
    "role_of",
    "save",
    "say_empty",
    "scatter",
    "shown_columns",
    "stacked",
    "title",
]
