"""The page put together: text, ledger, map, charts and script in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from string import Template

import pandas as pd

from guantian.present.format import number
from guantian.site.breaks import Break, known_breaks
from guantian.site.charts import (
    choice_summary,
    curve_chart,
    curve_choices,
    curve_samples,
    series_chart,
)
from guantian.site.flows import link_table, links_between, network
from guantian.site.ledger import documents, entries, filters
from guantian.site.shapes import Picture, labels_apart

DOCUMENTS = {
    "S1": "S1: how China’s local governments compete and cooperate",
    "S2": "S2: why their cooperation fails",
}


@dataclass(frozen=True)
class SiteData:
    """What the page shows.

    Attributes
    ----------
    zone
        ``name_en``, ``name_zh``, ``members`` (``code``, ``name_en``).
    panel
        Index (city_code, year), with ``name_zh``: the zone's cities.
    variables
        Names of the panel's variables on the map and in the series, the first shown first.
    codebook
        Index variable; ``title`` and ``unit``.
    picture
        The zone's shapes.
    flows
        ``origin_code``, ``destination_code``, ``flow_index``.
    claims
        The ledger, as its JSON holds it.
    numbers, words
        The printed numbers of the paper's text and of its chapter on claims.
    breaks
        ``table``, ``unit``, ``column``, ``year``, ``kind``, ``reason``: see `known_breaks`.
    about
        ``name_en``, ``name_zh`` of the zone about which the claims were made.
    base_year
        Of real figures.
    curve
        Tidy estimates of a specification curve, or None.
    spans
        The curve's windows: name to ``label``, ``first``, ``last``.
    chapters
        The printed numbers of chapters by name; ``inequality``, ``linkage`` and ``plan`` are used.
    """

    zone: Mapping
    panel: pd.DataFrame
    variables: Sequence[str]
    codebook: pd.DataFrame
    picture: Picture
    flows: pd.DataFrame
    claims: Sequence[Mapping]
    numbers: Mapping
    words: Mapping
    breaks: pd.DataFrame
    about: Mapping
    base_year: int
    curve: pd.DataFrame | None = None
    spans: Mapping[str, Mapping] = field(default_factory=dict)
    chapters: Mapping[str, Mapping] = field(default_factory=dict)


def build_page(data: SiteData, vega: str) -> str:
    """Return the page.

    Parameters
    ----------
    data
        What it shows.
    vega
        Vega, Vega-Lite and their embedding as one script, which sets ``window.vegaEmbed``.
    """
    names = {member["code"]: member["name_en"] for member in _members(data)}
    links = links_between(data.flows, list(names))
    curve = None if data.curve is None else curve_choices(data.curve, data.spans)
    if curve is not None and curve.empty:
        curve = None
    parts = {
        "title": f"Guantian 关天: {data.zone['name_en']}",
        "zone": escape(data.zone["name_en"]),
        "claimed": _claimed(data),
        "size": escape(data.numbers["zone"]["size"]),
        "facts": _facts(data),
        "documents": documents(data.claims, data.words["documents"], DOCUMENTS),
        "filters": filters(data.claims),
        "claims": entries(data.claims),
        "claims_size": str(len(data.claims)),
        "tests_size": data.words["tests"],
        "statements_size": data.words["statements"],
        "confidence": data.words["confidence"],
        "alpha": data.words["alpha"],
        "chips": _chips(data),
        "map": _map(data, names),
        "options": _options(data),
        "years": _years(data.panel, data.variables[0]),
        "network": network(links, data.picture, names),
        "links": link_table(links, names),
        "series": _series(data, names),
        "curve": _curve(curve),
        "style": _resource("style.css"),
        "vega": vega.replace("</script", r"<\/script"),
        "data": _json(_data(data, names, curve)),
        "script": _resource("page.js"),
    }
    return Template(_resource("page.html")).substitute(parts)


def _resource(name: str) -> str:
    return files("guantian.site").joinpath(name).read_text(encoding="utf-8")


def _json(value) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("</", r"<\/")


def _unit(data: SiteData, variable: str) -> str:
    unit = data.codebook.at[variable, "unit"].split(";")[0]  # the rest is for who computes with it
    return unit.replace("the base year", str(data.base_year))


def _breaks(data: SiteData, variable: str) -> list[Break]:
    known = data.panel[variable].dropna()
    years = {
        member["code"]: known[
            known.index.get_level_values("city_code") == member["code"]
        ].index.get_level_values("year")
        for member in _members(data)
    }
    return known_breaks(variable, data.codebook, data.breaks, years)


def _claimed(data: SiteData) -> str:
    """Say about whom the claims were made, and which zone is their case and which is studied."""

    def called(zone: Mapping) -> str:
        return f'{escape(zone["name_en"])} (<span lang="zh">{escape(zone["name_zh"])}</span>)'

    said = f"about China's local governments; one takes the {called(data.about)} as its case."
    if data.about["name_en"] != data.zone["name_en"]:
        said += f" Here the zone's column is of another one, the {called(data.zone)}."
    return said


def _members(data: SiteData) -> list[Mapping]:
    return sorted(data.zone["members"], key=lambda member: member["code"])


def _data(data: SiteData, names: Mapping[str, str], curve: pd.DataFrame | None) -> dict:
    values, charts = {}, {}
    for variable in data.variables:
        known = data.panel[variable]
        table = known.unstack("year")
        values[variable] = {
            code: [None if pd.isna(value) else float(f"{value:.5g}") for value in row]
            for code, row in zip(table.index, table.to_numpy(dtype="float64"), strict=True)
        }
        cuts = [found.year for found in _breaks(data, variable) if found.cuts]
        charts[variable] = series_chart(known, data.codebook.at[variable, "title"], names, cuts)
    years = data.panel.index.get_level_values("year")
    curves = [] if curve is None else curve_samples(curve)
    return {
        "first": int(years.min()),
        "names": dict(names),
        "titles": {name: data.codebook.at[name, "title"] for name in data.variables},
        "units": {name: _unit(data, name) for name in data.variables},
        "values": values,
        "charts": charts,
        "curves": {sample: curve_chart(curve, sample) for sample in curves},
    }


def _facts(data: SiteData) -> str:
    """Numbers with which to begin, where the study has them."""
    zone, found = data.numbers["zone"], []
    found.append(
        (
            f"{zone['growth_mean']}%",
            f"mean real growth a year, {zone['growth_first']}–{zone['growth_last']}, as reported: "
            f"from {zone['growth_slowest_mean']} in {zone['growth_slowest']} to "
            f"{zone['growth_fastest_mean']} in {zone['growth_fastest']}",
        )
    )
    spread = data.chapters["convergence"].get("sigma", {}).get("reported", {}).get("zone")
    if spread:
        found.append(
            (
                f"× {spread['ratio']}",
                f"the dispersion of reported GDP per head between the cities, {spread['years']}, "
                f"with an interval of {spread['interval']}: it {spread['verdict']}",
            )
        )
    slope = data.chapters["convergence"].get("beta", {}).get("reported", {}).get("zone")
    if slope:
        found.append(
            (
                f"± {slope['detectable']}",
                f"log points × 100 a year: how steep a slope of growth on the initial level must "
                f"be to be found with {zone['size']} cities. Seen is {slope['slope']} "
                f"{slope['interval']}",
            )
        )
    found += _chapter_facts(data.chapters)
    return "".join(
        f"<li><b>{escape(one)}</b><span>{escape(said)}</span></li>" for one, said in found
    )


def _chapter_facts(chapters: Mapping[str, Mapping]) -> list[tuple[str, str]]:
    """A number each of the chapters on chance, flows and the plan."""
    found = []
    if "inequality" in chapters:
        grown = chapters["inequality"]["growth"]["real_growth"]
        found.append(
            (
                f"{grown['difference']} points",
                f"real growth a year, {grown['first']}–{grown['last']}, less the median of random "
                f"contiguous groups of as many cities: {grown['interval']}",
            )
        )
    if "linkage" in chapters:
        border = chapters["linkage"]["gravity"]["province"]
        found.append(
            (
                f"× {border['times']}",
                f"flows of people within a province over those across its border at the same "
                f"distance: {border['times_interval']}",
            )
        )
    if "plan" in chapters:
        plan, base = chapters["plan"]["headline"], chapters["plan"]["year"]
        found.append(
            (
                f"{plan['relative']}",
                f"log points of output since the plan of {base}, less the median of placebo zones: "
                f"{plan['interval']}; {plan['detectable']} could have been found",
            )
        )
    return found


def _chips(data: SiteData) -> str:
    chinese = data.panel["name_zh"].groupby(level="city_code").first().str.removesuffix("市")
    return "".join(
        f'<button type="button" class="chip" data-code="{member["code"]}" aria-pressed="false">'
        f'<i style="background:var(--c{i})"></i>{escape(member["name_en"])} '
        f'<span lang="zh">{escape(chinese.get(member["code"], ""))}</span></button>'
        for i, member in enumerate(_members(data))
    )


def _map(data: SiteData, names: Mapping[str, str]) -> str:
    shapes = "".join(
        f'<path class="city" data-code="{code}" d="{path}">'
        f"<title>{escape(names[code])}</title></path>"
        for code, path in data.picture.cities.items()
    )
    labels = "".join(
        f'<text x="{x}" y="{y}" data-code="{code}">'
        f'<tspan class="name">{escape(names[code])}</tspan>'
        f'<tspan class="value" x="{x}" dy="27"></tspan></text>'
        for code, (x, y) in labels_apart(data.picture.points).items()
    )
    return (
        f'<svg class="map" viewBox="0 0 {data.picture.width} {data.picture.height}" role="img" '
        'aria-label="Map of the zone; the table below holds the same figures.">'
        f'<path class="around" d="{data.picture.around}"/>{shapes}{labels}</svg>'
    )


def _options(data: SiteData) -> str:
    return "".join(
        f'<option value="{name}">{escape(data.codebook.at[name, "title"])}</option>'
        for name in data.variables
    )


def _years(panel: pd.DataFrame, variable: str) -> str:
    """Return the slider's ends; it begins where the variable's figures of most cities end."""
    years = panel.index.get_level_values("year")
    counts = panel[variable].groupby(level="year").count()
    last = counts[counts == counts.max()].index.max()
    return f'min="{years.min()}" max="{years.max()}" value="{last}"'


def _series(data: SiteData, names: Mapping[str, str]) -> str:
    found = []
    for name in data.variables:
        breaks = _breaks(data, name)
        cut = "".join(
            f"<small>Cut at {one.year}: {escape(one.reason)}</small>" for one in breaks if one.cuts
        )
        found.append(
            f"<figure><figcaption>{escape(data.codebook.at[name, 'title'])} "
            f"<small>{escape(_unit(data, name))}</small>{cut}</figcaption>"
            f'<div class="chart" data-series="{name}"></div>'
            f"{_break_list([one for one in breaks if not one.cuts], names)}</figure>"
        )
    return "".join(found)


def _break_list(breaks: Sequence[Break], names: Mapping[str, str]) -> str:
    """List the breaks that a line runs across; what touches all cities names none."""
    if not breaks:
        return ""
    items = "".join(
        f"<li>{one.year}"
        f"{'' if len(one.cities) == len(names) else ', ' + ', '.join(names[c] for c in one.cities)}"
        f": {escape(one.reason)}</li>"
        for one in breaks
    )
    said = f"Breaks in these figures: {len(breaks)}"
    return f'<details class="breaks"><summary>{said}</summary><ul>{items}</ul></details>'


def _curve(curve: pd.DataFrame | None) -> str:
    if curve is None:
        return (
            "<p>This study holds no specification curve: it is drawn where the estimates "
            "<code>specification_curve</code> have been made.</p>"
        )
    found = []
    for sample in curve_samples(curve):
        rows = curve[curve["sample"] == sample]
        below, above = int((rows["high"] < 0).sum()), int((rows["low"] > 0).sum())
        body = "".join(
            f'<tr><th scope="row">{escape(row["choice"])}: {escape(row["value"])}</th>'
            f'<td class="n">{row["count"]}</td><td class="n">{number(row["median"], 2)}</td>'
            f'<td class="n">{row["below"]}</td><td class="n">{row["above"]}</td></tr>'
            for row in choice_summary(curve, sample)
        )
        found.append(
            f"<figure><figcaption>{sample.capitalize()}: {len(rows)} slopes, median "
            f"{number(rows['estimate'].median(), 2)}; the interval lies below zero in {below}, "
            f"above it in {above}</figcaption>"
            f'<div class="chart" data-curve="{sample}"></div>'
            f"<details><summary>By choice, as a table</summary>"
            '<div class="scroll" tabindex="0" role="region" aria-label="Slopes by choice">'
            '<table><thead><tr><th scope="col">Choice</th><th scope="col">Slopes</th>'
            '<th scope="col">Median</th><th scope="col">Below zero</th>'
            f'<th scope="col">Above zero</th></tr></thead><tbody>{body}</tbody></table>'
            "</div></details></figure>"
        )
    return "".join(found)
