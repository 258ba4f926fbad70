"""The table of provenance: it must make the panel again, and lead to the lines of the raw files."""

import csv

import numpy as np
import pandas as pd
import pytest

from guantian.data.cells import NOT_TRACED, _todays_units
from guantian.data.concordance import read_concordance
from guantian.data.errata import read_errata
from guantian.data.provenance import (
    ACTIONS,
    COLUMNS,
    PANEL,
    STATUSES,
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


def test_lines_lead_to_the_printed_value(leaves, raw_folder):
    sample = leaves.groupby("table", observed=True).sample(25, random_state=1)
    assert sample["table"].nunique() >= 8
    for table, rows in sample.groupby("table", observed=True):
        with (raw_folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        for row in rows.itertuples():
            cells = dict(zip(lines[0], lines[row.line - 1], strict=True))
            assert cells["year"] == str(row.source_year)
            assert row.source_unit in cells.values()
            printed = cells[row.column]
            assert (float(printed) if printed else np.nan) == pytest.approx(
                row.raw_value, nan_ok=True, rel=0, abs=0
            )


def test_errata_are_named_with_their_line(leaves, raw_folder):
    errata = read_errata(raw_folder / "errata.csv")
    corrected = leaves[leaves["erratum"] != ""]
    assert set(corrected["action"]) == {"emptied", "replaced"}
    for row in corrected.groupby("action", observed=True).sample(40, random_state=2).itertuples():
        file, line = row.erratum.split(":")
        if file != "errata.csv":
            continue
        erratum = errata.loc[int(line) - 2]
        assert (erratum["table"], erratum["column"]) == (row.table, row.column)
        assert f"year={row.source_year}" in erratum["key"] and row.source_unit in erratum["key"]
        assert float(erratum["source_value"]) == pytest.approx(row.raw_value, rel=1e-6)
        used = float(erratum["used_value"]) if erratum["used_value"] else np.nan
        assert used == pytest.approx(row.used_value, nan_ok=True)
        assert row.status == ("O" if row.action == "emptied" else "E")


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
