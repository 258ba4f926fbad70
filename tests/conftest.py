"""What several folders of tests share: the paths, and the real data read once a session."""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Before numpy: tests run in as many processes as there are cores, and jobs of the workflow too.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# The same examples every time, and no limit on the time of one: the machine may be busy. Hypothesis
# would also draw the constants of all modules imported so far: others in every process, and their
# source is parsed first.
providers.is_local_module_file = lambda path: False
settings.register_profile("guantian", derandomize=True, database=None, deadline=None)
settings.load_profile("guantian")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the project."""
    return ROOT


@pytest.fixture(scope="session")
def once(tmp_path_factory) -> Callable[[str, Callable[[], Any]], Any]:
    """A function that makes a thing once in a session and gives it to all of its processes."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def made(name: str, make: Callable[[], Any]) -> Any:
        kept = folder / f"{name}.pickle"
        with open(folder / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make()))
        return pickle.loads(kept.read_bytes())

    return made


@pytest.fixture(scope="session")
def raw_folder() -> Path:
    return ROOT / "data" / "raw"


@pytest.fixture(scope="session")
def package(raw_folder):
    from guantian.data.package import read_package

    return read_package(raw_folder / "datapackage.json")


@pytest.fixture(scope="session")
def corrected(package, raw_folder, once):
    """The corrected tables and the rows left out, from the raw files: the pipeline's own way."""
    from guantian.data.concordance import read_concordance
    from guantian.data.correct import correct_tables
    from guantian.data.errata import read_errata
    from guantian.data.read import read_tables

    return once(
        "corrected",
        lambda: correct_tables(
            read_tables(package),
            package,
            errata=read_errata(raw_folder / "errata.csv"),
            concordance=read_concordance(raw_folder / "code_concordance.csv"),
        ),
    )


@pytest.fixture(scope="session")
def panel_spec(root):
    """The study's own panel, as the configuration asks for it."""
    from guantian.config import load_study
    from guantian.data.panel import PanelSpec

    given = load_study(root)
    return PanelSpec.from_config(given.config, given.zone.codes)


@pytest.fixture(scope="session")
def whole(corrected, panel_spec, raw_folder, once):
    """The study's panel of all years."""
    from guantian.data.breaks import read_breaks
    from guantian.data.panel import whole_panel
    from guantian.data.population import boundary_years

    changes = boundary_years(raw_folder / "boundary_changes.csv")
    breaks = read_breaks(raw_folder / "breaks.csv")
    return once("whole", lambda: whole_panel(corrected[0], changes, panel_spec, breaks))


@pytest.fixture(scope="session")
def real_panel(whole, panel_spec):
    from guantian.data.panel import cut_panel

    return cut_panel(whole, panel_spec)


@pytest.fixture(scope="session")
def toy_panel():
    """Twelve invented cities over eight years, complete but for two: one gap, one zero."""
    rng = np.random.default_rng(20090625)
    cities = [f"6101{i:02d}" for i in range(12)]
    years = range(2001, 2009)
    start = rng.normal(9, 0.5, 12)
    rates = 0.10 - 0.03 * (start - 9)
    noise = rng.normal(0, 0.02, (8, 12))
    logs = start + np.outer(np.arange(8), rates) + noise
    income = pd.DataFrame(np.exp(logs), index=years, columns=cities)
    lights = np.sqrt(income)
    lights.loc[2004, cities[10]] = np.nan
    lights.loc[2006, cities[11]] = 0.0
    index = pd.MultiIndex.from_product([cities, years], names=["city_code", "year"])
    position = index.get_level_values("city_code").map({c: i for i, c in enumerate(cities)})
    return pd.DataFrame(
        {
            "name_en": [f"City {i}" for i in position],
            "in_zone": (position < 6).astype("int64"),
            "in_region": (position < 9).astype("int64"),
            "in_nation": 1,
            "income": income.T.stack().to_numpy(),
            "lights": lights.T.stack(future_stack=True).to_numpy(),
        },
        index=index,
    )


@pytest.fixture(scope="session")
def toy_specs():
    from guantian.data.samples import SPEC_COLUMNS

    rows = [
        ("income", "income", 2001, 2008, "income", "Income per head"),
        ("income_short", "income", 2002, 2006, "income", "Income per head"),
        ("lights", "lights", 2001, 2008, "lights", "Night lights per head"),
    ]
    return pd.DataFrame(rows, columns=SPEC_COLUMNS)


@pytest.fixture(scope="session")
def toy_run(toy_panel, toy_specs):
    """Estimates, series, excluded cities and members of the toy."""
    from guantian.chapters.convergence.estimate import run_convergence

    return run_convergence(toy_panel, toy_specs, confidence=0.95)
