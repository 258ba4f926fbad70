"""Claims and all estimates in; the ledger (JSON, CSV) and its parts out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.claims import Rule, decide_claims, read_claims

with job(snakemake):
    claims = read_claims(snakemake.input.registry, snakemake.input.evidence)
    estimates = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.estimates}
    rule = Rule(snakemake.params.alpha, snakemake.params.confidence)
    ledger = decide_claims(claims, estimates, rule, absent=snakemake.params.absent)
    out = snakemake.output
    Path(out.ledger).write_text(ledger.to_json(), encoding="utf-8")
    ledger.claims.to_csv(out.claims, index=False, lineterminator="\n")
    ledger.parts.to_parquet(out.parts, index=False)
    ledger.illustrations.to_parquet(out.illustrations, index=False)
    ledger.alternatives.to_parquet(out.alternatives, index=False)
