"""Tables in; the panel with its provenance, codebook, coverage and doubtful steps out."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.data.breaks import read_breaks
from guantian.data.cells import raw_cells, traced_columns
from guantian.data.concordance import read_concordance
from guantian.data.errata import read_errata
from guantian.data.package import read_package
from guantian.data.panel import (
    PanelSpec,
    codebook,
    coverage,
    cut_panel,
    splice,
    whole_panel,
)
from guantian.data.population import boundary_years
from guantian.data.prices import impossible_deflators
from guantian.data.provenance import build_provenance
from guantian.data.read import read_checked
from guantian.files import write_csv
from guantian.results import round_significant

with job(snakemake):
    given, made = snakemake.input, snakemake.output
    tables = {Path(path).stem: pd.read_parquet(path) for path in given.tables}
    spec = PanelSpec.from_config(snakemake.params.choices, snakemake.params.zone)
    breaks = read_breaks(given.breaks)
    whole = whole_panel(tables, boundary_years(given.changes), spec, breaks)
    panel = cut_panel(whole, spec)
    round_significant(panel).to_parquet(made.panel)
    package = read_package(given.package)
    cells = raw_cells(
        package,
        read_checked(package, Path(given.checked[0]).parent),
        {Path(given.errata).name: read_errata(given.errata)},
        read_concordance(given.concordance),
        traced_columns(spec.variables),
    )
    provenance = build_provenance(whole, cells, breaks, spec.variables, spec.base_year, spec.first)
    round_significant(provenance).to_parquet(made.provenance, index=False)
    described = {
        made.codebook: codebook(panel),
        made.coverage: coverage(panel, breaks, spec.variables),
        made.deflators: impossible_deflators(panel),
        made.splice: splice(tables, spec).reset_index(),
    }
    for path, frame in described.items():
        write_csv(round_significant(frame), path)
