"""What is promised of licences, pinned actions and the list of packages."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit(path):
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["jobs"]
    used = re.findall(r"uses: (\S+)", text)
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_may_write_nothing_by_default(path):
    given = yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"]
    assert set((given or {}).values()) <= {"read"}


def test_licences_are_given_for_every_kind_of_file():
    held = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))
    licences = {entry["SPDX-License-Identifier"] for entry in held["annotations"]}
    assert licences == {"MIT", "CC-BY-4.0", "OFL-1.1", "LicenseRef-as-stated-at-source"}
    texts = {path.stem for path in (ROOT / "LICENSES").iterdir()}
    assert texts == licences


def test_the_list_of_packages_holds_what_the_lock_holds(tmp_path):
    path = tmp_path / "bom.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements"),
            *("--output-reproducible", "--output-file", str(path)),
            str(ROOT / "requirements.lock"),
        ],
        check=True,
        capture_output=True,
    )
    components = json.loads(path.read_text(encoding="utf-8"))["components"]
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    assert {part["name"] for part in components} == set(locked)
    assert all(part.get("externalReferences") or part.get("hashes") for part in components)
