"""Every interval and every test of the library has rows in the tables of recovery."""

from pathlib import Path

import offered
import pandas as pd
import pytest

from regiometrics.counterfactuals.effect_errors import KINDS
from regiometrics.counterfactuals.intervals import SHOCKS
from regiometrics.spatial.covariances import COVARIANCES
from regiometrics.spatial.panel_data import EFFECTS, TERMS

FOLDER = Path(__file__).parents[2] / "benchmarks"
ROWS = pd.concat(
    pd.read_csv(FOLDER / f"recovery_{part}.csv") for part in ("econometrics", "spatial")
)
PROCEDURES = sorted(set(ROWS["procedure"]))


def simulated(beginning):
    """Whether a procedure has a row."""
    return any(procedure.startswith(beginning) for procedure in PROCEDURES)


def test_whatever_has_inference_is_listed():
    """A new class or function with a p-value, an interval or an error fails here until it is."""
    assert offered.found() - set(offered.OFFERED) == set()


def test_what_is_listed_is_there():
    for name in offered.OFFERED:
        module, thing = name.rsplit(".", 1)
        path = offered.LIBRARY / Path(*module.split(".")).with_suffix(".py")
        assert f" {thing}" in path.read_text("utf-8"), name


@pytest.mark.parametrize("name", offered.OFFERED)
def test_it_has_rows_or_a_reason(name):
    rows = offered.OFFERED[name]
    if isinstance(rows, tuple):
        (reason,) = rows
        assert reason.endswith(".") and " " in reason
        return
    for beginning in rows:
        assert simulated(beginning), beginning


def test_every_choice_has_rows():
    allowed = {
        "models": TERMS,
        "effects": EFFECTS,
        "covariances": COVARIANCES,
        "effect errors": KINDS,
        "shocks": SHOCKS,
    }
    for option, values in allowed.items():
        assert set(offered.CHOICES[option]) == set(values), option
        for beginning in offered.CHOICES[option].values():
            assert simulated(beginning), beginning


def test_every_row_belongs_to_something():
    named = [each for rows in offered.OFFERED.values() if isinstance(rows, list) for each in rows]
    named += [each for choices in offered.CHOICES.values() for each in choices.values()]
    # Variants of procedures that are listed: other errors, gaps, weights by period.
    named += ["2sls", "gmm", "GMM", "SAR", "SEM", "SLX", "dynamic", "pesaran_cd", "least squares"]
    assert [p for p in PROCEDURES if not p.startswith(tuple(named))] == []


def test_sizes_that_people_have():
    """Units 7, 25, 50, 300; periods 5, 18; clusters 5, 18, 31."""
    text = "; ".join(ROWS["design"])
    for size in ("n 7", "n 25", "n 50", "n 300", "T 5", "T 18", "G 5", "G 18", "G 31"):
        assert size in text
