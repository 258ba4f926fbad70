"""A configuration that does not fit stops with one clear sentence, before anything runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def plan(tmp_path, overrides):
    """Plan the study with overrides; return the exit code and what was printed."""
    settings = tmp_path / "overrides.json"
    settings.write_text(json.dumps(overrides))
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--nolock", "--configfile", settings]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"zonne": "x"}, "'zonne' was unexpected"),
        ({"zone": "atlantis"}, "The configuration is wrong at zone: 'atlantis' is not among"),
        ({"region": ["999999"]}, "names the code '999999', which is not in the figures"),
        ({"years": {"first": 1890}}, "wrong at years.first: 1890 is less than the minimum"),
        ({"years": {"first": 2020, "last": 2010}}, "first (2020) must come before last (2010)"),
        ({"base_year": 1995}, "wrong at base_year: 1995 is not within years"),
        ({"convergence": {"confidence": 95}}, "wrong at convergence.confidence: 95 is greater"),
        ({"figures": {"colour": "red"}}, "'colour' was unexpected"),
        ({"capital": {"depreciation": 9.6}}, "wrong at capital.depreciation: 9.6 is greater"),
        ({"claims": {"about": "atlantis"}}, "'atlantis'"),
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


def test_right_configuration_is_planned(tmp_path):
    code, printed = plan(tmp_path, {"zone": "wuhan_city_circle"})
    assert code == 0, printed


PART = "what: a, why: b, estimate: {file: f, analysis: a, term: t}"


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
