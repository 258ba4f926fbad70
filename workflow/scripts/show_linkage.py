"""Estimates of cooperation in; tables, figures and the numbers of the text out."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from _job import job
from guantian.chapters.linkage.figures import draw_border, draw_linkage_acts, draw_lockdown
from guantian.chapters.linkage.figures_flows import draw_communities, draw_zone_flows
from guantian.chapters.linkage.numbers import linkage_numbers
from guantian.chapters.linkage.tables import linkage_tables
from guantian.data.acts import read_acts
from guantian.estimates import read_estimates
from guantian.present.style import apply_style, forms_by_figure, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    files, given, out = snakemake.input, snakemake.params, snakemake.output
    gravity, linkage = read_estimates(files.gravity), read_estimates(files.linkage)
    pairs, acts = pd.read_parquet(files.pairs), read_acts(files.acts)
    codes = {"city_code": str, "code_a": str, "code_b": str}
    series, _, cities, labels, months = (pd.read_csv(path, dtype=codes) for path in files.series)
    cities_of = pd.read_parquet(files.names).set_index("city_code")
    names, provinces = cities_of["name_en"].to_dict(), cities_of["province_code"].to_dict()
    province_names = pd.read_parquet(files.province_names).set_index("province_code")["name_en"]
    own = sorted({provinces[code] for code in given.zone})
    layers = gpd.read_parquet(files.prefectures), gpd.read_parquet(files.provinces)
    known = names | province_names.to_dict()
    for table in linkage_tables(gravity, linkage, pairs, cities, acts, known, given.confidence):
        write_table(table, Path(out.tables[0]).parent)
    apply_style(files.fonts)
    figures = (
        draw_linkage_acts(series, acts, given.since),
        draw_zone_flows(pairs, *layers, names, given.core),
        draw_border(gravity, known, set(own), given.confidence),
        draw_communities(linkage, labels, *layers, given.zone, given.mapped),
        draw_lockdown(months, provinces, given.core, names),
    )
    for figure, forms in zip(figures, forms_by_figure(out.figures), strict=True):
        save(figure, forms)
    numbers = linkage_numbers(
        gravity, linkage, pairs, acts, known, own, given.since, given.confidence, names[given.core]
    )
    write_numbers(numbers, out.numbers)
