"""The page put together: answers, ledger, zones, cities, map, charts and script in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

import pandas as pd

from guantian.claims.tables import evidence_in_words
from guantian.present.format import p_value
from guantian.site.charts import curve_choices, curve_section
from guantian.site.cities import cards, pack, panel_data
from guantian.site.counties import county_data
from guantian.site.external import external_table
from guantian.site.flows import link_table, links_between, network
from guantian.site.ledger import answers, as_number, entries, filters, for_rule, summary
from guantian.site.shapes import Picture, labels_apart
from guantian.site.strings import both, fill, named, pair, say, strings
from guantian.site.trail import provenance_data, test_data
from guantian.site.zones import zone_data, zone_options, zone_table

if TYPE_CHECKING:
    import geopandas as gpd

    from guantian.geography.zones import Zone

#: In the order in which they run, in one scope.
SCRIPTS = ("base", "rule", "ledger", "chart", "cities", "map", "zones", "trail", "page")
#: Of a secondary estimate, beside what it is called.
ENDS = ("estimate", "conf_low", "conf_high")


@dataclass(frozen=True)
class SiteData:
    """What the page shows.

    Attributes
    ----------
    zone, about
        The zone under study, and the one about which the claims were made: ``id``, ``name_en``,
        ``name_zh``, ``members`` (``code``, ``name_en``).
    panel, codebook, provenance
        The panel of all cities, its codebook by variable, and where its values are from.
    variables
        Names of the panel's variables whose charts are shown, the first one on the map.
    picture, flows
        The zone's shapes; ``origin_code``, ``destination_code``, ``flow_index``.
    claims, words
        The ledger, as its JSON holds it, and the numbers of the paper's chapter on claims.
    size
        Of the zone, in words.
    breaks
        ``table``, ``unit``, ``column``, ``year``, ``kind``, ``reason``.
    placebo
        Placebo zones, a member a column.
    base_year, growth_years, alpha, confidence
        Of real values, of mean growth, and the levels of tests and intervals.
    counties
        The panel of counties, its codebook and the counties' outlines in metres.
    zones, every_zone
        Estimates of the chapter on all approved zones, or None; the zones by id.
    external
        Published results beside ours, as `guantian.chapters.external.compare.compared` has them.
    clubs, plan, core
        Lists and estimates of the chapters from which the cards of the cities come.
    folder
        The data folder, with errata and sources.
    citation
        ``authors`` (texts), ``title``, ``version``, ``license``.
    sources, tables
        How many sources and raw tables there are.
    papers
        Names of the PDFs beside the page.
    curve, spans
        Estimates of a specification curve, or None; its windows by name.
    """

    zone: Mapping
    about: Mapping
    panel: pd.DataFrame
    codebook: pd.DataFrame
    provenance: pd.DataFrame
    variables: Sequence[str]
    picture: Picture
    flows: pd.DataFrame
    claims: Sequence[Mapping]
    words: Mapping
    size: str
    breaks: pd.DataFrame
    placebo: pd.DataFrame
    base_year: int
    growth_years: tuple[int, int]
    alpha: float
    confidence: float
    counties: tuple[pd.DataFrame, pd.DataFrame, gpd.GeoDataFrame]
    zones: pd.DataFrame | None
    every_zone: Mapping[str, Zone]
    external: pd.DataFrame
    clubs: pd.DataFrame
    plan: pd.DataFrame
    core: pd.DataFrame
    folder: str
    citation: Mapping
    sources: int
    tables: int
    papers: Sequence[str] = ()
    curve: pd.DataFrame | None = None
    spans: Mapping[str, Mapping] = field(default_factory=dict)


def build_page(data: SiteData) -> str:
    """Return the page."""
    names = _names(data)
    links = links_between(data.flows, list(names))
    curve = None if data.curve is None else curve_choices(data.curve, data.spans)
    zones = zone_data(data.zones, data.every_zone, data.zone["id"])
    confidence = f"{100 * data.confidence:g}"
    parts = {
        "title": escape(pair("page", "title")[0]),
        "title_zh": escape(pair("page", "title")[1]),
        "about": escape(pair("page", "about")[0]),
        "lead": _lead(data),
        "made_by": _made_by(data),
        "answers": summary(data.claims) + answers(data.claims),
        "ledger_said": say(
            "ledger",
            "said",
            "p",
            statements=data.words["statements"],
            tests=data.words["tests"],
        ),
        "picture_said": say("ledger", "picture", "p", confidence=confidence),
        "alpha": f"{data.alpha:g}",
        "filters": filters(data.claims),
        "claims": entries(data.claims),
        "zones_said": say("zones", "said", "p", confidence=confidence),
        "zone_options": zone_options(zones),
        "zone_table": zone_table(zones),
        "external": external_table(data.external),
        "map": _map(data, names),
        "network": network(links, data.picture, names),
        "links": link_table(links, names),
        "curve": curve_section(curve),
        "sure": _sure(data.size, len(data.zone["members"])),
        "papers": "".join(
            f'<a href="../paper/{escape(name)}.pdf">{say("paper", name)}</a> · '
            for name in data.papers
        ),
        "style": _resource("style.css"),
        "small": _json(_small(data, zones)),
        "packed": pack(_packed(data)),
        "script": "".join(_resource(f"script/{name}.js") for name in SCRIPTS),
    }
    return _Page(_resource("page.html")).substitute(_Texts(parts))


class _Page(Template):
    """A template whose names may have a dot: ``$ledger.head`` is a text of the file of strings."""

    idpattern = r"[a-z_][a-z0-9_]*(?:[.:@][a-z_]+)*"


class _Texts(dict):
    """Parts of the page; of others ``section.key`` is a text of the file of strings.

    ``tag:section.key`` puts it in that element, ``section@key`` makes it an element's name.
    """

    def __missing__(self, name: str) -> str:
        if "@" in name:
            return named(*name.split("@"))
        tag, _, rest = name.rpartition(":")
        return say(*rest.split("."), tag or "span")


def _resource(name: str) -> str:
    return files("guantian.site").joinpath(name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", r"\u003c")


def _names(data: SiteData) -> dict[str, tuple[str, str]]:
    """Return the names of the zone's cities by code, as the data have them."""
    members = sorted(data.zone["members"], key=lambda member: member["code"])
    first = data.panel["name_zh"].groupby(level="city_code").first()
    return {one["code"]: (one["name_en"], first.get(one["code"], "")) for one in members}


def _lead(data: SiteData) -> str:
    def called(zone: Mapping) -> tuple[str, str]:
        return zone["name_en"], zone["name_zh"]

    lead = say("page", "lead", zone=called(data.zone), claims=str(len(data.claims)))
    if data.about["name_en"] == data.zone["name_en"]:
        return lead
    return f"{lead} {say('page', 'other_zone', about=called(data.about))}"


def _made_by(data: SiteData) -> str:
    cited = data.citation
    authors = ", ".join(cited["authors"])
    about = data.about["name_en"], data.about["name_zh"]
    counted = {"sources": str(data.sources), "tables": str(data.tables)}
    said = say(
        "page",
        "made_by",
        about=about,
        authors=authors,
        version=cited["version"],
        licence=cited["license"],
        **counted,
    )
    text = fill(
        strings()["page"]["citation"],
        authors=authors,
        title=cited["title"],
        version=cited["version"],
    )
    return f"<p>{said}</p><p>{say('page', 'cite')}: <cite>{escape(text[0])}</cite></p>"


def _sure(size: str, members: int) -> str:
    texts = strings()["sure"]["texts"]
    return "".join(both(*fill(text, size=(size, str(members))), "p") for text in texts)


def _map(data: SiteData, names: Mapping[str, tuple[str, str]]) -> str:
    shapes = "".join(
        f'<path class="city" data-code="{escape(code)}" d="{line}"/>'
        for code, line in data.picture.cities.items()
    )
    labels = "".join(
        f'<text x="{x}" y="{y}" data-code="{escape(code)}">'
        f"{both(*names[code], 'tspan')}"
        f'<tspan class="figure" x="{x}" dy="27"></tspan></text>'
        for code, (x, y) in labels_apart(data.picture.points).items()
    )
    return (
        f'<svg class="map" viewBox="0 0 {data.picture.width} {data.picture.height}" role="img" '
        f"{named('map', 'picture')}>"
        '<defs><pattern id="hatch" width="10" height="10" patternUnits="userSpaceOnUse">'
        '<path d="M0 10L10 0" stroke="var(--soft)" stroke-width="1.5"/></pattern></defs>'
        f'<path class="around" d="{data.picture.around}"/><g id="county-shapes"></g>'
        f'<g id="city-shapes">{shapes}</g><use id="outline" href=""/>{labels}</svg>'
    )


def _small(data: SiteData, zones: Mapping) -> dict[str, Any]:
    """Return what the page needs at once."""
    words = {key: list(texts) for key, texts in strings()["script"].items()}
    for section in ("verdict", "qualifier", "analysis", "estimand"):
        for key, texts in strings()[section].items():
            words[f"{section} {key}"] = list(texts)
    words |= {"answers": list(strings()["answers"]["summary"])}
    return {
        "alpha": data.alpha,
        "words": words,
        "tests": for_rule(data.claims, data.confidence),
        "zones": zones,
        "variables": list(data.variables),
    }


def _packed(data: SiteData) -> dict[str, Any]:
    """Return what the page needs when someone looks at cities, a map or a trail."""
    members = list(_names(data))
    county_panel, county_book, outlines = data.counties
    return {
        "panel": panel_data(
            data.panel, data.codebook, members, data.placebo, data.breaks, data.base_year
        ),
        "cards": cards(data.panel, data.clubs, data.plan, data.core, data.growth_years),
        "counties": county_data(county_panel, county_book, outlines, members, data.picture.frame),
        "provenance": provenance_data(data.provenance, members, data.folder, data.variables),
        "tests": test_data(data.claims),
        "evidence": {
            claim["id"]: [
                [
                    *(row["part"], row["analysis"], said),
                    *(row[name] for name in ENDS),
                    p_value(as_number(row["p_value"])),
                ]
                for row, said in zip(
                    claim["evidence"], evidence_in_words(claim["evidence"]), strict=True
                )
            ]
            for claim in data.claims
        },
    }


__all__ = ["SiteData", "build_page"]
