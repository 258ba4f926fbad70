"""Write gallery.md: every figure of the paper and the report, what it shows and where it is."""

import re
from pathlib import Path

import yaml

from guantian.present.captions import captions, files

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Gallery

Every figure with what it shows (the beginning of its caption) and its place in the paper. The
pictures are results: they are where the links point once `make` has made them, as `.png` (300
dpi), `.svg` and `.pdf` with their data as `.csv`. The interactive map, the series, the flow network
and the specification curve are on the page `results/site/index.html`; the report
`results/report.html` shows figures and tables by chapter. This page is written by
`docs/make_gallery.py`.

| figure | what is seen | in the paper |
|---|---|---|
"""


def figures() -> dict[str, str]:
    """Return every figure that has a caption, with the part of the paper that prints it."""
    printed = {}
    for path in sorted((ROOT / "paper").rglob("*.typ")):
        for name in re.findall(r'picture\(\s*"(\w+)"', path.read_text(encoding="utf-8")):
            printed.setdefault(name, f"{path.parent.name}: {path.stem}")
    names = {name for chapter in files() for kind, name in captions(chapter) if kind == "figures"}
    return {name: printed.get(name, "report only") for name in sorted(names)}


def opening(caption: str, enough: int = 45) -> str:
    """Return a caption's first sentences, so many that they have `enough` letters.

    A full stop inside brackets ends none, nor does one that no space and capital follow.
    """
    text = " ".join(caption.split())
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        ends = re.match(r"\.(?= [A-Z(]|$)", text[place:])
        if ends and depth == 0 and place >= enough:
            return text[: place + 1]
    return text


def all_captions() -> dict:
    """Return every caption, filled from the configuration."""
    study = yaml.safe_load((ROOT / "config/study.yaml").read_text(encoding="utf-8"))
    zone = yaml.safe_load((ROOT / f"config/zones/{study['zone']}.yaml").read_text("utf-8"))
    values = {"confidence": f"{100 * study['confidence']:g}", "base_year": study["base_year"]}
    values |= {"zone_name": zone["name_en"], "power": "0.8"}
    return {
        key: text.filled(**values) for chapter in files() for key, text in captions(chapter).items()
    }


def gallery() -> str:
    """Return the page."""
    rows = []
    texts = {name: text for (kind, name), text in all_captions().items() if kind == "figures"}
    for name, place in figures().items():
        caption = texts[name].caption
        link = f"[`{name}`](../results/figures/{name}.png)"
        rows.append(f"| {link} | {opening(caption)} | {place} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    (ROOT / "docs/gallery.md").write_text(gallery(), encoding="utf-8")
