"""The ledger, the panel, the map and the flows in; one page out."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import vl_convert
import yaml

from _job import job
from guantian.site import SiteData, build_page
from guantian.site.shapes import picture

with job(snakemake):
    given, zone = snakemake.input, snakemake.params.zone
    members = [member["code"] for member in zone["members"]]
    panel = pd.read_parquet(given.panel)
    specs = yaml.safe_load(Path(given.specs).read_text(encoding="utf-8"))
    data = SiteData(
        zone=zone,
        panel=panel[panel.index.get_level_values("city_code").isin(members)],
        variables=snakemake.params.variables,
        codebook=pd.read_csv(given.codebook, index_col="variable"),
        picture=picture(gpd.read_parquet(given.prefectures), members),
        flows=pd.read_parquet(given.flows),
        claims=json.loads(Path(given.ledger).read_text(encoding="utf-8")),
        numbers=json.loads(Path(given.numbers).read_text(encoding="utf-8")),
        words=json.loads(Path(given.words).read_text(encoding="utf-8")),
        breaks=pd.read_csv(given.breaks),
        about=snakemake.params.about,
        base_year=snakemake.params.base_year,
        curve=pd.read_parquet(given.curve),
        spans=specs["windows"] | specs["combinations"],
        chapters={
            Path(path).stem: json.loads(Path(path).read_text(encoding="utf-8"))
            for path in given.chapters
        },
    )
    page = build_page(data, vl_convert.javascript_bundle())
    Path(snakemake.output[0]).write_text(page, encoding="utf-8")
