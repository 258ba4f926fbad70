"""Map layers and the zone in; the map out."""

from _job import job

import geopandas as gpd
import pandas as pd

from guantian.chapters.data.figures_map import draw_zone_map
from guantian.present.captions import caption
from guantian.present.figures import apply_style, save

with job(snakemake):
    apply_style(snakemake.input.fonts)
    figure, data = draw_zone_map(
        gpd.read_parquet(snakemake.input.prefectures),
        gpd.read_parquet(snakemake.input.provinces),
        pd.read_parquet(snakemake.input.names).set_index("city_code"),
        pd.read_parquet(snakemake.input.province_names).set_index("province_code"),
        snakemake.params.members,
        snakemake.params.core,
    )
    text = caption("data", "zone_map").alt
    save(figure, data, snakemake.output, alt=text)
