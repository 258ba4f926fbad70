"""Results and the Chinese words in; the figures of the summary in Chinese out."""

import json
from pathlib import Path

from _job import job

import geopandas as gpd
import pandas as pd
import yaml

from guantian.chapters.data.figures_map import draw_zone_map
from guantian.chapters.plan.figures import draw_zones
from guantian.chapters.plan.names import PlanNames
from guantian.claims.figures import draw_claims
from guantian.geography.zones import read_zones
from guantian.labels import in_words
from guantian.paper.figures import draw_borders
from guantian.present.figures import apply_style, save
from guantian.results import read

with job(snakemake):
    given, zone = snakemake.input, snakemake.params.zone
    strings = yaml.safe_load(Path(given.strings).read_text(encoding="utf-8"))
    keys = json.loads(Path(given.trails).read_text(encoding="utf-8"))
    zones = {
        name: each.model_copy(update={"name_en": each.name_zh})
        for name, each in read_zones(Path(given.zones[0]).parent).items()
    }
    called = PlanNames(zones[zone["id"]], zones, pd.Series(), pd.Series(), {}, ())
    apply_style(given.fonts)
    with in_words(strings["words"]):
        drawn = {
            "zone_map": draw_zone_map(
                gpd.read_parquet(given.prefectures),
                gpd.read_parquet(given.provinces),
                pd.read_parquet(given.names).set_index("city_code"),
                pd.read_parquet(given.province_names).set_index("province_code"),
                snakemake.params.members,
                zone["core"],
                shown_names=["name_zh"],
            ),
            "plan_zones": draw_zones(read(given.plan), called),
            "claims": draw_claims(pd.read_parquet(given.tests), strings["claims"]),
            "paper_borders": draw_borders(keys),
        }
    for path in snakemake.output:
        figure, data = drawn[Path(path).stem]
        save(figure, data, [path], alt=strings["alternatives"][Path(path).stem])
