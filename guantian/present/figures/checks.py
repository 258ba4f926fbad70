"""What can be wrong with a figure and is found without looking: for the tests of every figure."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from guantian.present.figures.save import lay_out
from guantian.present.figures.style import SMALLEST, WIDTH

EDGE = 2  # pixels
OVERLAP = 0.08  # of the smaller text's area: glyphs do not fill their boxes
SHORTEST_ALT = 20  # characters


def faults(figure: Figure, alt: str | None = None) -> list[str]:
    """Return the faults of a figure, each as a sentence.

    Parameters
    ----------
    figure
        Drawn by the kit, not yet saved.
    alt
        The text in place of the picture.

    Returns
    -------
    list
        Ink in the outer two pixels; data outside the axes that no arrow head marks; texts that
        overlap or lie outside the picture; text below 6.5 points as printed; no alternative text.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> figure, axis = plt.subplots(figsize=(WIDTH, 2), layout="constrained")
    >>> _ = axis.plot([0, 1], [0, 5])
    >>> _ = axis.set_ylim(0, 1)
    >>> faults(figure, alt="A line that rises from zero to five.")
    ['Panel 1: a line lies outside the axes, up to 5 where y ends at 1.']
    >>> plt.close(figure)
    """
    FigureCanvasAgg(figure)
    lay_out(figure)
    figure.canvas.draw()
    found = [*_ink_at_edge(figure), *_data_outside(figure), *_texts(figure)]
    if alt is not None and len(alt.strip()) < SHORTEST_ALT:
        found.append(f"The alternative text {alt!r} does not say what the picture shows.")
    return found


def _ink_at_edge(figure: Figure) -> list[str]:
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
    ink = (255 - pixels).max(axis=2) > 8
    sides = {
        "upper": ink[:EDGE],
        "lower": ink[-EDGE:],
        "left": ink[:, :EDGE],
        "right": ink[:, -EDGE:],
    }
    return [f"There is ink at the {side} edge." for side, strip in sides.items() if strip.any()]


def _data_outside(figure: Figure) -> list[str]:
    found = []
    for number, axis in enumerate(figure.axes, start=1):
        for name, points in _drawn(axis):
            for side, values, view in (
                ("x", points[:, 0], sorted(axis.get_xlim())),
                ("y", points[:, 1], sorted(axis.get_ylim())),
            ):
                values = values[np.isfinite(values)]
                room = 1e-6 * (view[1] - view[0])
                if not len(values):
                    continue
                for worst, end, beyond in (
                    (values.min(), view[0], values.min() < view[0] - room),
                    (values.max(), view[1], values.max() > view[1] + room),
                ):
                    if beyond:
                        found.append(
                            f"Panel {number}: {name} lies outside the axes, up to {worst:g} where "
                            f"{side} ends at {end:g}."
                        )
    return found


def _drawn(axis: Axes):
    """Yield what is drawn in the axis' own units: name and points."""
    if not axis.axison and axis.collections and not axis.lines:
        return  # a map: context beyond its view is cut by design
    for line in axis.lines:
        if (
            line.get_visible()
            and line.get_transform() == axis.transData
            and line.get_gid() != "guide"
        ):
            points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)])
            yield "a line", points.astype("float64")
    for group in axis.collections:
        if not group.get_visible():
            continue
        if isinstance(group, PathCollection) and group.get_offset_transform() == axis.transData:
            yield "a point", np.ma.filled(np.ma.asarray(group.get_offsets(), "float64"), np.nan)
        elif isinstance(group, LineCollection) and group.get_transform() == axis.transData:
            segments = group.get_segments()
            if segments:
                yield "a segment", np.vstack(segments)
        elif isinstance(group, PolyCollection) and group.get_transform() == axis.transData:
            for path in group.get_paths():
                yield "an area", np.asarray(path.vertices, dtype="float64")
    for patch in axis.patches:
        if patch.get_visible() and patch.get_data_transform() == axis.transData:
            corners = patch.get_path().transformed(patch.get_patch_transform()).vertices
            yield "a bar", np.asarray(corners, dtype="float64")


def _texts(figure: Figure) -> list[str]:
    renderer = figure.canvas.get_renderer()
    picture = figure.bbox
    printed = WIDTH / figure.get_figwidth() if figure.get_figwidth() > WIDTH else 1.0
    seen, found, hidden = [], [], _hidden(figure)
    for text in figure.findobj(Text):
        words = text.get_text().strip()
        if not words or not text.get_visible() or id(text) in hidden:
            continue
        box = text.get_window_extent(renderer)
        if box.width == 0 or box.height == 0 or _cut_off(text, box):
            continue
        shown = " ".join(words.split())
        if text.get_fontsize() * printed < SMALLEST - 1e-6:
            found.append(
                f"The text {shown!r} is printed at {text.get_fontsize() * printed:.1f} pt."
            )
        inside = Bbox.intersection(box, picture)
        if inside is None or inside.width * inside.height < 0.999 * box.width * box.height:
            found.append(f"The text {shown!r} is cut by the picture's edge.")
        seen.append((shown, _corners(text, box), box))
    for (first, a, box_a), (second, b, box_b) in combinations(seen, 2):
        if Bbox.intersection(box_a, box_b) is None:
            continue
        shared = _shared_area(a, b)
        if shared > OVERLAP * min(_area(a), _area(b)):
            found.append(f"The texts {first!r} and {second!r} overlap.")
    return found


def _hidden(figure: Figure) -> set[int]:
    """Return the texts that are not drawn: labels of ticks beyond the view or of hidden axes."""
    found = set()
    for axis in [*figure.axes, *(child for a in figure.axes for child in a.child_axes)]:
        for side in (axis.xaxis, axis.yaxis):
            low, high = sorted(side.get_view_interval())
            room = 1e-9 * (high - low)
            shown = axis.get_visible() and axis.axison and side.get_visible()
            if not shown:
                found |= {id(side.label), id(side.offsetText)}
            for tick in [*side.majorTicks, *side.minorTicks]:
                inside = (
                    shown and tick.get_visible() and low - room <= tick.get_loc() <= high + room
                )
                if not inside:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


def _cut_off(text: Text, box: Bbox) -> bool:
    """Tell whether a text is clipped away by its axes."""
    clip = text.get_clip_box() if text.get_clip_on() else None
    return clip is not None and Bbox.intersection(box, clip) is None


def _corners(text: Text, box: Bbox) -> np.ndarray:
    """Return the corners of a text's rectangle, turned as the text is."""
    angle = text.get_rotation() % 180
    if angle in (0, 90):
        return np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
    turn = np.deg2rad(angle)
    sine, cosine = abs(np.sin(turn)), abs(np.cos(turn))
    spread = cosine**2 - sine**2
    if abs(spread) < 1e-9:  # 45 degrees: the line's height replaces the second equation
        tall = min(text.get_fontsize() * text.get_figure(root=True).dpi / 72, box.height)
        wide = box.width / cosine - tall
    else:
        wide = (box.width * cosine - box.height * sine) / spread
        tall = (box.height * cosine - box.width * sine) / spread
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    corners = np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return middle + corners @ rotation


def _area(corners: np.ndarray) -> float:
    x, y = corners.T
    return 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def _shared_area(first: np.ndarray, second: np.ndarray) -> float:
    from shapely import Polygon

    return Polygon(first).intersection(Polygon(second)).area
