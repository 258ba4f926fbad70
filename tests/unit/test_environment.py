"""One environment: pyproject.toml, lock and environment.yml agree; the wheel builds."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def library(root):
    text = (root / "packages" / "regiometrics" / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]


LOCKS = ("requirements.lock", "requirements-dev.lock")


def lines_of(lock):
    """The lock without its comments."""
    text = lock.read_text("utf-8")
    return [line for line in text.splitlines() if line.strip()[:1] not in ("", "#")]


def pins_of(lock):
    """Name to version."""
    matches = [match for match in map(PIN.match, lines_of(lock)) if match]
    found = {canonicalize_name(match["name"]): Version(match["version"]) for match in matches}
    assert len(found) == len(matches) > 50, "one version each, for every Python of the range"
    return found


@pytest.fixture(scope="module")
def pins(root):
    """Of both locks."""
    run, tools = (pins_of(root / name) for name in LOCKS)
    return run | tools


@pytest.fixture(scope="module")
def environment(root):
    return yaml.safe_load((root / "environment.yml").read_text("utf-8"))


@pytest.mark.parametrize("member", ["project", "library"])
def test_every_dependency_is_pinned_within_its_range(request, member, pins):
    """One lock serves both packages; the library itself is installed from its folder."""
    project = request.getfixturevalue(member)
    extras = {**project["optional-dependencies"], "slurm": []}  # a cluster's lock is its own
    groups = [project["dependencies"], *extras.values()]
    wanted = [Requirement(text) for group in groups for text in group]
    wanted = [requirement for requirement in wanted if requirement.name != "regiometrics"]
    assert len(wanted) > 10
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is in no lock"
        assert requirement.specifier, f"{name} has no lower bound in pyproject.toml"
        assert requirement.specifier.contains(pins[name], prereleases=True), requirement


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash_and_every_line_is_a_pin_or_a_hash(root, name):
    lines = lines_of(root / name)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if PIN.match(line):
            assert HASH.match(following), f"{line}: no sha256 hash follows"
        else:
            assert HASH.match(line), f"{line!r} is neither a pin nor a hash"
            goes_on = line.endswith("\\")
            assert bool(HASH.match(following)) == goes_on, line


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_server(root, name):
    """Comments too; the flag that leaves servers out is the one place where the word stands."""
    text = (root / name).read_text("utf-8").replace("--no-emit-index-url", "")
    for word in ("http", "://", "index", "find-links", "git+", "file:"):
        assert word not in text.lower()


@pytest.mark.parametrize(
    ("name", "extras"),
    [
        ("requirements.lock", "--extra workflow"),
        ("requirements-dev.lock", "--extra dev --extra docs"),
    ],
)
def test_the_lock_is_made_from_this_project(root, name, extras):
    head = "\n".join((root / name).read_text("utf-8").splitlines()[:3])
    assert f"uv pip compile pyproject.toml {extras} --" in head
    assert "--generate-hashes" in head


def test_both_locks_have_the_same_versions(root):
    run, tools = (pins_of(root / name) for name in LOCKS)
    both = run.keys() & tools.keys()
    assert len(both) > 50
    assert {name: run[name] for name in both} == {name: tools[name] for name in both}


def test_what_runs_the_study_brings_no_tools(root, project):
    """They are large, and only tests, checks and documents need them."""
    run = pins_of(root / "requirements.lock")
    extras = project["optional-dependencies"]
    tools = {
        canonicalize_name(Requirement(text).name) for text in [*extras["dev"], *extras["docs"]]
    }
    shared = {"fonttools", "nbformat", "packaging"}  # of matplotlib, snakemake and pandas
    assert tools & run.keys() <= shared


def test_the_extras_that_are_asked_for_exist(project, library):
    """An unknown extra is no error for installers: it is left out in silence."""
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    groups += library["optional-dependencies"].values()
    asked = [Requirement(text) for group in groups for text in group]
    extras = set().union(*(one.extras for one in asked if one.name == "regiometrics"))
    assert {"weights", "all", "test"} <= extras <= set(library["optional-dependencies"])


def test_conda_brings_python_and_pip_alone(environment):
    assert [Requirement(text).name for text in environment["dependencies"]] == ["python", "pip"]


@pytest.mark.parametrize("way", ["by Snakemake", "by hand"])
def test_conda_users_get_the_lock_and_both_packages(root, tmp_path, way):
    """Snakemake runs a copy of the script from the folder of whoever uses the workflow."""
    script = root / "environment.post-deploy.sh"
    (tmp_path / "elsewhere").mkdir()
    given = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SAID": str(tmp_path / "said")}
    if way == "by Snakemake":
        script = shutil.copy(script, tmp_path / "0a1b.post-deploy.sh")
        given["GUANTIAN_TOP"] = str(root)
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nset -e\nfor word; do echo "$PWD $word" >> "$SAID"; done\n')
    python.chmod(0o755)
    subprocess.run(["bash", str(script)], cwd=tmp_path / "elsewhere", env=given, check=True)
    said = [line.rpartition(" ") for line in (tmp_path / "said").read_text().splitlines()]
    assert {folder for folder, _, _ in said} == {str(root)}
    words = [word for _, _, word in said]
    assert words.count("install") == 2
    assert "--require-hashes" in words[: words.index("requirements.lock")]
    for word in words[words.index("requirements.lock") :]:
        assert word.startswith("-") or (root / word).exists() or word in ("pip", "install")
    assert words[-4:] == ["--editable", "packages/regiometrics", "--editable", "."]


def test_a_change_of_the_lock_makes_the_conda_environment_anew(root):
    lock = hashlib.sha256((root / "requirements.lock").read_bytes()).hexdigest()
    script = (root / "environment.post-deploy.sh").read_text("utf-8")
    assert f"# requirements.lock: {lock}\n" in script


def test_conda_asks_for_the_same_python(environment, project):
    python = Requirement(environment["dependencies"][0])
    assert python.specifier == SpecifierSet(project["requires-python"])
    for version in ("3.11", "3.12", "3.13"):
        assert python.specifier.contains(version)
        assert f"Programming Language :: Python :: {version}" in project["classifiers"]
    for version in ("3.10", "3.14"):
        assert not python.specifier.contains(version)


def test_these_tests_run_on_the_locked_versions(pins):
    """Whoever runs them elsewhere is told, rather than misled by other versions' numbers."""
    from importlib.metadata import version

    for name in ("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "matplotlib"):
        assert Version(version(name)) == pins[name], name


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return path.name, files


def test_the_wheel_holds_the_library_and_nothing_else(wheel, root):
    name, files = wheel
    parts = {".py", ".html", ".css", ".js", ".yaml", ".typ"}  # labels, captions, texts, the page
    library = {
        path.relative_to(root).as_posix()
        for path in (root / "guantian").rglob("*")
        if path.suffix in parts
    }
    others = {file for file in files if ".dist-info/" not in file}
    assert others == library
    assert name.endswith("-py3-none-any.whl")


def test_the_wheel_tells_its_dependencies_and_licence(wheel, project):
    _, files = wheel
    (metadata,) = (text.decode() for file, text in files.items() if file.endswith("METADATA"))
    for requirement in project["dependencies"]:
        assert f"Requires-Dist: {Requirement(requirement)}" in metadata
    assert "License-Expression: MIT" in metadata
    assert any(file.endswith("licenses/LICENSE") for file in files)


def test_the_version_is_told_once(project):
    import guantian

    assert guantian.__version__ == project["version"]


LIGHT = (
    "guantian",
    "guantian.results",
    "regiometrics.convergence",
    "guantian.chapters.convergence.estimate",
    "guantian.data.errata",
    "guantian.data.package",
    "guantian.data.panel",
    "guantian.data.read",
    "guantian.chapters.convergence.tables",
    "guantian.present.tables",
)
HEAVY = (
    "esda", "geopandas", "giddy", "great_tables", "libpysal", "linearmodels", "matplotlib",
    "pandera", "seaborn", "snakemake", "statsmodels", "typst",
)  # fmt: skip


def test_light_modules_import_nothing_heavy(root):
    """What costs a second or more is imported where it is used, not with the library."""
    imports = ";".join(f"import {name}" for name in LIGHT)
    show = f"import sys;print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    command = [sys.executable, "-c", f"{imports};{show}"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", ["study", "my study's 关中"])
@pytest.mark.parametrize(
    ("given", "own"),
    [
        ({"HOME": "{tmp}/home"}, "{tmp}/home/.cache"),
        ({"HOME": "{tmp}/home", "XDG_CACHE_HOME": "{tmp}/cache"}, "{tmp}/cache"),
        ({"HOME": "{tmp}/home", "XDG_CACHE_HOME": "/proc/none"}, ""),
        ({"HOME": "/proc/none"}, ""),
        ({}, ""),
    ],
)
def test_make_finds_a_cache_and_a_place_for_the_environment(root, tmp_path, name, given, own):
    """Snakemake fails where the cache cannot be written, and with a blank in Python's path."""
    folder = tmp_path / name
    folder.mkdir()
    shutil.copy2(root / "Makefile", folder)
    settings = {key: value.format(tmp=tmp_path) for key, value in given.items()}
    done = subprocess.run(
        ["make", "--eval", "where: ; @printf '%s\\n' \"$$XDG_CACHE_HOME\" '$(VENV)'", "where"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    cache, environment = done.stdout.splitlines()
    expected = own.format(tmp=tmp_path) or f"{folder}/.snakemake/cache"
    assert cache == expected
    if " " in name and own:  # two projects have two environments
        assert re.fullmatch(re.escape(expected) + r"/guantian/\d+", environment)
    else:
        assert environment == ".venv"
