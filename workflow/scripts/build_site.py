"""The ledger, the panels, the zones, the map and the flows in; one page out."""

import json
from pathlib import Path

from _job import job

import geopandas as gpd
import pandas as pd
import yaml

from guantian.chapters.external.compare import compared, read_external
from guantian.geography.boundaries import ALBERS
from guantian.geography.counties import read_counties
from guantian.geography.zones import read_zones
from guantian.results import read
from guantian.site import SiteData, build_page
from guantian.site.shapes import picture


def from_yaml(path):
    """Read a file of settings."""
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def from_json(path):
    """Read what another rule has written."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


with job(snakemake):
    given, params = snakemake.input, snakemake.params
    zone = params.zone
    specs, cited = from_yaml(given.specs), from_yaml(given.citation)
    sources = pd.read_csv(given.sources, usecols=["table", "repository"])
    data = SiteData(
        zone=zone,
        about=params.about,
        panel=pd.read_parquet(given.panel),
        codebook=pd.read_csv(given.codebook, index_col="variable"),
        provenance=pd.read_parquet(given.provenance),
        variables=params.variables,
        picture=picture(
            gpd.read_parquet(given.prefectures), [member["code"] for member in zone["members"]]
        ),
        flows=pd.read_parquet(given.flows),
        claims=from_json(given.ledger),
        words=from_json(given.words),
        size=from_json(given.numbers)["zone"]["size"],
        breaks=pd.read_csv(given.breaks),
        placebo=pd.read_parquet(given.placebo).query("set == 'main'").head(params.placebo_zones),
        base_year=params.base_year,
        growth_years=tuple(params.growth_years),
        alpha=params.alpha,
        confidence=params.confidence,
        counties=(
            pd.read_parquet(given.counties),
            pd.read_csv(given.county_codebook, index_col="variable"),
            read_counties(given.outlines).to_crs(ALBERS),
        ),
        zones=read(given.zones),
        every_zone=read_zones(Path(given.every_zone[0]).parent),
        external=compared(
            read_external(given.checks, params.zone["id"]),
            pd.concat([read(path) for path in given.estimates], ignore_index=True),
        ),
        clubs=pd.read_csv(given.clubs, dtype={"city_code": "str"}),
        plan=read(given.plan),
        core=read(given.core),
        folder=Path(given.sources).parent,
        citation={**cited, "authors": [author["name"] for author in cited["authors"]]},
        sources=sources["repository"].nunique(),
        tables=sources["table"].nunique(),
        papers=params.papers,
        curve=read(given.curve),
        spans=specs["windows"] | specs["combinations"],
    )
    Path(snakemake.output[0]).write_text(build_page(data), encoding="utf-8")
