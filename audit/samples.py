"""How many cities and cells the headline quantities of the panel have under a list of errata."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from guantian.config import load_study
from guantian.data.breaks import read_breaks
from guantian.data.concordance import read_concordance
from guantian.data.correct import correct_tables
from guantian.data.package import read_package
from guantian.data.panel import PanelSpec, build_panel
from guantian.data.population import boundary_years
from guantian.data.read import read_tables

#: What headline estimates are made from: variable of the panel, first and last year.
SAMPLES = (
    ("real_gdp_100m_yuan", 2003, 2019),
    ("real_gdp_first_published_100m_yuan", 2003, 2019),
    ("real_gdp_per_resident_yuan", 2005, 2016),
    ("gdp_per_capita_yuan", 2001, 2019),
    ("gdp_per_resident_yuan", 2005, 2019),
    ("gdp_per_registered_yuan", 2000, 2008),
    ("primary_10k_yuan", 2000, 2019),
    ("secondary_10k_yuan", 2000, 2019),
    ("resident_population_10k", 2001, 2004),
    ("resident_population_10k", 2005, 2019),
    ("fixed_investment_100m_yuan", 2000, 2016),
    ("budget_revenue_100m_yuan", 2000, 2019),
    ("budget_expenditure_100m_yuan", 2000, 2019),
)


def counted(panel: pd.DataFrame) -> dict[str, list[int]]:
    """Return, by variable and years, the cells known and the cities complete over the years."""
    found = {}
    years = panel.index.get_level_values("year")
    for name, first, last in SAMPLES:
        known = panel.loc[(years >= first) & (years <= last), name].notna().unstack()
        found[f"{name} {first}-{last}"] = [int(known.sum().sum()), int(known.all(axis=1).sum())]
    return found


def panel_under(root: str | Path, errata: pd.DataFrame) -> pd.DataFrame:
    """Build the study's panel from the raw tables with a list of errata."""
    raw = Path(root) / "data" / "raw"
    package = read_package(raw / "datapackage.json")
    given = load_study(root)
    tables, _ = correct_tables(
        read_tables(package), package, errata, read_concordance(raw / "code_concordance.csv")
    )
    return build_panel(
        tables,
        boundary_years(raw / "boundary_changes.csv"),
        PanelSpec.from_config(given.config, given.zone.codes),
        read_breaks(raw / "breaks.csv"),
    )
