"""The documentation's examples run, its links lead somewhere, its gallery is whole."""

import doctest
import importlib
import importlib.util
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def pages(root):
    return sorted((root / "docs").rglob("*.md"))


def program(root, name):
    spec = importlib.util.spec_from_file_location(name, root / f"docs/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


METHODS = sorted((Path(__file__).resolve().parents[2] / "docs/methods").glob("*.md"))
PAGES = [
    "figures-and-tables",
    *(
        f"tutorials/{name}"
        for name in ("add-a-claim", "clubs", "placebo-zones", "spatial-panel", "ten-minutes")
    ),
]


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_hold(root, page, monkeypatch):
    monkeypatch.chdir(root)
    if page.endswith("ten-minutes") and not (root / "results/claims.json").exists():
        pytest.skip("reads results, and none have been made: run make first")
    done = doctest.testfile(str(root / f"docs/{page}.md"), module_relative=False, optionflags=FLAGS)
    assert done.attempted > 5
    assert done.failed == 0


@pytest.mark.parametrize(
    "page",
    [page for page in METHODS if page.stem not in ("index", "conformance")],
    ids=lambda page: page.stem,
)
def test_every_methods_page_runs_and_says_where_it_fails(root, page, monkeypatch):
    monkeypatch.chdir(root)
    done = doctest.testfile(str(page), module_relative=False, optionflags=FLAGS)
    assert done.attempted > 0
    assert done.failed == 0
    text = page.read_text("utf-8")
    assert re.search(r"^## (Limits|What to keep in mind)$", text, re.M)
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert all(block.startswith(">>> ") and block.endswith("\n\n") for block in blocks)


def test_there_is_a_notebook_of_every_tutorial(root):
    """After a change of a tutorial: run docs/make_notebooks.py."""
    writer = program(root, "make_notebooks")
    pages = writer.tutorials()
    assert {page.stem for page in pages} >= {"clubs", "placebo-zones", "spatial-panel"}
    for page in pages:
        held = nbformat.read(root / f"docs/notebooks/{page.stem}.ipynb", as_version=4)
        nbformat.validate(held)
        assert held == writer.notebook(page.read_text("utf-8")), page.name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["clubs", "placebo-zones", "spatial-panel"])
def test_notebooks_run(root, name):
    held = nbformat.read(root / f"docs/notebooks/{name}.ipynb", as_version=4)
    names = {}
    for cell in held.cells:
        if cell.cell_type == "code" and "raises-exception" in cell.metadata.get("tags", ()):
            with pytest.raises(ValueError):
                exec(cell.source, names)
        elif cell.cell_type == "code":
            exec(cell.source, names)
    assert len(names) > 5


def test_links_lead_somewhere(root):
    others = ("README.md", "CONTRIBUTING.md", "config/README.md", "data/README.md")
    library = root / "packages/regiometrics"
    others = [root / name for name in others] + sorted(library.glob("*.md"))
    for page in [*pages(root), *others]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            made = target.startswith("../results/")  # by `make`: not there in a fresh copy
            if not target.startswith("http") and not made:
                assert (page.parent / target).exists(), (page.name, target)


def test_files_and_names_in_the_documentation_exist(root):
    """Paths and dotted names in back ticks: what was moved or renamed is mended here too."""
    made = ("results", "data/processed", "docs/_build")
    folders = {path.name for path in root.iterdir() if path.is_dir()} - {"results"}
    for page in [*pages(root), root / "README.md", root / "CONTRIBUTING.md"]:
        text = page.read_text("utf-8")
        for name in re.findall(r"`([\w./-]+/[\w./-]+)`", text):
            if name.split("/")[0] in folders and not name.startswith(made):
                assert (root / name).exists(), (page.name, name)
        for name in re.findall(r"`((?:guantian|regiometrics)(?:\.\w+)+)(?:\(|`)", text):
            assert known(name), (page.name, name)


def known(name):
    """Whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part, None)
        return found is not None
    return False


def test_targets_named_in_the_documentation_exist(root):
    rules = re.findall(r"^([\w -]+):", (root / "Makefile").read_text("utf-8"), re.M)
    known = {name for rule in rules for name in rule.split()}
    for page in pages(root):
        asked = re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", page.read_text("utf-8"), re.M)
        assert {one or other for one, other in asked} <= known, page.name


@pytest.fixture(scope="module")
def gallery(root):
    return program(root, "make_gallery")


def test_every_figure_and_table_is_in_the_gallery(root, gallery):
    """After a new figure: run docs/make_gallery.py."""
    listed = re.findall(r"^\| \[`(\w+)`\]", (root / "docs/gallery.md").read_text("utf-8"), re.M)
    assert listed == [*gallery.results("figures"), *gallery.results("tables")]


def test_every_case_of_published_numbers_is_described(root):
    folder = root / "packages/regiometrics/tests/reference"
    listed = re.findall(r"^\| (\w+) \|", (folder / "README.md").read_text("utf-8"), re.M)[1:]
    cases = {path.name for path in folder.iterdir() if path.is_dir()} - {"__pycache__"}
    assert listed == sorted(cases)


def test_an_opening_ends_at_a_full_stop_outside_brackets(gallery):
    caption = "A line (thin. Not here) and more, so that it is long; and 0.5 of it. Then. More."
    assert gallery.opening(caption) == caption.removesuffix(" Then. More.")
    assert gallery.opening("No stop at all") == "No stop at all"


def test_the_gallery_is_what_its_program_writes(root, gallery):
    """After a change of a caption: run docs/make_gallery.py."""
    assert (root / "docs/gallery.md").read_text("utf-8") == gallery.gallery()


def test_no_file_holds_the_marks_of_a_conflict(root):
    """A merge that was committed half done."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a clone: which files are tracked is not known")
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            assert not re.search(rb"^(<{7}|>{7}|\|{7})( |$)", content, re.M), name
