"""The ledger in; its tables, its figure and the texts that the paper reads out."""

import json
from pathlib import Path

from _job import job

import pandas as pd

from guantian.claims.figures import draw_claims
from guantian.claims.printed import claims_numbers, ledger_texts
from guantian.claims.rules import Rule
from guantian.claims.tables import claims_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    given = snakemake.input
    claims = json.loads(Path(given.ledger).read_text(encoding="utf-8"))
    tests = pd.read_parquet(given.tests)
    evidence = pd.read_parquet(given.evidence)
    illustrations = pd.read_parquet(given.illustrations)
    rule = Rule(**snakemake.params.rule)
    for table in claims_tables(tests, evidence, illustrations, rule):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    write_numbers(claims_numbers(claims, tests, illustrations, rule), snakemake.output.numbers)
    write_numbers(ledger_texts(tests), snakemake.output.texts)
    apply_style(given.fonts)
    folder = Path(snakemake.output.figures[0]).parent
    for name in snakemake.params.figures:
        figure, data = draw_claims(tests)
        save(figure, data, forms(folder, name), alt=caption("claims", name).alt)
