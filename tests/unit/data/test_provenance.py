"""The table of provenance: it must make the panel again, and lead to the lines of the raw files."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.breaks import read_breaks
from guantian.data.cells import NOT_TRACED, _todays_units
from guantian.data.concordance import read_concordance
from guantian.data.errata import read_errata
from guantian.data.provenance import (
    ACTIONS,
    COLUMNS,
    MEANINGS,
    PANEL,
    STATUSES,
    VINTAGES,
    _carry,
)
from guantian.data.variables import COPIED, DERIVED, VARIABLES

CELL = ["unit", "year", "variable"]


@pytest.fixture(scope="module")
def leaves(provenance):
    return provenance[(provenance["table"] != PANEL) & provenance["line"].notna()]


@pytest.fixture(scope="module")
def edges(provenance):
    return provenance[provenance["table"] == PANEL]


def of(table, variable):
    return table[table["variable"] == variable]


def series(rows, column="used_value"):
    index = pd.MultiIndex.from_arrays([rows["unit"].astype(str), rows["year"]])
    return pd.Series(rows[column].to_numpy(), index=index.set_names(["city_code", "year"]))


def test_columns_and_vocabulary(provenance):
    assert provenance.columns.tolist() == COLUMNS
    assert set(provenance["status"]) <= set(STATUSES)
    assert set(provenance["value_status"]) <= set(STATUSES)
    assert set(provenance["action"]) <= set(ACTIONS)
    key = [*CELL, "table", "column", "source_unit", "source_year"]
    assert not provenance.duplicated(key).any()


def test_the_codes_are_those_of_sdmx():
    """CL_OBS_STATUS, version 2.2: the codes used, and their names there in lower case."""
    listed = {
        "A": "Normal value",
        "B": "Time series break",
        "D": "Definition differs",
        "E": "Estimated value",
        "F": "Forecast value",
        "G": "Experimental value",
        "I": "Imputed value (CCSA definition)",
        "K": "Data included in another category",
        "W": "Includes data from another category",
        "O": "Missing value",
        "M": "Missing value; data cannot exist",
        "P": "Provisional value",
        "S": "Strike and other special events",
        "L": "Missing value; data exist but were not collected",
        "H": "Missing value; holiday or weekend",
        "Q": "Missing value; suppressed",
        "J": "Derogation",
        "N": "Not significant",
        "U": "Low reliability",
        "V": "Unvalidated value",
    }
    for code, meaning in MEANINGS.items():
        assert listed[code].lower() == meaning.lower()


def test_every_value_of_the_panel_has_rows(provenance, real_panel):
    cells = provenance[provenance["year"].between(2000, 2023)]
    counts = cells[CELL].drop_duplicates().groupby("variable", observed=True).size()
    traced = [variable.name for variable in VARIABLES if variable.name not in NOT_TRACED]
    assert counts.reindex(traced).eq(len(real_panel)).all()


def test_a_value_is_missing_where_its_status_says_so(provenance, real_panel):
    cells = provenance.drop_duplicates(CELL)
    for variable in ("gdp_100m_yuan", "real_gdp_per_head_yuan", "gdp_per_capita_basis"):
        status = series(of(cells, variable), "value_status").reindex(real_panel.index)
        assert ((status == "O") == real_panel[variable].isna()).all(), variable


def test_copied_values_are_those_of_their_raw_cells(leaves, real_panel):
    for variable in COPIED:
        used = series(of(leaves, variable.name)).groupby(level=[0, 1]).sum(min_count=1)
        panel = real_panel[variable.name].dropna()
        assert used.reindex(panel.index).equals(panel.astype("float64")), variable.name


def test_formulas_give_the_panel_again(edges, real_panel):
    for variable in DERIVED:
        wide = of(edges, variable.name).pivot_table(
            index=["unit", "year"], columns="column", values="used_value", observed=True
        )
        made = wide.eval(variable.formula).replace([np.inf, -np.inf], np.nan).dropna()
        made.index = made.index.set_levels(made.index.levels[0].astype(str), level=0)
        panel = real_panel[variable.name].dropna()
        np.testing.assert_array_equal(made.reindex(panel.index), panel, err_msg=variable.name)


@pytest.mark.parametrize(
    "chain",
    [
        "real_gdp_100m_yuan",
        "real_gdp_first_published_100m_yuan",
        "real_gdp_retrospective_100m_yuan",
    ],
)
def test_a_chain_is_followed_step_by_step(edges, real_panel, panel_spec, chain):
    rows = of(edges, chain)
    itself = rows[rows["column"] == chain]
    growth = series(rows[rows["column"].astype(str).str.startswith("gdp_growth")]).dropna()
    before = series(itself)
    assert growth.index.is_unique, "one growth rate a step, whichever vintage it is"
    step = 1 + growth / 100
    step = step.reindex(before.index)
    forward = before.index.get_level_values("year") > panel_spec.base_year
    made = (before * step).where(forward, before / step)
    panel = real_panel[chain].drop(panel_spec.base_year, level="year").dropna()
    # A sum of logs against products of at most 24 factors.
    np.testing.assert_allclose(made.reindex(panel.index), panel, rtol=1e-12)


def test_every_cell_leads_to_its_line_and_printed_value(leaves, raw_folder):
    """All cells, not a sample: file, line, column, unit, year and value as printed."""
    assert leaves["table"].nunique() >= 8 and len(leaves) > 150_000
    for table, rows in leaves.groupby("table", observed=True):
        raw = pd.read_csv(raw_folder / f"{table}.csv", dtype=str, keep_default_na=False)
        code = next(name for name in raw if name.endswith("_code"))
        for column, own in rows.groupby("column", observed=True):
            lines = raw.iloc[own["line"].astype("int64") - 2]
            assert (lines["year"].astype("int64").to_numpy() == own["source_year"]).all()
            assert (lines[code].to_numpy() == own["source_unit"].astype(str)).all()
            printed = pd.to_numeric(lines[column].replace("", np.nan)).to_numpy(dtype="float64")
            said = own["raw_value"].to_numpy(dtype="float64")
            np.testing.assert_array_equal(printed, said, err_msg=f"{table}.{column}")


def test_every_erratum_break_and_vintage_resolves(provenance, leaves, raw_folder):
    """Foreign keys: errata by file and line, breaks by id, vintages by the list of them."""
    errata = read_errata(raw_folder / "errata.csv")
    corrected = leaves[leaves["erratum"] != ""]
    assert set(corrected["action"]) == {"emptied", "replaced"}
    mark = corrected["erratum"].astype(str).str.extract(r"^errata\.csv:(\d+)$")[0]
    assert mark.notna().all()
    named = errata.loc[mark.astype("int64") - 2]
    for name in ("table", "column"):
        assert (named[name].to_numpy() == corrected[name].astype(str)).all()
    years = corrected["source_year"].astype(str)
    units = corrected["source_unit"].astype(str)
    for key, year, unit in zip(named["key"], years, units, strict=True):
        assert f"year={year}" in key and f"={unit}" in key
    for name, column in (("source_value", "raw_value"), ("used_value", "used_value")):
        stated = pd.to_numeric(named[name].replace("", np.nan)).to_numpy(dtype="float64")
        np.testing.assert_allclose(corrected[column].to_numpy(dtype="float64"), stated, rtol=1e-6)
    emptied = corrected["action"] == "emptied"
    assert (corrected["status"].astype(str) == np.where(emptied, "O", "E")).all()
    known = set(read_breaks(raw_folder / "breaks.csv")["id"])
    named_breaks = {b for text in provenance["break"].astype(str).unique() for b in text.split()}
    assert named_breaks <= known and len(named_breaks) > 40
    assert set(provenance["vintage"].astype(str)) <= {"", *(text for *_, text in VINTAGES)}
    marked = leaves[leaves["break"].astype(str) != ""]
    assert not marked["status"].eq("A").any()


def test_output_per_head_of_tianshui_in_2008(provenance):
    """The walk of a referee: one command, and the break it had to be looked up for."""
    rows = of(provenance, "gdp_per_capita_yuan")
    row = rows[(rows["unit"] == "620500") & (rows["year"] == 2008)].iloc[0]
    assert (row["table"], row["line"], row["raw_value"]) == ("city_accounts", 9080, 6626.0)
    assert row["value_status"] == row["status"] == "B" and row["break"] == "B014"
    assert row["vintage"] == "yearbook"


def test_vintages_of_growth(leaves):
    found = {}
    for variable in ("gdp_growth_pct", "gdp_growth_first_published_pct"):
        rows = of(leaves, variable)
        for unit in ("610100", "130100"):
            here = rows[(rows["unit"] == unit) & (rows["year"] == 2010)]
            found[variable, unit] = here["vintage"].tolist()
    assert found["gdp_growth_pct", "610100"] == ["yearbook, revised"]
    assert found["gdp_growth_pct", "130100"] == ["yearbook"]
    assert found["gdp_growth_first_published_pct", "610100"] == ["first published"]


def test_what_the_source_imputed_marks_the_stock_that_rests_on_it(provenance, real_panel):
    cells = provenance.drop_duplicates(CELL)
    status = series(of(cells, "capital_100m_yuan"), "value_status").reindex(real_panel.index)
    known = real_panel["capital_100m_yuan"].notna()
    assert ((status == "I") == (real_panel["capital_imputed"] == 1))[known].all()
    per_head = series(of(cells, "capital_per_head_yuan"), "value_status")
    there = real_panel["capital_per_head_yuan"].notna()
    assert (per_head.reindex(real_panel.index) == "I")[there & (status == "I")].all()


def test_missing_values_say_why(provenance):
    rows = provenance[provenance["value_status"] == "O"]
    assert set(rows["action"]) == {"emptied", "missing", "absent"}
    rows = of(rows, "resident_population_10k")
    early = rows[(rows["unit"] == "610200") & (rows["year"] == 2001)]
    assert len(early) == 1 and early["action"].iloc[0] in ("emptied", "missing", "absent")


def test_estimates_are_carried_along_a_chain_and_breaks_are_not():
    years = range(2000, 2005)
    index = pd.MultiIndex.from_product([["a"], years], names=["city_code", "year"])
    severity = pd.Series([0, 2, 1, 0, 3], index=index)
    assert _carry(severity, 2002).tolist() == [2, 2, 1, 0, 3]
    assert _carry(severity, None).tolist() == [0, 2, 2, 2, 3]


def test_parts_are_kept_and_repetitions_are_not(raw_folder):
    concordance = read_concordance(raw_folder / "code_concordance.csv")
    raw = pd.DataFrame(
        {
            "city_code": ["110100", "110000", "500100", "500200", "421002", "610100"],
            "year": 2020,
        }
    )
    rows = _todays_units(raw, "city_code", concordance)
    assert rows[["unit", "source_unit", "line", "summed"]].to_numpy().tolist() == [
        ["110000", "110000", 3, False],
        ["500000", "500100", 4, True],
        ["500000", "500200", 5, True],
        ["610100", "610100", 7, False],
    ]
