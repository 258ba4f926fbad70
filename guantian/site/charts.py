"""Vega-Lite specifications of the page's charts; colours come from the page, light or dark."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from guantian.labels import label

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # a name; nothing is fetched
#: The choices of a specification, and the columns of estimates that hold them.
CHOICES = {
    "window": "variant",
    "controls": "group",
    "effects": "effect",
    "weights": "weights",
    "errors": "errors",
}
TITLES = {"window": "Outcome and years"}  # the other choices have their names for titles
SAMPLES = ("zone", "region", "nation")


def series_chart(
    values: pd.Series, title: str, names: Mapping[str, str], cuts: Collection[int] = ()
) -> dict:
    """Return the chart of one variable over the years, one line per city.

    A line is broken where a year has no value, and before the years in `cuts`; a value with none
    beside it is a dot.

    Parameters
    ----------
    values
        Index (city_code, year).
    title
        Read by screen readers.
    names
        Code to the city's name, in the order of the colours.
    cuts
        Years from which the figures are not to be compared with those before.
    """
    known = values.dropna()
    records = [
        {"code": code, "city": names[code], **record}
        for code in known.index.unique(level=0)
        for record in _records(known[code], cuts)
    ]
    chosen = "city === '' || datum.code === city"
    x = {"field": "year", "type": "quantitative", "axis": {"format": "d", "title": None}}
    x["scale"] = {"nice": False, "zero": False}
    y = {"field": "value", "type": "quantitative", "axis": {"title": None, "tickCount": 4}}
    y["scale"] = {"zero": bool(len(known)) and bool(known.min() >= 0)}
    colour = {"field": "code", "type": "nominal", "legend": None}
    colour["scale"] = {"domain": list(names)}
    tips = [
        {"field": "city", "title": "City"},
        {"field": "year", "title": "Year"},
        {"field": "value", "title": "Value", "type": "quantitative", "format": ",.4~r"},
    ]
    lit = {"condition": {"test": chosen, "value": 1}, "value": 0.15}
    lone = _where(f"datum.alone && ({chosen})")
    lone["condition"] = [lone["condition"], {"test": "datum.alone", "value": 0.15}]
    return {
        "$schema": SCHEMA,
        "description": f"Line chart: {title}, by city and year.",
        "width": "container",
        "height": 180,
        "data": {"values": records},
        "params": [{"name": "city", "value": ""}, {"name": "year", "value": 0}],
        "encoding": {"x": x},
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"},
                "encoding": {"y": y, "color": colour, "opacity": lit, "detail": {"field": "run"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 14, "aria": False},
                "encoding": {"y": y, "color": colour, "opacity": lone},
            },
            {
                "mark": {"type": "rule", "strokeDash": [3, 3]},
                "encoding": {"opacity": _where("datum.year === year")},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 40},
                "encoding": {
                    "y": y,
                    "color": colour,
                    "opacity": _where(f"datum.year === year && ({chosen})"),
                },
            },
            {  # wide and unseen: something to point at
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0},
                "encoding": {"y": y, "tooltip": tips},
            },
        ],
    }


def _records(known: pd.Series, cuts: Collection[int]) -> list[dict]:
    """Number a city's runs of years without a gap or a cut, each a line of its own."""
    years = [int(year) for year in known.index]
    starts = [True, *(b > a + 1 or b in cuts for a, b in pairwise(years))]
    ends = [*starts[1:], True]
    runs = pd.Series(starts).cumsum()
    return [
        {"year": year, "value": float(f"{value:.6g}"), "run": int(run), "alone": start and end}
        for year, value, run, start, end in zip(years, known, runs, starts, ends, strict=True)
    ]


def _where(test: str) -> dict:
    """Show what passes a test; the rest stays in the data, so that no scale runs empty."""
    return {"condition": {"test": test, "value": 1}, "value": 0}


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


def curve_chart(table: pd.DataFrame, sample: str) -> dict:
    """Return the specification curve of a sample: its slopes in order, with their intervals."""
    rows = table[table["sample"] == sample]
    values = rows.drop(columns="sample").to_dict("records")
    x = {"field": "rank", "type": "quantitative", "axis": None, "scale": {"nice": False}}
    figures = {"estimate": "Slope × 100", "low": "from", "high": "to"}
    tips = [
        *(
            {"field": name, "title": title, "type": "quantitative", "format": ",.2f"}
            for name, title in figures.items()
        ),
        *({"field": name, "title": choice_title(name)} for name in CHOICES),
    ]
    colour = {"condition": {"test": "datum.clear", "value": {"expr": "strong"}}}
    colour["value"] = {"expr": "weak"}
    y = {"field": "estimate", "type": "quantitative", "title": "Slope × 100"}
    above = {
        "width": "container",
        "height": 220,
        "layer": [
            {"mark": {"type": "rule"}, "encoding": {"y": {"datum": 0}}},
            {
                "mark": {"type": "rule", "opacity": 0.35, "clip": True},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "low"},
                    "y2": {"field": "high"},
                    "color": colour,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 14, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": colour, "tooltip": tips},
            },
        ],
    }
    return {
        "$schema": SCHEMA,
        "description": f"Specification curve of convergence, {sample}: {len(rows)} slopes.",
        "params": [{"name": "strong", "value": ""}, {"name": "weak", "value": ""}],
        "data": {"values": values},
        **above,
    }


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


def curve_samples(table: pd.DataFrame) -> Sequence[str]:
    """Return the samples that have a curve, the zone first."""
    return [name for name in SAMPLES if (table["sample"] == name).any()]
