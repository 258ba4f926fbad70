"""Raw tables, errata and examined cells in; what the checks propose and what was decided out."""

from pathlib import Path

from _job import job

import pandas as pd

from audit import precision, proposals
from audit.reading import tables_to_check
from guantian.data.errata import read_errata
from guantian.files import write_csv

with job(snakemake):
    given = snakemake.input
    tables = tables_to_check(Path(given.package).parent, checked=Path(given.tables[0]).parent)
    examined = pd.read_csv(snakemake.input.examined, dtype="str", keep_default_na=False)
    found = proposals(tables, focus=snakemake.params.choices["focus"])
    result = precision(found, read_errata(snakemake.input.errata), examined)
    open_ = result.query("check == 'all' and table == 'all' and accepted + kept < proposed")
    if len(open_):
        raise ValueError(
            f"{open_['proposed'].iloc[0] - open_['accepted'].iloc[0] - open_['kept'].iloc[0]} "
            "proposals of the checks are in neither data/raw/errata.csv nor "
            "data/raw/examined.csv; run `make errata` and read what it adds."
        )
    write_csv(result, snakemake.output[0])
