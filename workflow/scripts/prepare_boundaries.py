"""Raw boundaries in; map layers of prefectures and provinces out."""

from _job import job

import pandas as pd

from guantian.geography.boundaries import read_prefectures
from guantian.geography.layers import map_layers

with job(snakemake):
    cities = pd.read_parquet(snakemake.input.names).set_index("city_code")
    prefectures, provinces = map_layers(read_prefectures(snakemake.input.boundaries), cities)
    prefectures.to_parquet(snakemake.output.prefectures)
    provinces.to_parquet(snakemake.output.provinces)
