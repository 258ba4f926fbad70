"""A small study of another zone, made in a copy of the project from raw figures to report."""

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest
import yaml

from guantian.files import guarded_text

ROOT = Path(__file__).resolve().parents[2]
PARTS = [
    *("Snakefile", "assets", "audit", "config", "data/raw", "guantian", "paper", "profiles"),
    *("data/sources.csv", "data/citations.bib", "data/rights.csv", "CITATION.cff"),
    *("packages/regiometrics/src", "workflow"),
]
PROMISED = ("data/processed/small", "results/small")


def run(command, folder, hashing):
    """Run a command; `hashing` decides the order of sets of texts."""
    environment = os.environ | {"PYTHONHASHSEED": str(hashing)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def snakemake(folder, *arguments, python=sys.executable):
    command = [python, "-m", "snakemake", "--configfile", "config/small.yaml", *arguments]
    return run(command, folder, hashing=1)


#: Names that HTML, a spreadsheet, LaTeX, Typst, reST, Jinja or mathematical text would run.
HOSTILE = [
    "=Z <script>alert('z')</script> $x^$ \\write18{z} #eval & 5% {{ 6*7 }} `l`_ *e* 中",
    "<script>alert('a')</script>",
    "=cmd|' /C calc'!A0",
    r"\write18{x} \input{y}",
    '#eval("panic()")',
    "$x^4$ & $y_",
    "50% & \"q\" 'a'",
    "+1+cmd|x",
    "-2+cmd|x",
    "@SUM(A1)",
    "[8] *b* _u_ `javascript:alert(1)`_",
    "<img src=x onerror=alert(9)> {{ 7*7 }} ${x} {name}",
]


PROVINCES = {
    "610000": "=P <script>alert('p')</script> $x^$",
    "620000": "@P $a_$ #eval",
    "140000": "+P \\write18{p} % &",
}


def rename(folder):
    """Give the zone, its members and provinces hostile names; data say names of cities strictly."""
    path = folder / "config/zones/guanzhong_plain.yaml"
    zone = yaml.safe_load(path.read_text("utf-8"))
    zone["name_en"], *names = HOSTILE
    zone["name_zh"] = zone["approving_body"] = zone["source"] = HOSTILE[0]
    zone["notes"] = HOSTILE
    for member, name in zip(zone["members"], names, strict=True):
        member["name_en"] = name
    path.write_text(yaml.safe_dump(zone, allow_unicode=True), "utf-8")
    path = folder / "data/raw/province_names.csv"
    provinces = pd.read_csv(path, dtype="str")
    code, given = provinces["province_code"], provinces["name_en"]
    provinces["name_en"] = code.map(PROVINCES).fillna(given)
    provinces.to_csv(path, index=False, lineterminator="\n")
    command = [sys.executable, "-m", "guantian.data.package", "data/raw/datapackage.json"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The project copied, with names that run nowhere, and its small study made."""
    folder = tmp_path_factory.mktemp("study")
    single = ("environment.yml", "requirements.lock", "benchmarks/results_spatial.json")
    for part in [*PARTS, *single]:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    rename(folder)
    # The scripts are kept with what they were given, to run again.
    done = snakemake(folder, "--cores", "2", "--skip-script-cleanup")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def digests(folder):
    """Checksums of all that must be the same bytes: the report holds run times and is exempt."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in PROMISED
        for path in sorted((folder / part).rglob("*"))
        if path.is_file() and path.name != "report.html"
    }


def test_everything_is_made(study):
    made = set(digests(study))
    for name in ("zone_map", "levels", "sigma", "beta", "claims"):
        forms = ("png", "svg", "pdf", "csv")
        assert {f"results/small/figures/{name}.{form}" for form in forms} <= made
    for name in ("sigma", "beta_cross_section", "beta_two_way", "sources", "codebook", "coverage"):
        assert {f"results/small/tables/{name}.{form}" for form in ("csv", "tex", "html")} <= made
    assert "results/small/claims.csv" in made
    assert "results/small/paper/guantian.pdf" not in made  # its sentences are of the study's zone
    assert "results/small/paper/brief.pdf" in made
    assert "results/small/site/index.html" in made
    assert (study / "results/small/report.html").stat().st_size > 1_000_000


def made(study, ending):
    return sorted((study / "results/small").rglob(f"*.{ending}"))


def test_no_name_is_a_tag(study):
    """The browser tests open a page with such texts; here is every page that is made."""
    pages = made(study, "html")
    assert len(pages) > 50
    for path in pages:
        text = path.read_text("utf-8")
        assert "<script>alert" not in text and "<img src=x" not in text, path.name
        assert 'href="javascript' not in text and 'href=\\"javascript' not in text, path.name
    report = (study / "results/small/report.html").read_text("utf-8")
    assert r"\u003cscript>alert" in report, "rules' parameters have the name"
    assert "6*7 }}" in report, "the first page says the name, which Jinja does not read"
    for path in made(study, "svg"):
        tags = {element.tag.rpartition("}")[2] for element in ET.parse(path).iter()}
        assert not tags & {"script", "img", "a"}, path.name


def test_no_cell_is_a_formula(study):
    cells = set()
    for path in made(study, "csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                cells.update(row)
                assert [cell for cell in row if guarded_text(cell) != cell] == [], path.name
    assert f"'{HOSTILE[0]} *" in cells, "as the table of all zones marks the zone"


def test_no_name_is_a_command_of_latex(study):
    said = "".join(path.read_text("utf-8") for path in made(study, "tex"))
    assert r"\textbackslash{}write18\{z\}" in said
    assert r"\write18" not in said and r"\input" not in said
    unescaped = re.compile(r"(?<!\\)#eval|(?<!\\)\$x|(?<!\\)50%|^\s*\[8", re.M)
    assert unescaped.findall(said) == []


def test_the_brief_says_names_as_they_are(study):
    from pypdf import PdfReader

    reader = PdfReader(study / "results/small/paper/brief.pdf")
    assert reader.metadata["/Title"].startswith(HOSTILE[0])

    def plain(text):  # without what breaks lines
        return re.sub(r"[\s\u00ad‐-]", "", text)

    said = plain("".join(page.extract_text() for page in reader.pages))
    assert [name for name in HOSTILE if plain(name) not in said] == []
    assert plain("can be estimated for this zone") in said


def test_the_run_is_described(study):
    described = json.loads((study / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {row["@id"]: row for row in described["@graph"]}
    made = {row["@id"] for row in entities["#run"]["result"]}
    assert {"results/small/claims.csv", "data/processed/small/panel.parquet"} <= made
    assert entities["data/raw/city_accounts.csv"]["sha256"]
    assert "requirements.lock" in entities


def test_results_are_small_enough_to_be_sent(study):
    results = study / "results" / "small"
    figures = sum(path.stat().st_size for path in (results / "figures").iterdir())
    assert figures <= 15_000_000
    assert (results / "report.html").stat().st_size <= 15_000_000


@pytest.mark.parametrize(
    ("name", "language", "pages"),
    [
        ("guantian", "en", 18),
        ("appendix", "en", 120),
        ("summary_zh", "zh-CN", 4),
        ("captions_zh", "zh-CN", 6),
    ],
)
def test_the_packed_texts_are_small_and_keep_their_tags(name, language, pages):
    """Screen readers find headings and cells by them; only the study's own zone has a paper."""
    from pypdf import PdfReader

    paper = ROOT / f"results/paper/{name}.pdf"
    if not paper.exists():
        pytest.skip("no paper has been made: run make first")
    assert paper.stat().st_size <= 3_000_000
    reader = PdfReader(paper)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == language
    assert root["/StructTreeRoot"]["/K"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert len(reader.pages) <= pages


def structure(node):
    """Elements of a PDF's structure: kind, alternative text, and the kinds below each."""
    import pikepdf

    below = node.get("/K", [])
    below = below if isinstance(below, pikepdf.Array) else [below]
    children = [each for each in below if isinstance(each, pikepdf.Dictionary)]
    found = [one for child in children for one in structure(child)]
    if "/S" in node:
        inside = {kind for kind, _, _ in found} | set().union(*(below for _, _, below in found))
        found.append((str(node.S), str(node.get("/Alt", "")), inside))
    return found


@pytest.mark.parametrize("name", ["guantian", "appendix", "summary_zh", "captions_zh"])
def test_figures_have_texts_and_tables_have_heads(name):
    """What PDF/UA-1 asks and a machine can see: texts in the place of pictures, headed tables."""
    import pikepdf

    paper = ROOT / f"results/paper/{name}.pdf"
    if not paper.exists():
        pytest.skip("no paper has been made: run make first")
    with pikepdf.open(paper) as document:
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.docinfo["/Title"])
        elements = structure(document.Root.StructTreeRoot)
    texts = {
        kind: [alt for found, alt, _ in elements if found == kind]
        for kind in ("/Figure", "/Formula")
    }
    assert all(len(alt) > 20 for alt in texts["/Figure"])
    assert all(texts["/Formula"])
    assert all("/TH" in below for kind, _, below in elements if kind == "/Table")
    if name == "summary_zh":
        assert len(texts["/Figure"]) == 4
        assert all(re.search(r"[\u4e00-\u9fff]{4}", alt) for alt in texts["/Figure"])


def test_the_report_links_to_the_page_beside_it(study):
    report = (study / "results/small/report.html").read_text("utf-8")
    assert 'href=\\"site/index.html\\"' in report
    assert (study / "results/small/site/index.html").exists()
    assert "overflow-auto > *" in report, "the stylesheet that keeps tall images whole"


def test_nothing_is_to_be_done_afterwards(study):
    assert "Nothing to be done" in snakemake(study, "--dry-run").stdout


def planned(folder, *arguments, **how):
    """Rules that a dry run would run."""
    done = snakemake(folder, "--dry-run", *arguments, **how)
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = done.stdout.partition("Job stats:")[2].partition("Reasons:")[0]
    return set(re.findall(r"^(\w+) +\d+$", jobs, flags=re.M)) - {"all", "total"}


# A file, and the rules that depend on it: a module that draws, a script of the page, and two tables
# of decisions on raw figures.
DEPENDENT = {
    "guantian/chapters/growth/figures.py": {"show_growth", "report"},
    "guantian/site/script/page.js": {"build_site", "report"},
    "data/raw/examined.csv": {
        "check_figures",
        "reconcile_sources",
        "collect_numbers",
        "build_site",
        "typeset_brief",
        "report",
    },
    "data/raw/county_territory.csv": {
        "build_counties",
        "compare_growth",
        "estimate_counties",
        "estimate_plan",
        "show_counties",
        "show_plan",
        "show_external",
        "decide_claims",
        "show_claims",
        "build_site",
        "typeset_brief",
        "report",
    },
}


@pytest.mark.parametrize("name", DEPENDENT)
def test_a_changed_file_reruns_what_depends_on_it_and_nothing_else(study, name):
    path = study / name
    before, times = path.read_bytes(), path.stat()
    path.write_bytes(before + b"\n")
    try:
        assert planned(study) == DEPENDENT[name]
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_changed_raw_table_is_read_again_and_what_reads_no_figures_is_left(study):
    path = study / "data/raw/province_cpi.csv"
    before, times = path.read_bytes(), path.stat()
    path.write_bytes(before + b"\n")
    try:
        rerun = planned(study)
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert {"read_tables", "correct_tables", "check_figures", "build_panel", "report"} <= rerun
    single = planned(study, "--", "read_tables")
    assert single == set()


def test_a_changed_option_reruns_what_depends_on_it_and_nothing_else(study):
    option = json.dumps({"variables": ["gdp_per_capita_yuan"]})
    assert planned(study, "--config", f"site={option}") == {"build_site", "report"}


def test_another_path_to_the_same_python_reruns_nothing(study):
    """Nor does a file that was changed and put back, as the tests above do."""
    # The link stands beside Python, or it would be another environment.
    other = Path(sys.executable).with_name("python3")
    if str(other) == sys.executable:
        other = other.with_name("python")
    if not other.exists():
        pytest.skip(f"no {other} on this machine: the path of Python was not varied")
    assert planned(study, python=str(other)) == set()


def test_study_is_of_the_zone_asked_for(study):
    members = pd.read_csv(study / "results/small/estimates/convergence_members.csv")
    zone = members.query("sample == 'zone' and comparison == 'lights'")
    assert {610100, 140800, 621000} <= set(zone["city_code"])
    numbers = json.loads((study / "results/small/paper/numbers.json").read_text())
    assert numbers["zone"]["size"] == "eleven"


def test_the_same_input_gives_the_same_bytes(study):
    """Every script runs again, in other processes, where sets of texts have another order."""
    before = digests(study)
    done = run([sys.executable, Path(__file__).with_name("run_again.py")], study, hashing=2)
    assert done.returncode == 0, done.stdout + done.stderr
    logs = {path.stem for path in (study / "logs/small").glob("*.log")}
    assert int(done.stdout) == len(logs - {"report"})
    assert digests(study) == before


def test_every_rule_writes_its_log_and_benchmark(study):
    logs = {path.stem for path in (study / "logs/small").glob("*.log")}
    timed = {path.stem for path in (study / "benchmarks/rules/small").glob("*.tsv")}
    assert logs == timed >= {"correct_tables", "build_panel", "estimate_convergence", "report"}


def test_a_damaged_figure_stops_the_rule_and_leaves_nothing_half_made(study, tmp_path):
    """In a copy: the rule alone is run, and once more when the figure is put back."""
    folder = tmp_path / "study"
    shutil.copytree(study, folder, symlinks=True)
    table = folder / "data/raw/province_cpi.csv"
    whole = table.read_bytes()
    before = digests(folder)
    table.write_bytes(whole.replace(b"110000,1951,116.17", b"110000,1951,1l6.17"))
    done = snakemake(folder, "--cores", "2", "--", "correct_tables")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "province_cpi.csv, row 2, column 'cpi_previous_year_100': '1l6.17'" in said
    # What still stands is whole, as it was before; what the rule would have made is gone.
    left = digests(folder)
    assert left.items() <= before.items()
    gone = {Path(name).parent.name for name in before.keys() - left.keys()}
    assert {"raw"} <= gone <= {"raw", "small", "processed"}
    table.write_bytes(whole)
    done = snakemake(folder, "--cores", "2", "--", "correct_tables")
    assert done.returncode == 0, done.stdout + done.stderr
    assert digests(folder) == before


def test_twenty_numbers_of_the_paper_lead_to_raw_cells(study):
    """Spread over the chapters: what a cell's line holds is what the trail says of it."""
    from guantian.trace.number import number_trail
    from guantian.trace.result import Grounds

    results = study / "results/small"
    keys = [
        (path.stem, key)
        for path in sorted((results / "paper/keys").glob("*.json"))
        for key, said in json.loads(path.read_text("utf-8")).items()
        if not said.get("missing")  # a smaller study estimates less
    ]
    chosen = keys[:: max(len(keys) // 25, 1)][:25]
    assert len(chosen) == 25 and len({chapter for chapter, _ in chosen}) > 2
    grounds = Grounds(study, study / "data", study / "data/processed/small")
    files, led = {}, 0
    for chapter, key in chosen:
        row = number_trail(results, chapter, key).row
        cells = grounds.of(row["chapter"], row).cells()
        known = cells.dropna(subset="line")
        led += bool(len(known))
        for cell in known.sample(min(len(known), 20), random_state=1).itertuples():
            file = grounds.records.file(str(cell.table))
            if file not in files:
                files[file] = pd.read_csv(study / file, dtype=str)
            there = files[file][str(cell.column)].iloc[int(cell.line) - 2]
            assert (pd.isna(there) and pd.isna(cell.raw_value)) or float(there) == cell.raw_value
    assert led >= 20
