"""The committed table of size and coverage: what leaves its bounds is what warns at run time."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
TABLE = pd.read_csv(FOLDER / "recovery_econometrics.csv")
#: Procedures that reject too often in some design, each with the warning that says so.
WARNED = {
    "half-panel jackknife": "The estimate rests on",
    "LSDVC, bootstrap error": "near one its bootstrap standard error",
    "Poisson gravity, two-way": "The errors are clustered by",
    "Poisson gravity, dyadic": "The errors are clustered by",
    "trend of beta": "The errors are clustered by",
    "exposure slope": "The core's growth is autocorrelated",
    "placebo rank": "rests on",
}


def test_only_what_warns_rejects_too_often():
    bad = TABLE[TABLE["verdict"] == "rejects too often"]
    assert set(bad["procedure"]) <= set(WARNED)


@pytest.mark.parametrize("text", sorted(set(WARNED.values())))
def test_the_warnings_are_in_the_library(text):
    library = Path(importlib.util.find_spec("regiometrics").origin).parent
    assert any(text in path.read_text("utf-8") for path in library.rglob("*.py"))


def test_the_table_is_that_of_the_designs():
    spec = importlib.util.spec_from_file_location("recovery", FOLDER / "recovery_econometrics.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    named = [(procedure, design) for procedure, design, *_ in module.designs()]
    assert named == list(TABLE[["procedure", "design"]].itertuples(index=False, name=None))


def test_one_design_gives_its_row_again():
    spec = importlib.util.spec_from_file_location("recovery", FOLDER / "recovery_econometrics.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    again = module.run("Pitman-Morgan")
    rows = TABLE[TABLE["procedure"] == "Pitman-Morgan"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, rows)
