"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from guantian.chapters.linkage.figures import draw_linkage_acts
from guantian.chapters.linkage.figures_border import draw_border, draw_lockdown
from guantian.chapters.linkage.figures_flows import draw_communities, draw_zone_flows
from guantian.chapters.linkage.names import Names
from guantian.chapters.linkage.numbers import linkage_numbers
from guantian.chapters.linkage.tables import linkage_tables, zone_pairs
from guantian.chapters.linkage.tables_primary import primary_table
from guantian.data.acts import acts_of, read_acts
from guantian.geography.zones import read_zones
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    inputs, options = job.inputs, job.options
    estimates, series = read(inputs.estimates), read(inputs.series)
    confidence, zone = options["confidence"], options["zone"]
    core, members = zone["core"], sorted(member["code"] for member in zone["members"])
    acts = acts_of(read_acts(inputs.acts), members)
    cities = pd.read_parquet(inputs.names).set_index("city_code")
    provinces = cities["province_code"].to_dict()
    own = sorted({provinces[code] for code in members})
    names = Names(
        cities=cities["name_en"].to_dict(),
        provinces=pd.read_parquet(inputs.province_names)
        .set_index("province_code")["name_en"]
        .to_dict(),
        zones={
            name: each.name_en for name, each in read_zones(Path(inputs.zones[0]).parent).items()
        },
        specs=pd.read_csv(inputs.specs, sep="\t", index_col="spec")["label"].to_dict(),
    )
    made = linkage_tables(estimates, series, acts, names, confidence)
    for table in (*made, primary_table(estimates, confidence)):
        write_table(table, job.tables)
    write_numbers(linkage_numbers(estimates, series, names, core, own), job.outputs.numbers)
    layers = gpd.read_parquet(inputs.prefectures), gpd.read_parquet(inputs.provinces)
    mapped = options["linkage.mapped"]
    apply_style(inputs.fonts)
    for name, (figure, data) in {
        "linkage_acts": draw_linkage_acts(series, acts, options["linkage.since"]),
        "zone_flows": draw_zone_flows(zone_pairs(series), *layers, names.cities, core),
        "border": draw_border(estimates, names, set(own), confidence),
        "flow_communities": draw_communities(estimates, series, *layers, members, mapped),
        "lockdown": draw_lockdown(series, provinces, core, names),
    }.items():
        save(figure, data, forms(job.figures, name), alt=caption("linkage", name).alt)
