"""What a figure shows, as a table: read back from what was drawn, so that the two cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, Wedge
from matplotlib.ticker import FixedLocator

from guantian.results import round_significant

PLACES = ["x", "y", "x_end", "y_end", "value"]
COLUMNS = ["panel", "kind", "series", "item", *PLACES, "x_label", "y_label"]


CODE = re.compile(r"_([1-9][0-9]{5})")


def drawn_data(figure: Figure, codes: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the data of a figure, one row per mark.

    Parameters
    ----------
    figure
        Drawn, not yet closed. An artist with the label ``_610100``, which no legend shows, is of
        the city with that code.
    codes
        Name of a city, as the axes print it, to its code.

    Returns
    -------
    DataFrame
        ``panel`` (its title, or its number), ``kind`` (line, point, segment, area, bar, wedge, cell
        or shape), ``series`` (as the legend names it, or its number within the kind), ``item``
        (place within the series), ``x``, ``y`` (in the axis' own units; of segments and bars the
        beginning), ``x_end``, ``y_end``, ``value`` (that a colour shows), and the names of the
        categories, where an axis has some. Lines that only guide the eye are not data: they span
        an axis whatever its limits. Where a mark is of a city, ``city_code`` is added at the end.
    """
    rows = []
    for number, axis in enumerate(figure.axes, start=1):
        title = axis.get_title(loc="left") or axis.get_title() or f"panel {number}"
        panel = " ".join(title.split())
        named = {"x": _categories(axis.xaxis), "y": _categories(axis.yaxis)}
        for row in _marks(axis):
            labels = {f"{side}_label": named[side].get(_whole(row.get(side))) for side in "xy"}
            rows.append({"panel": panel, **row, **labels})
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "city_code"])
    frame[PLACES] = frame[PLACES].astype("float64")
    for name in ("x_label", "y_label", "series"):
        named = [(codes or {}).get(text) for text in frame[name]]
        frame["city_code"] = frame["city_code"].where(frame["city_code"].notna(), named)
    return round_significant(frame if frame["city_code"].notna().any() else frame[COLUMNS])


def _marks(axis: Axes) -> Iterator[dict]:
    members = {  # an error bar's parts bear no name of their own
        id(part): group.get_label() for group in axis.containers for part in group.get_children()
    }
    for kind, artists, read in (
        ("line", axis.lines, _line),
        ("", axis.collections, _collection),
        ("", axis.patches, _patch),
        ("cell", axis.images, _cells),
    ):
        for number, artist in enumerate(artists, start=1):
            if not artist.get_visible():
                continue
            label = str(members.get(id(artist), artist.get_label()))
            series = label if label and not label.startswith("_") else str(number)
            city = CODE.fullmatch(label)
            of = {"city_code": city[1]} if city else {}
            for item, row in enumerate(read(axis, artist), start=1):
                yield {"kind": kind, "series": series, "item": item, **row, **of}


def _line(axis: Axes, line) -> Iterator[dict]:
    if line.get_transform() != axis.transData:  # spans the axis: a guide
        return
    for x, y in np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]):
        yield {"x": x, "y": y}


def _collection(axis: Axes, collection: Collection) -> Iterator[dict]:
    shown = collection.get_array()
    values = None if shown is None else np.ma.filled(np.ma.ravel(shown).astype("float64"), np.nan)
    if isinstance(collection, PathCollection):
        points = np.ma.filled(np.ma.asarray(collection.get_offsets(), dtype="float64"), np.nan)
        yield from (
            {"kind": "point", "x": x, "y": y, "value": _at(values, i)}
            for i, (x, y) in enumerate(points)
        )
    elif isinstance(collection, LineCollection):
        if collection.get_transform() == axis.transData:
            for i, segment in enumerate(collection.get_segments()):
                if len(segment):
                    (x, y), (x_end, y_end) = segment[0], segment[-1]
                    ends = {"x": x, "y": y, "x_end": x_end, "y_end": y_end}
                    yield {"kind": "segment", **ends, "value": _at(values, i)}
    elif values is not None:  # maps and heat maps: what the colours say
        yield from ({"kind": "shape", "value": value} for value in values)
    elif isinstance(collection, PolyCollection):
        for path in collection.get_paths():
            yield from ({"kind": "area", "x": x, "y": y} for x, y in path.vertices)


def _patch(axis: Axes, patch) -> Iterator[dict]:
    if isinstance(patch, Rectangle) and patch.get_data_transform() == axis.transData:
        x, y = patch.get_xy()
        ends = {"x_end": x + patch.get_width(), "y_end": y + patch.get_height()}
        yield {"kind": "bar", "x": x, "y": y, **ends}
    elif isinstance(patch, Wedge):
        yield {"kind": "wedge", "value": (patch.theta2 - patch.theta1) / 360}


def _cells(axis: Axes, image) -> Iterator[dict]:
    values = np.ma.filled(np.ma.asarray(image.get_array(), dtype="float64"), np.nan)
    if values.ndim == 2:
        for (row, column), value in np.ndenumerate(values):
            yield {"x": column, "y": row, "value": value}


def _categories(side) -> dict[int, str]:
    """Return the names of whole positions where an axis was given names for its ticks."""
    locator = side.get_major_locator()
    if not isinstance(locator, FixedLocator):
        return {}
    places = np.asarray(locator.locs, dtype="float64")
    names = [
        " ".join(str(name).split()) for name in side.get_major_formatter().format_ticks(places)
    ]
    if not any(character.isalpha() for name in names for character in name):
        return {}  # numbers
    return {_whole(place): name for place, name in zip(places, names, strict=True)}


def _whole(value: float | None) -> int | None:
    """The nearest whole position: series that stand side by side share a category."""
    return None if value is None or not np.isfinite(value) else round(float(value))


def _at(values: np.ndarray | None, i: int) -> float:
    return float(values[i]) if values is not None and i < len(values) else float("nan")
