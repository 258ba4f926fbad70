"""Write a figure in all its formats with one layout, and its data beside it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from guantian.files import csv_text
from guantian.present.figures.compact import compact_svg, palette_image
from guantian.results import round_significant

FORMATS = (".png", ".svg", ".pdf", ".csv")
WITHOUT_DATE = {
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None, "ModDate": None},
}


def save(figure: Figure, data: pd.DataFrame, paths: Iterable[str | Path], alt: str = "") -> None:
    r"""Save a figure in the format of each path's ending, without dates; then close it.

    Canvases write directly: ``savefig`` would draw everything twice, the first time for a layout
    that is known.

    Parameters
    ----------
    figure
        Drawn. It is laid out once, for all formats.
    data
        What the figure shows; written to the path that ends in ``.csv``, rounded.
    paths
        Endings ``.png``, ``.svg``, ``.pdf``, ``.csv``.
    alt
        Text in place of the picture; becomes the title and description of the SVG and the subject
        of the PDF.

    Examples
    --------
    >>> import tempfile
    >>> from guantian.present.figures import canvas
    >>> figure, axes = canvas()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(figure, pd.DataFrame({"x": [1 / 3]}), [f"{folder}/a.svg", f"{folder}/a.csv"])
    ...     Path(f"{folder}/a.csv").read_text()
    'x\n0.3333333333\n'
    """
    paths = [Path(path) for path in paths]
    if unknown := [path.name for path in paths if path.suffix not in FORMATS]:
        raise ValueError(f"{unknown[0]}: a figure is saved as {', '.join(FORMATS)} only.")
    if any(path.suffix != ".csv" for path in paths):
        lay_out(figure)
    for path in paths:
        if path.suffix == ".csv":
            path.write_text(as_csv(data), encoding="utf-8")
        elif path.suffix == ".svg":
            path.write_text(_svg(figure, alt), encoding="utf-8")
        elif path.suffix == ".pdf":
            described = {"Subject": alt} if alt else {}
            FigureCanvasPdf(figure).print_pdf(path, metadata=WITHOUT_DATE[".pdf"] | described)
        else:
            drawn = FigureCanvasAgg(figure)
            drawn.draw()
            image, said = palette_image(np.asarray(drawn.buffer_rgba()), figure.dpi)
            image.save(path, **said)
    mpl.pyplot.close(figure)


def lay_out(figure: Figure) -> None:
    """Lay a figure out and keep the layout, so that no format lays it out again."""
    for axis in figure.axes:  # what an axis clips lies in it: texts and arrow heads decide
        for artist in (*axis.lines, *axis.collections, *axis.patches):
            artist.set_in_layout(not artist.get_clip_on())
    engine = figure.get_layout_engine()
    fixed = any(axis.get_aspect() != "auto" for axis in figure.axes)
    for _ in range(
        2 if fixed else 1
    ):  # axes of a fixed aspect find their place in the second round
        if engine is not None:
            engine.execute(figure)
        for axis in figure.axes if fixed else ():
            axis.apply_aspect()
    figure.set_layout_engine("none")


def forms(folder: str | Path, name: str) -> list[Path]:
    """Return the paths of a figure in all its formats.

    Examples
    --------
    >>> [path.name for path in forms("figures", "sigma")]
    ['sigma.png', 'sigma.svg', 'sigma.pdf', 'sigma.csv']
    """
    return [Path(folder) / f"{name}{ending}" for ending in FORMATS]


def as_csv(data: pd.DataFrame) -> str:
    r"""Return data as CSV: ten significant digits, no text that a spreadsheet would run.

    Examples
    --------
    >>> as_csv(pd.DataFrame({"name": ["=1+1", "-", "Baoji"], "x": [-1.5, 2.0, None]}))
    "name,x\n'=1+1,-1.5\n-,2.0\nBaoji,\n"
    """
    return csv_text(round_significant(data))


def _svg(figure: Figure, alt: str) -> str:
    picture = StringIO()
    FigureCanvasSVG(figure).print_svg(picture, metadata=WITHOUT_DATE[".svg"])
    text = compact_svg(picture.getvalue())
    if not alt:
        return text
    head = text.index(">", text.index("<svg")) + 1
    described = f'\n <title id="alt">{escape(alt, quote=False)}</title>'
    opened = text[: head - 1] + ' role="img" aria-labelledby="alt">'
    return opened + described + text[head:]
