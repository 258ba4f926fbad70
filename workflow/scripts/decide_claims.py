"""Claims and all chapters' estimates in; the ledger (JSON, CSV), its tests and evidence out."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.claims import Rule, decide_claims
from guantian.claims.printed import by_statement, ledger_keys
from guantian.declarations import read_claims
from guantian.files import write_csv
from guantian.present.tables import write_numbers

with job(snakemake):
    declared = read_claims(snakemake.input.registry, "", *snakemake.input.more).for_zone(
        own=snakemake.params.own
    )
    estimates = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.estimates}
    rule = Rule(snakemake.params.alpha, snakemake.params.confidence)
    ledger = decide_claims(declared, estimates, rule, absent=snakemake.params.absent)
    out = snakemake.output
    Path(out.ledger).write_text(ledger.to_json(), encoding="utf-8")
    write_csv(by_statement(ledger.tests), out.claims)
    ledger.tests.to_parquet(out.tests, index=False)
    ledger.evidence.to_parquet(out.evidence, index=False)
    write_numbers(ledger_keys(ledger), out.number_keys)
    ledger.illustrations.to_parquet(out.illustrations, index=False)
