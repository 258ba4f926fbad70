"""A chapter's estimates and a figure of it are the same, whatever the machine that makes them.

Each surrounding is another process: locale, threads and the kernels of OpenBLAS are chosen when
Python starts. On one type of kernel the bytes agree, on others the digits that are printed.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guantian.data.samples import SPEC_COLUMNS
from guantian.results import VALUES, read

PRINTED = 1e-6  # relative: what is printed has fewer digits, what `make verify` compares as well

WORK = r"""
import os, sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from guantian.chapters.convergence.estimate import estimate
from guantian.chapters.convergence.figures.sigma import draw_sigma
from guantian.present.figures import apply_style, drawn_data, forms, save
from guantian.registry import Job
from guantian.results import estimates, read, write
from regiometrics.spatial import SpatialPanel, simulate_panel

root, given, made = map(Path, sys.argv[1:4])
os.umask(int(sys.argv[4], 8))
for kind in ("estimates", "series"):
    (made / kind).mkdir(parents=True)
outputs = {name: str(made / "estimates" / f"{name}.csv") for name in ("excluded", "members")}
for name, kind in (("estimates", "estimates"), ("series", "series"), ("spatial", "estimates")):
    outputs[name] = str(made / kind / f"{name}.parquet")
inputs = SimpleNamespace(panel=given / "panel.parquet", specs=given / "specs.tsv")
estimate(Job(inputs, SimpleNamespace(**outputs), {"confidence": 0.95}, made, made))

data = simulate_panel(n=81, T=6, model="sdm", effects="twoway", rho=0.4, seed=1)
panel = SpatialPanel(data.dependent, data.exog, data.weights, model="sdm", effects="twoway")
tidy = panel.fit().tidy().reset_index()
rows = [
    {"term": row["term"], "estimate": row["estimate"], "std_error": row["std_error"]}
    for row in tidy.to_dict("records")
]
write([estimates(rows, chapter="spillovers", analysis="model")], outputs["spatial"])

apply_style(sorted((root / "assets/fonts").glob("*.otf")))
labels = pd.Series({"income": "Income 关中 'of' Xi'an", "lights": "Lights"})
drawn = draw_sigma(read(outputs["estimates"]), read(outputs["series"]), list(labels.index), labels)
save(drawn, drawn_data(drawn), forms(made, "sigma"), alt="Dispersion.")
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A panel of 150 invented cities, large enough for blocked and threaded arithmetic."""
    folder = tmp_path_factory.mktemp("given")
    rng = np.random.default_rng(20090625)
    cities, years = [str(110100 + i) for i in range(150)], range(2001, 2019)
    index = pd.MultiIndex.from_product([cities, years], names=["city_code", "year"])
    start = np.repeat(rng.normal(9, 0.5, 150), 18)
    noise = rng.normal(0, 0.05, len(index))
    logs = start + (0.1 - 0.03 * (start - 9)) * np.tile(np.arange(18), 150) + noise
    place = np.repeat(np.arange(150), 18)
    panel = pd.DataFrame(
        {
            "name_en": [f"City {i}" for i in place],
            "in_zone": (place < 7).astype("int64"),
            "in_region": (place < 60).astype("int64"),
            "in_nation": 1,
            "income": np.exp(logs),
            "lights": np.exp(0.5 * logs + rng.normal(0, 0.1, len(index))),
        },
        index=index,
    )
    panel.to_parquet(folder / "panel.parquet")
    rows = [
        ("income", "income", 2001, 2018, "income", "Income per head"),
        ("lights", "lights", 2001, 2018, "lights", "Night lights per head"),
    ]
    specs = pd.DataFrame(rows, columns=SPEC_COLUMNS)
    specs.to_csv(folder / "specs.tsv", sep="\t", index=False)
    (folder / "work.py").write_text(WORK, encoding="utf-8")
    return folder


def make(root, given, folder, mask="022", **surrounding):
    """Run it in another process; return the folder of what it made."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    here = {
        "HOME": str(given),
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "packages/regiometrics/src")]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Haswell",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }
    done = subprocess.run(
        [sys.executable, str(given / "work.py"), str(root), str(given), str(folder), mask],
        env=kept | here | surrounding,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def reference(root, given, tmp_path_factory):
    made = make(root, given, tmp_path_factory.mktemp("reference") / "made")
    assert len(read(made / "estimates/estimates.parquet")) > 20
    assert len(contents(made)) == 9
    return made


def contents(made):
    return {path.name: path.read_bytes() for path in made.rglob("*.*")}


@pytest.mark.parametrize(
    "surrounding",
    [
        pytest.param({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, id="ASCII"),
        pytest.param(
            {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "4711", "mask": "077"},
            id="time zone, hash seed and umask",
        ),
        pytest.param({"OMP_NUM_THREADS": "2"}, id="threads"),
    ],
)
def test_the_environment_does_not_change_bytes(root, given, tmp_path, reference, surrounding):
    made = make(root, given, tmp_path / "made", **surrounding)
    expected, found = contents(reference), contents(made)
    assert [name for name in expected if found.get(name) != expected[name]] == []


@pytest.mark.parametrize(
    ("kernels", "instructions"), [("Nehalem", "sse4_2"), ("Zen", "avx2"), ("SkylakeX", "avx512f")]
)
def test_other_processors_print_the_same_digits(
    root, given, tmp_path, reference, kernels, instructions
):
    """Sums are taken in another order there."""
    described = Path("/proc/cpuinfo")
    if described.exists() and instructions not in described.read_text("utf-8").split():
        pytest.skip(f"This processor lacks {instructions}, which the kernels of {kernels} need.")
    made = make(root, given, tmp_path / "made", OPENBLAS_CORETYPE=kernels)
    for name in ("estimates", "spatial"):
        ours, theirs = (read(folder / f"estimates/{name}.parquet") for folder in (made, reference))
        numbers = [column for column in VALUES if column in ours]
        pd.testing.assert_frame_equal(
            ours[numbers], theirs[numbers], check_exact=False, rtol=PRINTED, atol=1e-12
        )
        same = [column for column in ours if column not in numbers]
        pd.testing.assert_frame_equal(ours[same], theirs[same])
