"""A configuration that does not fit stops with one clear sentence, before anything runs."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guantian.config import ConfigError, merged, read_study
from guantian.files import UnreadableError, read_mapping, read_yaml

ROOT = Path(__file__).resolve().parents[2]


def plan(tmp_path, overrides, folder=ROOT):
    """Plan the study with overrides; return the exit code and what was printed."""
    settings = tmp_path / "overrides.json"
    settings.write_text(json.dumps(overrides))
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--nolock", "--configfile", settings]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def refused(overrides):
    """Read the study with overrides, as every start of the workflow does; return the sentence."""
    config = merged(read_yaml(ROOT / "config/study.yaml"), overrides)
    with pytest.raises(ConfigError) as stopped:
        read_study(config, ROOT, ["config/study.yaml", "overrides.json"])
    return str(stopped.value)


def test_a_wrong_configuration_stops_with_a_sentence_alone(tmp_path):
    code, printed = plan(tmp_path, {"zone": "atlantis"})
    assert code != 0
    assert "overrides.json) is wrong at zone: 'atlantis' is not among the zon" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"zonne": "x"}, "is wrong at zonne: there is no such key; did you mean 'zone'?"),
        ({"region": ["999999"]}, "wrong at region, entry 1: '999999'; expected a province's code"),
        ({"games": {"centres": ["610101"]}}, "wrong at games.centres: '610101' is not among"),
        (
            {"convergence": {"figures": {"levels": ["joy"]}}},
            "wrong at convergence.figures.levels: 'joy' is not among the var",
        ),
        ({"convergence": {"specs": "config/none.tsv"}}, "config/none.tsv: no such table"),
        ({"years": {"first": 2020, "last": 2010}}, "first (2020) must come before last (2010)"),
        ({"confidence": 95}, "wrong at confidence: 95; expected a number above 0.5 and below 1"),
        (
            {"plan": {"n_placebos": 50000}},
            "at plan.n_placebos: 50000 placebo zones; expected at most",
        ),
        ({"pathvars": {"results": "data/raw"}}, "'data/raw' is in data, which holds the project's"),
    ],
)
def test_the_sentence_says_what_is_wrong(overrides, sentence):
    """A start of Snakemake costs seconds, so one shows that it prints what is raised here."""
    assert sentence in refused(overrides)


@pytest.fixture
def project(tmp_path):
    """A copy of what a plan reads, with the rest as links."""
    folder = tmp_path / "project"
    for part in ("workflow", "config"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy2(ROOT / "Snakefile", folder)
    for part in ("assets", "data", "guantian", "packages", "paper", "environment.yml"):
        (folder / part).symlink_to(ROOT / part)
    return folder


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_zone_without_its_core_is_named(tmp_path, project):
    zone = project / "config/zones/wanjiang.yaml"
    change(zone, 'core: "340100"\n', "")
    code, printed = plan(tmp_path, {"zone": "wanjiang"}, folder=project)
    assert code != 0
    assert "config/zones/wanjiang.yaml is wrong at core: no value is given; expected" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda text: text.encode("utf-16"), "config/study.yaml is in UTF-16; expected UTF-8"),
        (lambda text: (text + "# 关中").encode("gbk", "replace"), "not in UTF-8 (perhaps in GBK)"),
        (lambda text: text.encode() + b"a: [", "not YAML"),
        (lambda text: text.encode() + b"zone: x\n", "the key 'zone' appears twice"),
    ],
)
def test_the_damage_is_named(tmp_path, damage, sentence):
    study = tmp_path / "study.yaml"
    study.write_bytes(damage((ROOT / "config/study.yaml").read_text("utf-8")))
    with pytest.raises(UnreadableError) as stopped:
        read_mapping(str(study), "config/study.yaml")
    assert sentence in str(stopped.value)


def test_a_damaged_study_stops_with_a_sentence_alone(tmp_path, project):
    study = project / "config/study.yaml"
    study.write_bytes(study.read_text("utf-8").encode("utf-16"))
    code, printed = plan(tmp_path, {}, folder=project)
    assert code != 0
    assert "config/study.yaml is in UTF-16; expected UTF-8" in printed
    assert "Traceback" not in printed


def test_a_library_file_that_is_missing_is_named(tmp_path, project):
    (project / "guantian").unlink()
    shutil.copytree(ROOT / "guantian", project / "guantian")
    (project / "guantian/data/capital.py").unlink()
    code, printed = plan(tmp_path, {}, folder=project)
    assert code != 0
    assert "guantian/data/capital.py is missing, which workflow/" in printed
    assert "Traceback" not in printed


def test_a_file_dated_in_the_future_is_named(tmp_path, project):
    path = project / "config/claims.yaml"
    os.utime(path, (time.time() + 86400,) * 2)
    code, printed = plan(tmp_path, {}, folder=project)
    assert code != 0
    assert "config/claims.yaml is dated" in printed
    assert "`touch config/claims.yaml`" in printed


def test_right_configuration_is_planned(tmp_path):
    code, printed = plan(tmp_path, {"zone": "wuhan_city_circle"})
    assert code == 0, printed


def test_another_zone_writes_to_folders_of_its_own(tmp_path):
    """Nothing that depends on the zone may lie where the study's own results are."""
    settings = tmp_path / "zone.json"
    settings.write_text(json.dumps({"zone": "wuhan_city_circle"}))
    command = [sys.executable, "-m", "snakemake", "--summary", "--nolock"]
    done = subprocess.run(
        [*command, "--configfile", settings, "--", "all"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    made = [line.split("\t")[0] for line in done.stdout.splitlines()[1:]]
    assert len(made) > 100
    own = ("results/wuhan_city_circle/", "data/processed/wuhan_city_circle/")
    assert [path for path in made if not path.startswith(own)] == []
    assert any(path.startswith(own[0]) for path in made)


def tracked(folder):
    done = subprocess.run(
        ["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True
    )
    return [name for name in done.stdout.splitlines() if not (folder / name).exists()]


def run(folder, *arguments):
    """Run Snakemake in a project of its own, on that project's library."""
    environment = os.environ | {"PYTHONPATH": f"{folder}/packages/regiometrics/src:{folder}"}
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_cleaning_removes_what_was_made_and_nothing_else(tmp_path):
    """`pathvars.results: data/raw` once deleted 81 files of the project."""
    project = tmp_path / "project"
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode().split("\0")  # fmt: skip
    for name in filter(None, files):
        if (ROOT / name).exists() and not name.startswith(("tests/", "paper/")):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, project / name)
    subprocess.run(["git", "init", "-q", "."], cwd=project, check=True)
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    for folder in ("data/raw", "guantian", "config", "assets"):
        folders = {"pathvars": {"results": folder, "processed": "data/processed"}}
        assert "which holds the project's own files" in refused(folders)
    (tmp_path / "clean.json").write_text(json.dumps(folders))
    code, printed = run(project, "--configfile", tmp_path / "clean.json", "--", "clean_results")
    assert code != 0
    assert "which holds the project's own files" in printed
    # A folder of one's own is no folder of the study's.
    (project / "results").mkdir()
    (project / "results/thesis.txt").write_text("mine")
    made = "data/processed/tables/city_names.parquet"
    for target in ("clean_results", made):
        code, printed = run(project, "--", target)
        assert code != 0
        assert "results" in printed
        assert ".made-by-guantian" in printed
    assert (project / "results/thesis.txt").read_text() == "mine"
    assert not (project / made).exists()
    (project / "results/thesis.txt").unlink()
    # What the study made goes.
    code, printed = run(project, "--", made)
    assert code == 0, printed
    assert (project / made).exists()
    assert (project / "results/.made-by-guantian").exists()
    code, printed = run(project, "--", "clean_results")
    assert code == 0, printed
    for folder in ("results", "data/processed", "logs", "benchmarks/rules"):
        assert not (project / folder).exists()
    assert tracked(project) == []
