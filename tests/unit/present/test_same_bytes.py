"""Figures, tables and typeset text are the same bytes, whatever the machine that makes them.

Each surrounding is another process: locale, fonts and hash seed are read when Python starts.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

FAMILY = "Noto Sans CJK SC"
FILES = {"a.svg", "a.pdf", "a.png", "a.csv", "small.html", "small.tex", "small.csv", "text.pdf"}

# Signs whose form depends on the language (骨, 直), set in regular and bold; what would be a
# formula, were names not taken as they are; a map's hatches and markers, whose names are hashes.
WORK = r"""
import json, os, shutil, sys
from pathlib import Path

TEXT = '''#import "style.typ": paper, picture, printed
#show: paper.with(title: "关中 骨直", abstract: [An _office_.])
= Levels
An office, $sigma^2 <= 1/3$ and 西安市; see @a and @small.
#picture("a", label: <a>)
#printed("small", label: <small>)
'''
root, folder = map(Path, sys.argv[1:3])
os.umask(int(sys.argv[3], 8))

import matplotlib

matplotlib.use("Agg")
import pandas as pd
from matplotlib.font_manager import findfont, fontManager

from guantian.present.figures import apply_style, canvas, forms, save
from guantian.present.tables import Table, write_table

seen = {name: findfont(name) for name in ("Noto Sans CJK SC", "DejaVu Sans")}
apply_style(sorted((root / "assets" / "fonts").glob("*.otf")))
figure, axes = canvas(height=2)
axis = axes["a"]
axis.plot([0, 1, 2], [-1, 3, 2], marker="o", label="西安市 骨直 −1.5")
axis.bar([0, 1, 2], [1, 2, 1], hatch="//", label="share of {Shaanxi, Gansu}")
axis.set_title("关中—天水 AV To")
axis.set_xlabel(r"Distance, $\sigma^2$")
axis.legend()
save(figure, pd.DataFrame({"city": ["西安市"], "x": [1 / 3]}), forms(folder, "a"), alt="A line.")

rows = pd.DataFrame({"City": ["西安市", "Baoji"], "Effect": ["−0.12***", "1,204.5"]})
write_table(Table("small", "A small table", rows, "Source: yearbooks.", text=("City",)), folder)

import typst

project = folder.parent / "typeset"  # the paper's own style shows the figure and the table
for name, kind in (("a.svg", "figures"), ("small.csv", "tables")):
    (project / "results" / kind).mkdir(parents=True)
    shutil.copy(folder / name, project / "results" / kind)
(project / "results" / "paper").mkdir()
said = {"title": "A line", "caption": ["Of ", {"kind": "table", "name": "small", "title": "S"}]}
said |= {"notes": ["No data."], "alt": "A line."}
captions = {"figures": {"a": said}, "tables": {"small": said}}
for name, content in (("numbers", {}), ("captions", captions)):
    path = project / "results" / "paper" / f"{name}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
for name in ("style.typ", "alt.typ"):
    shutil.copy(root / "paper" / name, project)
(project / "main.typ").write_text(TEXT, encoding="utf-8")
pdf = typst.compile(
    project / "main.typ",
    root=project,
    font_paths=[root / "assets" / "fonts"],
    ignore_system_fonts=True,
)
(folder / "text.pdf").write_bytes(pdf)
print(json.dumps(seen))
"""


def make(root, folder, mask="022", **surrounding):
    """Write the files in another process; return their bytes by name, and the fonts it found."""
    made = folder / "made"
    made.mkdir(parents=True)
    script = folder / "work.py"
    script.write_text(WORK, encoding="utf-8")
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    set_here = {
        "HOME": str(folder),
        "MPLCONFIGDIR": str(folder / "matplotlib"),  # fresh: the list of fonts is made again
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "packages/regiometrics/src")]),
        "OMP_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }
    done = subprocess.run(
        [sys.executable, str(script), str(root), str(made), mask],
        cwd=folder,
        env=kept | set_here | surrounding,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return {path.name: path.read_bytes() for path in made.iterdir()}, found


@pytest.fixture(scope="module")
def reference(root, tmp_path_factory):
    """The files as they are made where nothing is set."""
    made, _ = make(root, tmp_path_factory.mktemp("reference"))
    assert set(made) == FILES
    assert all(len(content) > 20 for content in made.values())
    return made


def differing(made, reference):
    return {
        name for name in made.keys() | reference.keys() if made.get(name) != reference.get(name)
    }


@pytest.mark.parametrize(
    "surrounding",
    [
        pytest.param({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, id="ASCII"),
        pytest.param({"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "4711"}, id="zone and hash seed"),
        pytest.param({"mask": "077", "TZ": "America/St_Johns"}, id="umask"),
    ],
)
def test_the_environment_does_not_change_bytes(root, tmp_path, reference, surrounding):
    made, _ = make(root, tmp_path / "another folder", **surrounding)
    assert differing(made, reference) == set()


def test_a_chinese_locale_does_not_change_bytes(root, tmp_path, reference):
    """The locale is compiled here where the system can, as most machines have English ones only."""
    named = {"LC_ALL": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}
    if shutil.which("localedef"):
        command = ["localedef", "-i", "zh_CN", "-f", "UTF-8", str(tmp_path / "zh_CN.UTF-8")]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            named["LOCPATH"] = str(tmp_path)
    made, _ = make(root, tmp_path / "work", **named)
    assert differing(made, reference) == set()


def test_fonts_of_the_system_do_not_change_bytes(root, tmp_path, reference):
    """Other fonts under the names of the shipped one and of matplotlib's own."""
    import matplotlib
    from fontTools.ttLib import TTFont

    fonts = tmp_path / "share" / "fonts"
    fonts.mkdir(parents=True)
    own = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSerif"
    for family in (FAMILY, "DejaVu Sans"):
        for weight, ending in (("Regular", ""), ("Bold", "-Bold")):
            with TTFont(f"{own}{ending}.ttf") as font:
                for identity, name in ((1, family), (2, weight), (4, f"{family} {weight}")):
                    font["name"].setName(name, identity, 3, 1, 0x409)
                    font["name"].setName(name, identity, 1, 0, 0)
                font.save(fonts / f"{family.replace(' ', '')}-{weight}.ttf")
    made, found = make(root, tmp_path / "work", XDG_DATA_HOME=str(tmp_path / "share"))
    assert found[FAMILY].startswith(str(fonts)), "the test's own font is found before the style"
    assert differing(made, reference) == set()
