"""The specification curve as pictures: slopes in order with their intervals, on one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from guantian.labels import label
from guantian.present.format import number
from guantian.site.strings import both, data_words, named, pair, say

#: The choices of a specification, and the columns of estimates that hold them.
CHOICES = {
    "window": "variant",
    "controls": "group",
    "effects": "effect",
    "weights": "weights",
    "errors": "errors",
}
SAMPLES = ("zone", "region", "nation")
WIDE, HIGH, LEFT, EDGE = 660, 240, 46, 8
VIEW = (0.02, 0.98)  # quantiles of interval ends in view; beyond, a line is cut at the frame
TICKS = 5


def curve_choices(curve: pd.DataFrame, spans: Mapping[str, Mapping]) -> pd.DataFrame:
    """Lay a specification curve out: one row per estimate, its choices in columns, as printed.

    Parameters
    ----------
    curve
        Estimates of the chapter inequality.
    spans
        The windows' names to their ``label``, ``first`` and ``last`` year.

    Returns
    -------
    DataFrame
        ``sample``, ``rank``, ``estimate``, ``low``, ``high`` (times 100), ``clear`` (whether the
        interval leaves zero out) and the choices.
    """
    curve = curve[curve["analysis"] == "specification_curve"].dropna(subset=["estimate"])
    parts = curve[list(CHOICES.values())].set_axis(list(CHOICES), axis=1)
    windows = {
        name: f"{span['label']} ({span['first']}–{span['last']})" for name, span in spans.items()
    }
    for name in CHOICES:
        parts[name] = [
            windows.get(value, value) if name == "window" else label(f"choice_{name}", value)
            for value in parts[name]
        ]
    table = pd.DataFrame(
        {
            "sample": curve["sample"],
            "estimate": (100 * curve["estimate"]).round(3),
            "low": (100 * curve["conf_low"]).round(3),
            "high": (100 * curve["conf_high"]).round(3),
        }
    ).join(parts)
    table["clear"] = (table["low"] > 0) | (table["high"] < 0)
    table = table.sort_values(["sample", "estimate", *CHOICES], kind="stable", ignore_index=True)
    table["rank"] = table.groupby("sample").cumcount() + 1
    return table


def curve_samples(table: pd.DataFrame) -> Sequence[str]:
    """Return the samples that have a curve, the zone first."""
    return [name for name in SAMPLES if (table["sample"] == name).any()]


def curve_view(table: pd.DataFrame) -> tuple[float, float]:
    """Return the axis that all samples share: every slope, and nearly all ends of intervals."""
    low = min(table["low"].quantile(VIEW[0]), table["estimate"].min(), 0.0)
    high = max(table["high"].quantile(VIEW[1]), table["estimate"].max(), 0.0)
    return float(low), float(high)


def curve_picture(table: pd.DataFrame, sample: str, view: tuple[float, float]) -> str:
    """Draw the curve of a sample as two paths of intervals and two of slopes.

    Parameters
    ----------
    table
        As of `curve_choices`.
    sample
        Which one.
    view
        Ends of the axis.
    """
    rows = table[table["sample"] == sample]
    step = (WIDE - LEFT - EDGE) / max(len(rows), 1)

    def place(value: float) -> float:
        held = min(max(value, view[0]), view[1])
        return round(EDGE + (HIGH - 2 * EDGE) * (view[1] - held) / (view[1] - view[0] or 1.0), 1)

    spans: dict[bool, list[str]] = {True: [], False: []}
    dots: dict[bool, list[str]] = {True: [], False: []}
    for row in rows.itertuples():
        x = round(LEFT + step * (row.rank - 0.5), 1)
        low, high = (row.estimate if pd.isna(end) else end for end in (row.low, row.high))
        spans[bool(row.clear)].append(f"M{x} {place(low)}V{place(high)}")
        dots[bool(row.clear)].append(f"M{x} {place(row.estimate)}h.01")
    lines = "".join(
        f'<path class="{kind}{" clear" if clear else ""}" d="{"".join(parts[clear])}"/>'
        for kind, parts in (("spans", spans), ("dots", dots))
        for clear in (False, True)
    )
    ticks = "".join(
        f'<path class="grid" d="M{LEFT} {place(at)}H{WIDE}"/>'
        f'<text x="{LEFT - 6}" y="{place(at) + 4}">{number(at, 1)}</text>'
        for at in _ticks(view)
    )
    zero = f'<path class="zero" d="M{LEFT} {place(0)}H{WIDE}"/>'
    said = named("curve", "summary", **_summary(rows, sample))
    return (
        f'<svg class="curve" viewBox="0 0 {WIDE} {HIGH}" role="img" {said}>'
        f"{ticks}{zero}{lines}</svg>"
    )


def _ticks(view: tuple[float, float]) -> list[float]:
    """Return round values in a view."""
    rough = (view[1] - view[0]) / TICKS or 1.0
    power = 10.0 ** (len(str(int(rough))) - 1) if rough >= 1 else 0.1
    step = next(power * m for m in (1, 2, 5, 10, 20, 50, 100) if power * m >= rough)
    first = int(view[0] / step) - 1
    marks = [round((first + i) * step, 6) for i in range(4 * TICKS)]
    return [at for at in marks if view[0] <= at <= view[1]]


def _summary(rows: pd.DataFrame, sample: str) -> dict[str, str | tuple[str, str]]:
    return {
        "sample": pair("curve", sample),
        "count": str(len(rows)),
        "median": number(rows["estimate"].median(), 2),
        "below": str(int((rows["high"] < 0).sum())),
        "above": str(int((rows["low"] > 0).sum())),
    }


def curve_section(curve: pd.DataFrame | None) -> str:
    """Return the curves of all samples with their tables, or a sentence where there is none."""
    if curve is None or curve.empty:
        return say("curve", "absent", "p")
    view = curve_view(curve)
    heads = "".join(
        f'<th scope="col">{say("curve", key)}</th>'
        for key in ("choice", "slopes", "median", "below", "above")
    )
    found = []
    for sample in curve_samples(curve):
        rows = curve[curve["sample"] == sample]
        body = "".join(
            f'<tr><th scope="row">{data_words(row["choice"])}: {data_words(row["value"])}</th>'
            f'<td class="n">{row["count"]}</td><td class="n">{number(row["median"], 2)}</td>'
            f'<td class="n">{row["below"]}</td><td class="n">{row["above"]}</td></tr>'
            for row in choice_summary(curve, sample)
        )
        english, zh = pair("curve", "summary", **_summary(rows, sample))
        found.append(
            f"<figure>{both(english, zh, 'figcaption')}{curve_picture(curve, sample, view)}"
            f'<details>{say("curve", "by_choice", "summary")}<div class="scroll" tabindex="0" '
            f'role="region" aria-label="{escape(sample)}"><table><thead><tr>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table></div></details></figure>"
        )
    return "".join(found)


def choice_title(name: str) -> str:
    """Return how a choice is called on the page.

    Examples
    --------
    >>> choice_title("window"), choice_title("errors")
    ('Outcome and years', 'Standard errors')
    """
    return label("choice", name)


def choice_summary(table: pd.DataFrame, sample: str) -> list[dict]:
    """Say of every choice how the slopes made under it fall: the curve's lower half as a table."""
    rows = table[table["sample"] == sample]
    found = []
    for name in CHOICES:
        for value, group in rows.groupby(name, sort=True):
            found.append(
                {
                    "choice": choice_title(name),
                    "value": str(value),
                    "count": len(group),
                    "median": float(group["estimate"].median()),
                    "below": int((group["high"] < 0).sum()),
                    "above": int((group["low"] > 0).sum()),
                }
            )
    return found
