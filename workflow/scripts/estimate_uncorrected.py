"""Raw tables with their faults in; the chapter's estimates as they would be without errata out."""

import pandas as pd

from _job import job
from guantian.chapters.convergence.estimate import run_convergence
from guantian.data.concordance import read_concordance
from guantian.data.correct import uncorrected_tables
from guantian.data.errata import read_errata
from guantian.data.package import read_package
from guantian.data.panel import PanelSpec, build_panel
from guantian.data.population import boundary_years
from guantian.data.read import read_tables
from guantian.results import write_estimates

with job(snakemake):
    package = read_package(snakemake.input.package)
    tables = uncorrected_tables(
        read_tables(package),
        package,
        read_errata(snakemake.input.errata),
        read_concordance(snakemake.input.concordance),
    )
    spec = PanelSpec.from_config(snakemake.params.choices, snakemake.params.zone)
    panel = build_panel(tables, boundary_years(snakemake.input.changes), spec)
    specs = pd.read_csv(snakemake.input.specs, sep="\t")
    estimates, _, _ = run_convergence(panel, specs, snakemake.params.confidence)
    write_estimates([estimates], snakemake.output[0])
