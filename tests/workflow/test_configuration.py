"""A configuration that does not fit stops with one clear sentence, before anything runs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def plan(tmp_path, overrides, folder=ROOT):
    """Plan the study with overrides; return the exit code and what was printed."""
    settings = tmp_path / "overrides.json"
    settings.write_text(json.dumps(overrides))
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--nolock", "--configfile", settings]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


GROWTH = {"variable": "joy"}


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"zonne": "x"}, "'zonne' was unexpected"),
        ({"zone": "atlantis"}, "The configuration is wrong at zone: 'atlantis' is not among"),
        ({"region": ["999999"]}, "wrong at region: '999999' is not among the provinces"),
        ({"checks": {"plant_in": ["610100"]}}, "wrong at checks.plant_in: '610100' is not among"),
        ({"games": {"centres": ["610101"]}}, "wrong at games.centres: '610101' is not among"),
        ({"linkage": {"compare_with": "lemuria"}}, "wrong at linkage.compare_with: 'lemuria'"),
        ({"figures": {"levels": ["joy"]}}, "wrong at figures.levels: 'joy' is not among the var"),
        ({"reactions": {"growth": GROWTH}}, "wrong at reactions.growth.variable: 'joy' is not"),
        ({"dynamics": {"main": "chained_long"}}, "'chained_long' is not among dynamics.specs"),
        ({"convergence": {"specs": "config/none.tsv"}}, "config/none.tsv: no such table"),
        ({"years": {"first": 1890}}, "wrong at years.first: 1890 is less than the minimum"),
        ({"years": {"first": 2020, "last": 2010}}, "first (2020) must come before last (2010)"),
        ({"base_year": 1995}, "wrong at base_year: 1995 is not within years"),
        ({"confidence": 95}, "wrong at confidence: 95 is greater"),
        ({"figures": {"colour": "red"}}, "'colour' was unexpected"),
        ({"capital": {"depreciation": 9.6}}, "wrong at capital.depreciation: 9.6 is greater"),
        ({"claims": {"about": "atlantis"}}, "wrong at claims.about: 'atlantis' is not among"),
        ({"claims": {"absent": "maybe"}}, "wrong at claims.absent: 'maybe' is not one of"),
        ({"site": {"variables": []}}, "wrong at site.variables: [] should be non-empty"),
        ({"population": {"basis": "hukou"}}, "wrong at population.basis: 'hukou' is not one of"),
        (
            {"population": {"basis": "registered", "between_censuses": "interpolated"}},
            "wrong at population.basis: 'resident' was expected",
        ),
    ],
)
def test_wrong_configuration_stops_with_a_sentence(tmp_path, overrides, sentence):
    code, printed = plan(tmp_path, overrides)
    assert code != 0
    assert sentence in printed
    assert "Traceback" not in printed


def test_a_zone_without_its_core_is_named(tmp_path):
    for part in ("workflow", "config"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy2(ROOT / "Snakefile", tmp_path)
    for part in ("assets", "data", "guantian", "paper", "environment.yml"):
        (tmp_path / part).symlink_to(ROOT / part)
    zone = tmp_path / "config/zones/wanjiang.yaml"
    lines = zone.read_text("utf-8").splitlines(keepends=True)
    zone.write_text("".join(line for line in lines if not line.startswith("core:")), "utf-8")
    code, printed = plan(tmp_path, {"zone": "wanjiang"}, folder=tmp_path)
    assert code != 0
    assert "config/zones is wrong at wanjiang.yaml: no field core; expected id" in printed
    assert "Traceback" not in printed


def test_right_configuration_is_planned(tmp_path):
    code, printed = plan(tmp_path, {"zone": "wuhan_city_circle"})
    assert code == 0, printed


PART = "what: a, unit: u, why: b, estimate: {file: f, analysis: a, term: t}"


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        ("- {id: S1.1, parts: []}", "chapter.yaml is wrong at S1.1.parts: [] should be non-empty"),
        ("- {id: S1.1, mising: x}", "chapter.yaml is wrong at S1.1: Additional properties"),
        (
            f"- id: S1.1\n  parts: [{{{PART}, direction: up, matters: 1}}]",
            "chapter.yaml is wrong at S1.1.parts.0.direction: 'up' is not one of",
        ),
        (
            f"- id: S1.1\n  parts: [{{{PART}, direction: positive, matters: 0}}]",
            "chapter.yaml is wrong at S1.1.parts.0.matters: 0 is less than or equal to",
        ),
    ],
)
def test_evidence_that_does_not_fit_is_named(tmp_path, evidence, sentence):
    folder = tmp_path / "claims"
    folder.mkdir()
    (folder / "chapter.yaml").write_text(evidence)
    code, said = plan(tmp_path, {"claims": {"evidence": str(folder)}})
    assert code != 0
    assert sentence in said
