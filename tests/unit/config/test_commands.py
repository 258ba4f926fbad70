"""A command of the project ends in a sentence where what it reads is missing or damaged."""

import re
import runpy
import shutil
import subprocess
import sys

import pytest

#: `python -m` with what it is given, and what is then said; {raw} is a folder with a damaged table.
COMMANDS = {
    "guantian.data.package {raw}/datapackage.json": r"\.csv is missing; .* put it back",
    "guantian.data.package {raw}/none.json": r"none\.json.* (is missing|No such file)",
    "guantian.data.sources {raw}/none": r"none.*(is missing|No such file)",
    "guantian.verification {raw} {raw}/reference": r"The reference has no .*estimates\.csv; make",
    "audit.report {raw}/none": r"errata\.csv: No such file",
    "audit.first_version {raw}/none": r"errata\.csv.*No such file|No such file.*errata\.csv",
    "audit.shown --planted {raw}/none.csv": r"none\.csv",
    "audit {raw} {raw}/config/study.yaml": r"is missing; expected a file there|is missing",
    "audit.compile {raw}/checkouts {raw}": r"(is missing|No such file)",
    "guantian.report {raw}/datapackage.json": r"The report has no workflow_desc where it was expec",
    "guantian.folders --remove data/raw": r"was not made by the study|belong to the project",
}


@pytest.fixture(scope="module")
def raw(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    shutil.copy2(root / "data/raw/datapackage.json", folder)
    for path in (root / "data/raw").glob("city_[a-e]*.csv"):
        shutil.copy2(path, folder)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_it_ends_with_a_sentence(root, raw, command, monkeypatch, capsys):
    monkeypatch.chdir(root)
    module, *given = command.format(raw=raw).split()
    monkeypatch.setattr(sys, "argv", [module, *given])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__", alter_sys=False)
    assert ended.value.code not in (0, None)
    told = ended.value.code if isinstance(ended.value.code, str) else capsys.readouterr().err
    assert re.search(COMMANDS[command], told), told
    assert "Traceback" not in told and "\n" not in told.strip()


def test_every_command_is_tried(root):
    """But those that say what is wrong by themselves, or take nothing that could be missing."""
    listed = subprocess.run(
        ["git", "grep", "-l", "__name__ == .__main__.", "--", "guantian", "audit"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    modules = {
        name.removesuffix(".py").removesuffix("/__main__").replace("/", ".") for name in listed
    }
    told = {"guantian.cli", "guantian.config", "guantian.every_zone"}
    assert modules - told == {command.split()[0] for command in COMMANDS}


def test_a_fault_of_our_own_keeps_its_traceback():
    from guantian.errors import DataError, run_command

    def ours():
        raise DataError("a.csv, row 2: '' where a number was expected.")

    def theirs():
        raise ValueError("shapes (2,) and (3,) not aligned")

    with pytest.raises(SystemExit, match=r"a\.csv, row 2"):
        run_command(ours)
    with pytest.raises(ValueError, match="not aligned"):
        run_command(theirs)
    for status in (0, 1, None):
        with pytest.raises(SystemExit) as ended:
            run_command(lambda status=status: status)
        assert ended.value.code == (status or 0)
