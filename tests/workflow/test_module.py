"""The workflow used as a module by another one, in a folder that holds nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]


def snakemake(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_foreign_workflow_makes_results_in_its_own_folder(tmp_path):
    folder = tmp_path / "another study"
    folder.mkdir()
    ended = snakemake(
        *("--snakefile", ".test/Snakefile", "--directory", str(folder)),
        *("--configfile", "config/small.yaml"),
    )
    assert ended.returncode == 0, ended.stderr
    made = pd.read_parquet(folder / "results/small/estimates/convergence.parquet")
    assert {"zone", "nation"} <= set(made["sample"])
    assert (folder / "results/small/figures/sigma.svg").exists()
    assert not (folder / "guantian").exists()


def test_all_of_it_can_be_planned_from_another_folder(tmp_path):
    foreign = tmp_path / "Snakefile"
    foreign.write_text(
        f'module guantian:\n    snakefile: "{ROOT}/workflow/Snakefile"\n\n'
        "use rule * from guantian as guantian_*\n\n"
        "rule everything:\n    default_target: True\n    input: rules.guantian_all.input\n",
        encoding="utf-8",
    )
    ended = snakemake("--snakefile", str(foreign), "--directory", str(tmp_path), "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert "guantian_report" in ended.stdout + ended.stderr


def test_a_foreign_workflow_may_say_where_things_go(tmp_path):
    foreign = tmp_path / "Snakefile"
    foreign.write_text(
        f'module guantian:\n    snakefile: "{ROOT}/workflow/Snakefile"\n'
        '    pathvars:\n        results="mine/results",\n        processed="mine/data",\n\n'
        "use rule * from guantian as guantian_*\n\n"
        "rule map:\n    default_target: True\n    input:\n"
        "        rules.guantian_draw_map.output,\n"
        "        rules.guantian_prepare_boundaries.output,\n",
        encoding="utf-8",
    )
    ended = snakemake("--snakefile", str(foreign), "--directory", str(tmp_path), "--dry-run")
    assert ended.returncode == 0, ended.stderr
    said = ended.stdout + ended.stderr
    assert "mine/results/figures/zone_map.svg" in said and " results/figures" not in said
    assert "mine/data/geography/prefectures.parquet" in said


def test_the_workflow_folder_holds_an_entry_point():
    ended = snakemake("--snakefile", "workflow/Snakefile", "--dry-run", "--quiet", "all")
    assert ended.returncode == 0, ended.stderr
