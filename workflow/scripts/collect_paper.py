"""The chapters' estimates in; the main paper's numbers, their trails and its figures out."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.paper import collect
from guantian.paper.declared import QUANTITIES
from guantian.paper.figures import FIGURES
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.numbers import write

with job(snakemake):
    wanted = {quantity.chapter for quantity in QUANTITIES}
    estimates = {
        Path(path).stem: pd.read_parquet(path)
        for path in snakemake.input.estimates
        if Path(path).stem in wanted
    }
    texts, keys = collect(QUANTITIES, estimates)
    write(texts, keys, snakemake.output.numbers, snakemake.output.trails)
    apply_style(snakemake.input.fonts)
    folder = Path(snakemake.output.figures[0]).parent
    for name, draw in FIGURES.items():
        figure, data = draw(keys)
        save(figure, data, forms(folder, name), alt=caption("paper", name).alt)
