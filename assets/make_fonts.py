"""Write the figures' fonts: subsets of Noto Sans CJK SC with every sign that the study may print.

``python assets/make_fonts.py FOLDER`` reads ``NotoSansCJK-Regular.ttc`` and
``NotoSansCJK-Bold.ttc`` from the folder (Debian: package fonts-noto-cjk). Signs that the fonts of
``assets/fonts`` have are kept; signs that occur in raw data, configuration, code or paper are
added. The tests name a sign that is missing.

``python assets/make_fonts.py --serif FILE`` cuts the Chinese summary's serif font, which takes all
signs of GB 2312,
from ``NotoSerifSC-Regular.otf`` of the Python package pylopdf-fonts-zh-cn 0.1.1.
"""

import sqlite3
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parents[1]
FAMILY = "Noto Sans CJK SC"
TEXTS = (
    *("data/raw/*.csv", "data/*.bib", "config/**/*.yaml", "config/**/*.tsv", "guantian/**/*"),
    *("paper/**/*.typ", "paper/*.bib"),
)


def signs() -> set[int]:
    """Return the code points of every printable sign in the study's texts."""
    found: set[str] = set()
    for pattern in TEXTS:
        for path in ROOT.glob(pattern):
            if path.suffix in {".csv", ".yaml", ".tsv", ".py", ".typ", ".bib", ".html", ".js"}:
                found |= set(path.read_text(encoding="utf-8"))
    for path in (ROOT / "data/raw").glob("*.gpkg"):
        with sqlite3.connect(path) as layers:
            for (table,) in layers.execute("SELECT table_name FROM gpkg_contents").fetchall():
                columns = layers.execute(f'PRAGMA table_info("{table}")').fetchall()
                for name in [column[1] for column in columns if column[2].startswith("TEXT")]:
                    for (text,) in layers.execute(f'SELECT "{name}" FROM "{table}"'):
                        found |= set(text or "")
    return {ord(sign) for sign in found if sign.isprintable()}


def write_subset(collection: Path, target: Path, wanted: set[int]) -> None:
    """Write the subset of one weight, without a time stamp."""
    fonts = TTCollection(collection).fonts
    font = next(font for font in fonts if font["name"].getDebugName(16) == FAMILY
                or font["name"].getDebugName(1) == FAMILY)  # fmt: skip
    font.recalcTimestamp = False
    with TTFont(target) as former:
        wanted = wanted | set(former.getBestCmap())
    options = subset.Options(name_IDs=["*"], notdef_outline=True, glyph_names=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(target)


def gb2312() -> set[int]:
    """Return the code points of GB 2312 and of ASCII."""
    rows, cells = range(0xA1, 0xF8), range(0xA1, 0xFF)
    found = "".join(bytes([row, cell]).decode("gb2312", "ignore") for row in rows for cell in cells)
    return {ord(sign) for sign in found} | set(range(0x20, 0x7F))


def write_serif(source: Path, target: Path) -> None:
    """Write the subset of the serif font, without a time stamp."""
    font = TTFont(source)
    font.recalcTimestamp = False
    options = subset.Options(name_IDs=["*"], notdef_outline=True, glyph_names=False)
    options.layout_features = ["kern", "vert", "locl", "halt", "palt"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=gb2312() | {ord(sign) for sign in "–—‘’“”…·−±×≤≥≈δθτ∞%‰"})
    subsetter.subset(font)
    font.save(target)


if __name__ == "__main__" and sys.argv[1] == "--serif":
    write_serif(Path(sys.argv[2]), ROOT / "assets/fonts/NotoSerifSC-Regular.otf")
elif __name__ == "__main__":
    folder = Path(sys.argv[1])
    for weight in ("Regular", "Bold"):
        target = ROOT / f"assets/fonts/NotoSansSC-{weight}.otf"
        write_subset(folder / f"NotoSansCJK-{weight}.ttc", target, signs())
