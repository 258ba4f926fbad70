"""The fonts have a glyph for everything that the figures may show."""

import ast
from pathlib import Path

import pandas as pd
import pytest
import yaml

from guantian.data.variables import VARIABLES

ZONES = sorted((Path(__file__).parents[3] / "config" / "zones").glob("*.yaml"))


@pytest.fixture(scope="module", params=["NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"])
def glyphs(request, root):
    from fontTools.ttLib import TTFont

    with TTFont(root / "assets" / "fonts" / request.param, lazy=True) as font:
        return set(font.getBestCmap())


def lacking(text, glyphs):
    return sorted(sign for sign in set(text) if sign.isprintable() and ord(sign) not in glyphs)


def test_fonts_are_used_as_they_stand(root):
    """No font is in the folder that these tests do not look at; the licence stands beside them."""
    names = {path.name for path in (root / "assets" / "fonts").iterdir()}
    sans, serif = ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"), "NotoSerifSC-Regular.otf"
    assert names == {*sans, serif, "OFL.txt"}


@pytest.mark.parametrize("table", ["city_names", "province_names"])
def test_names_of_cities_and_provinces(table, raw_folder, glyphs):
    names = pd.read_csv(raw_folder / f"{table}.csv", dtype="str", keep_default_na=False)
    text = "".join(names.to_numpy().ravel())
    assert len(text) > 200 and lacking(text, glyphs) == []


@pytest.mark.parametrize("path", ZONES, ids=lambda path: path.stem)
def test_names_of_zones(path, glyphs):
    """Any of the zones may be chosen, and its name and members are shown."""
    zone = yaml.safe_load(path.read_text("utf-8"))
    shown = [zone["name_en"], zone["name_zh"]]
    shown += [member["name_en"] for member in zone["members"]]
    assert lacking("".join(shown), glyphs) == []


def test_texts_that_figures_print(root, glyphs):
    """Texts of the figures' code, labels, captions and specifications, titles of variables."""
    code = [*(root / "guantian").rglob("figures*.py"), *(root / "guantian").glob("present/**/*.py")]
    assert len(code) > 20
    texts = [
        node.value
        for path in code
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    strings = root / "guantian/site/strings.yaml"  # the page's, which readers' own fonts print
    files = [path for path in (root / "guantian").rglob("*.yaml") if path != strings]
    texts += [path.read_text("utf-8") for path in files]
    specs = pd.read_csv(root / "config" / "specs" / "convergence.tsv", sep="\t")
    texts += specs["label"].tolist()
    texts += [variable.title for variable in VARIABLES]
    texts += ["0123456789.,[]()=%–−"]  # as matplotlib and the figures' own labels print numbers
    assert lacking("".join(texts), glyphs) == []
