"""The recipe of the container: from the lock, on a pinned base, not as root."""

import re
import tomllib

import pytest
import yaml


@pytest.fixture(scope="module")
def steps(root):
    """Instructions of the recipe as pairs of a word and its arguments, lines joined."""
    text = (root / "Containerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.M)).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


def of(steps, word):
    return [arguments for name, arguments in steps if name == word]


def test_the_base_is_pinned_by_its_digest_and_of_a_python_that_the_study_takes(steps, root):
    (base,) = of(steps, "FROM")
    found = re.fullmatch(r"python:(3\.\d+)-slim-bookworm@sha256:[0-9a-f]{64}", base)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"Programming Language :: Python :: {found[1]}" in project["classifiers"]


def test_all_that_is_installed_is_locked_or_the_projects_own(steps):
    installs = [
        part for run in of(steps, "RUN") for part in run.split("&&") if " pip " in f" {part}"
    ]
    assert len(installs) == 3
    for command in installs:
        assert "--require-hashes" in command or "--no-deps" in command, command
        assert "--no-cache" in command, command
    assert not any("apt" in run or "curl" in run for run in of(steps, "RUN"))


def test_it_does_not_run_as_root(steps):
    names = [name for name, _ in steps]
    assert of(steps, "USER") == ["1000"]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN")


def test_the_label_tells_what_the_project_tells(steps, root):
    label = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]+)"', of(steps, "LABEL")[0]))
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    assert label["version"] == project["version"] == str(citation["version"])
    assert label["authors"] == project["authors"][0]["name"]
    assert {"title", "description", "licenses"} < set(label)


def test_what_is_copied_is_there_and_what_is_made_stays_out(steps, root):
    for arguments in of(steps, "COPY"):
        source, _ = [word for word in arguments.split() if not word.startswith("--")]
        assert (root / source).exists()
    ignored = (root / ".dockerignore").read_text("utf-8").split("\n")
    made = {line.strip("/") for line in (root / ".gitignore").read_text("utf-8").split("\n")}
    for name in ("results", "logs", ".venv", ".snakemake", "data/processed"):
        assert name in ignored and name in made


def test_its_command_is_the_studys(steps):
    assert of(steps, "ENTRYPOINT") == ['["snakemake", "--cores", "all", "--"]']
    assert of(steps, "CMD") == ['["all"]']
