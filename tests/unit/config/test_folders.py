"""What the study made may be removed; nothing else is."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from guantian.config.sections import MADE_IN_SOURCES, SOURCES, Folders
from guantian.folders import MARK, FolderError, check, is_marked, main, mark, remove, zone_of


def fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_made_folder_is_marked_and_removed(tmp_path):
    mark(["results", "data/processed"], tmp_path, "here")
    fill(tmp_path, "results/figures/a.svg", "data/processed/panel.parquet", "data/raw/a.csv")
    assert zone_of(tmp_path / "results") == "here"
    assert remove(["results", "data/processed"], tmp_path) == ["results", "data/processed"]
    assert files(tmp_path) == {"data/raw/a.csv"}
    assert remove(["results"], tmp_path) == []


def test_marking_again_changes_nothing(tmp_path):
    mark(["results"], tmp_path, "here")
    before = (tmp_path / "results" / MARK).read_bytes()
    mark(["results"], tmp_path, "here")
    assert (tmp_path / "results" / MARK).read_bytes() == before


def test_what_was_not_made_is_not_removed(tmp_path):
    fill(tmp_path, "results/mine.txt", "made/a")
    mark(["logs"], tmp_path, "here")
    with pytest.raises(FolderError, match="results was not made by the study"):
        remove(["logs", "results"], tmp_path)
    assert is_marked(tmp_path / "logs"), "nothing is removed unless all may be"


@pytest.mark.parametrize("name", ["../outside", "/", "."])
def test_nothing_outside_the_project_is_removed(tmp_path, name):
    project = tmp_path / "project"
    project.mkdir()
    fill(tmp_path, f"outside/{MARK}", "outside/a", f"project/{MARK}")
    with pytest.raises(FolderError, match="is not in the project's folder"):
        remove([name], project)
    assert "outside/a" in files(tmp_path)


def test_a_link_is_not_followed(tmp_path):
    project = tmp_path / "project"
    fill(tmp_path, f"kept/{MARK}", "kept/a")
    project.mkdir()
    (project / "results").symlink_to(tmp_path / "kept")
    with pytest.raises(FolderError, match="is a link"):
        remove(["results"], project)
    fill(tmp_path, f"kept/inner/{MARK}")
    with pytest.raises(FolderError, match="is a link, or in one"):
        remove(["results/inner"], project)
    assert "kept/a" in files(tmp_path)


def test_files_of_the_project_are_not_removed_even_where_marked(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    fill(tmp_path, "made/raw.csv", f"made/{MARK}")
    subprocess.run(["git", "add", "made/raw.csv"], cwd=tmp_path, check=True)
    with pytest.raises(FolderError, match=r"made holds files of the project, as made/raw\.csv"):
        remove(["made"], tmp_path)


def test_another_zones_folder_stays(tmp_path):
    mark(["results", "results/other"], tmp_path, "here")
    (tmp_path / "results/other" / MARK).unlink()
    mark(["results/other"], tmp_path, "other")
    fill(tmp_path, "results/claims.csv", "results/tables/a.csv", "results/other/claims.csv")
    remove(["results"], tmp_path)
    assert files(tmp_path) == {f"results/other/{MARK}", "results/other/claims.csv"}
    # The folder of the own zone bears no mark now, and holds nothing but marked ones.
    assert remove(["results"], tmp_path) == []
    mark(["results"], tmp_path, "here")
    assert remove(["results/other"], tmp_path) == ["results/other"]
    assert files(tmp_path) == {f"results/{MARK}"}


def test_what_was_not_made_is_not_written_to(tmp_path):
    fill(tmp_path, "results/mine.txt", "file")
    with pytest.raises(FolderError, match=f"did not make .*`touch results/{MARK}`"):
        mark(["results"], tmp_path, "here")
    assert files(tmp_path / "results") == {"mine.txt"}
    with pytest.raises(FolderError, match="file is a file; expected a folder"):
        check(["file"], tmp_path, "here")
    (tmp_path / "results" / MARK).touch()  # as the sentence says
    mark(["results"], tmp_path, "here")
    assert zone_of(tmp_path / "results") == "here"


def test_another_zone_does_not_write_into_a_study(tmp_path):
    mark(["results/small"], tmp_path, "here")
    with pytest.raises(FolderError, match=r"results/small holds the study of here; .* for there"):
        mark(["results/small"], tmp_path, "there")


def test_the_command_line_says_what_it_did(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    mark(["results"], tmp_path, "here")
    assert main(["--remove", "results", "logs"]) == 0
    assert capsys.readouterr().out == "Removed results\n"
    assert main(["--remove", "results"]) == 0
    assert "nothing to remove" in capsys.readouterr().out
    fill(tmp_path, "results/mine.txt")
    assert main(["--remove", "results"]) == 1
    assert "was not made by the study" in capsys.readouterr().err


SOURCE_FOLDERS = [
    *(source for source in SOURCES if not source.startswith(".")),
    "data/raw",
    "data",
    "Data/Raw",
    "data//raw",
    "guantian/chapters",
    "config/zones",
    "data/processed_too",
    "benchmarks/rulesets",
]


@pytest.mark.parametrize("folder", SOURCE_FOLDERS)
@pytest.mark.parametrize("key", ["processed", "results", "logs", "benchmarks"])
def test_a_source_folder_is_no_place_for_results(folder, key):
    with pytest.raises(ValidationError, match="holds the project's own files"):
        Folders(**{key: folder})


@pytest.mark.parametrize("folder", ["../x", "/tmp/x", ".git/x", "a/../data/raw", "a b", "x;y", ""])
def test_a_folder_is_a_plain_path_in_the_project(folder):
    with pytest.raises(ValidationError):
        Folders(results=folder)


def test_every_folder_of_the_project_is_a_source(root):
    """A new folder of the project must be named in `SOURCES`."""
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True).stdout
    if not listed:
        pytest.skip("no git repository here")
    tops = {line.split("/")[0] for line in listed.splitlines() if "/" in line}
    assert tops <= set(SOURCES)


def test_made_folders_are_accepted():
    for made in MADE_IN_SOURCES:
        assert Folders(results=f"{made}/x").results == f"{made}/x"
    for folder in ("results/small", "out", "out/put"):
        assert Folders(logs=folder).logs == folder
    with pytest.raises(ValidationError, match="logs and results are both 'out'"):
        Folders(logs="out", results="out/")


def test_no_git_is_no_obstacle(tmp_path, monkeypatch):
    mark(["results"], tmp_path, "here")
    monkeypatch.setenv("PATH", "")
    assert shutil.which("git") is None
    assert remove(["results"], tmp_path) == ["results"]
