"""The provenance of the study's panel, made once a session."""

import pytest


@pytest.fixture(scope="session")
def provenance(whole, package, panel_spec, raw_folder, once):
    from guantian.data.breaks import read_breaks
    from guantian.data.cells import raw_cells, traced_columns
    from guantian.data.concordance import read_concordance
    from guantian.data.errata import read_errata
    from guantian.data.provenance import build_provenance
    from guantian.data.read import read_tables

    def make():
        cells = raw_cells(
            package,
            read_tables(package),
            {"errata.csv": read_errata(raw_folder / "errata.csv")},
            read_concordance(raw_folder / "code_concordance.csv"),
            traced_columns(panel_spec.variables),
        )
        return build_provenance(
            whole,
            cells,
            read_breaks(raw_folder / "breaks.csv"),
            panel_spec.variables,
            panel_spec.base_year,
            panel_spec.first,
        )

    return once("provenance", make)
