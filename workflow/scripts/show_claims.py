"""The ledger in; its tables, its figures and its sentences out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.claims.figures import draw_claims
from guantian.claims.tables import claims_numbers, claims_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    claims = pd.read_csv(snakemake.input.claims)
    texts = ["how", "missing", "caveats", "chapters"]
    claims[texts] = claims[texts].astype("object").fillna("")
    parts = pd.read_parquet(snakemake.input.parts)
    illustrations = pd.read_parquet(snakemake.input.illustrations)
    alternatives = pd.read_parquet(snakemake.input.alternatives)
    rule = snakemake.params.rule
    for table in claims_tables(claims, parts, illustrations, rule["confidence"]):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    numbers = claims_numbers(claims, parts, illustrations, alternatives, rule)
    write_numbers(numbers, snakemake.output.numbers)
    apply_style(snakemake.input.fonts)
    folder = Path(snakemake.output.figures[0]).parent
    for document, name in snakemake.params.figures.items():
        figure, data = draw_claims(claims, parts, document)
        save(figure, data, forms(folder, name), alt=caption("claims", name).alt)
