"""What the typeset pages look like: type, names in words, exhibits once and referred to."""

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALLEST = 6.5  # points, of type in tables and text
SMALLEST_SIGN = 4.5  # points, of indices in formulas
SECTIONS = sorted((ROOT / "paper/sections").glob("*.typ"))
MAIN = [ROOT / "paper/main.typ", *(path for path in SECTIONS if not path.stem.endswith("_zh"))]
APPENDIX = [
    *sorted((ROOT / "paper/appendix").glob("*.typ")),
    *sorted((ROOT / "guantian/chapters").glob("*/*.typ")),
]
EXHIBIT = re.compile(r'#(picture|printed)\(\s*"(\w+)"')
HIDING = re.compile(r'#printed\(\s*"(\w+)"[^#]*?hide: \((.*?)\)')
LABELLED = re.compile(r"label: <([\w-]+)>")
# Tables about the data name columns and files as they are written there.
OF_DATA = {"codebook", "coverage", "sources", "precision", "errata"}


def exhibits(paths):
    """Kind and name of every figure and table of results that the texts show."""
    return [found for path in paths for found in EXHIBIT.findall(path.read_text("utf-8"))]


def sizes(path):
    """Size in points of all type by page, with whether it is a formula's."""
    from pypdf import PdfReader

    for place, page in enumerate(PdfReader(path).pages, start=1):
        found = Counter()

        def seen(text, matrix, text_matrix, font, size, found=found):
            if text.strip():
                scale = abs((matrix[3] or matrix[1]) * (text_matrix[3] or text_matrix[1]))
                formula = "Math" in str((font or {}).get("/BaseFont", ""))
                found[round(size * scale, 2), formula] += len(text.strip())

        page.extract_text(visitor_text=seen)
        yield place, found


@pytest.mark.parametrize("name", ["guantian", "appendix"])
def test_no_type_is_too_small(name):
    paper = ROOT / f"results/paper/{name}.pdf"
    if not paper.exists():
        pytest.skip("no paper has been made: run make first")
    small = {
        (page, size)
        for page, found in sizes(paper)
        for size, formula in found
        if size < (SMALLEST_SIGN if formula else SMALLEST)
    }
    assert sorted(small) == []


@pytest.mark.parametrize("paths", [MAIN, APPENDIX], ids=["paper", "appendix"])
def test_no_exhibit_is_shown_twice(paths):
    assert [one for one, times in Counter(exhibits(paths)).items() if times > 1] == []


def test_the_appendix_repeats_no_figure_of_the_paper():
    assert set(exhibits(MAIN)) & set(exhibits(APPENDIX)) == set()


def test_every_exhibit_is_referred_to():
    text = "".join(path.read_text("utf-8") for path in [*MAIN, *APPENDIX])
    labels = LABELLED.findall(text)
    assert len(labels) > 100
    assert [one for one in labels if not re.search(rf"@{re.escape(one)}(?![\w-])", text)] == []


def test_tables_of_the_appendix_name_nothing_by_its_key():
    """A key is a word with an underscore; the tables about the data hold some on purpose."""
    folder = ROOT / "results/tables"
    if not folder.exists():
        pytest.skip("no tables have been made: run make first")
    text = "".join(path.read_text("utf-8") for path in APPENDIX)
    hidden = {name: re.findall(r'"(.+?)"', heads) for name, heads in HIDING.findall(text)}
    keys = {}
    for kind, name in exhibits(APPENDIX):
        if kind == "printed" and name not in OF_DATA:
            body = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
            body = body.drop(columns=hidden.get(name, []))
            cells = [*body.columns, *body.to_numpy().ravel()]
            found = {cell for cell in cells if re.search(r"[a-z0-9]_[a-z0-9]", cell)}
            keys |= {name: sorted(found)} if found else {}
    assert keys == {}


# What "no city has complete series" says in the texts, by GB/T 2260 code of the province.
WITHOUT = {
    ("gdp_per_capita_yuan", 2001, 2019): {12, 13, 15, 36, 42, 54, 64, 65},
    ("real_gdp_per_resident_yuan", 2005, 2016): {14, 21, 22, 23, 42, 43, 54, 64},
}


@pytest.mark.parametrize(("variable", "first", "last"), WITHOUT)
def test_provinces_without_data_are_those_that_the_texts_name(variable, first, last):
    panel = ROOT / "data/processed/panel.parquet"
    if not panel.exists():
        pytest.skip("no panel has been made: run make first")
    found = pd.read_parquet(panel).reset_index()
    found = found[found["in_nation"].astype(bool) & found["year"].between(first, last)]
    complete = found.groupby("city_code")[variable].count() == last - first + 1
    province = complete.index.astype(str).str[:2].astype(int)
    none = complete.groupby(province).any()
    assert set(none.index[~none]) == WITHOUT[variable, first, last]
