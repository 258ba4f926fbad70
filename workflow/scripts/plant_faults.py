"""Raw tables in; what the checks find of planted faults, and what good cells they empty, out."""

from pathlib import Path

from _job import job

from audit.planting import of_provinces, plant_and_measure
from audit.reading import tables_to_check
from guantian.files import write_csv

with job(snakemake):
    choices = snakemake.params.choices
    given = snakemake.input
    tables = tables_to_check(Path(given.package).parent, checked=Path(given.tables[0]).parent)
    planted = of_provinces(tables, {code[:2] for code in choices["plant_in"]})
    result = plant_and_measure(planted, seed=choices["seed"])
    write_csv(result, snakemake.output[0])
