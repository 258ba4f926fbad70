"""Map layers and the zone in; the map out."""

import geopandas as gpd
import pandas as pd

from _job import job
from guantian.chapters.data.figures_map import draw_zone_map
from guantian.present.style import apply_style, save

with job(snakemake):
    apply_style(snakemake.input.fonts)
    cities = pd.read_parquet(snakemake.input.names).set_index("city_code")
    figure = draw_zone_map(
        gpd.read_parquet(snakemake.input.prefectures),
        gpd.read_parquet(snakemake.input.provinces),
        cities,
        pd.read_parquet(snakemake.input.province_names).set_index("province_code"),
        snakemake.params.members,
        snakemake.params.core,
    )
    shown = cities.loc[snakemake.params.members, ["name_en", "name_zh", "province_code"]]
    shown["core"] = (shown.index == snakemake.params.core).astype("int64")
    save(figure, snakemake.output, data=shown.reset_index())
