"""Series of likeness, markets, investment and the fiscal gap in; their figures out."""

import pandas as pd

from _job import job
from guantian.chapters.similarity.figures import (
    draw_location_quotients,
    draw_similarity,
    zone_pairs,
)
from guantian.chapters.similarity.figures_burden import draw_burden
from guantian.present.style import apply_style, save

with job(snakemake):
    made, out = snakemake.input, snakemake.output
    confidence = snakemake.params.confidence
    cities = pd.read_parquet(made.cities).set_index("city_code")["name_en"]
    names = cities[snakemake.params.zone].to_dict()
    provinces = pd.read_parquet(made.provinces).set_index("province_code")["name_en"].to_dict()
    codes = dict.fromkeys(["code", "province_a", "province_b"], str)
    frames = {
        name: pd.read_csv(made[name], dtype=codes)
        for name in ("series", "quotients", "prices", "gaps")
    }
    apply_style(made.fonts)
    pairs = pd.read_parquet(made.pairs, filters=zone_pairs(names))
    save(draw_similarity(pairs, frames["series"], names, confidence), out.similarity)
    save(draw_burden(frames["prices"], frames["gaps"], provinces, confidence), out.burden)
    sectors = pd.read_parquet(made.sectors)
    save(draw_location_quotients(frames["quotients"], names, sectors), out.location_quotients)
