"""Write gallery.md: every figure and table, what it shows, where it is and what makes it."""

import re
from pathlib import Path

import yaml

from guantian.present.captions import captions, files

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Gallery

Every figure and table: what it shows (the beginning of its caption), where the paper prints it, and
what makes it. Figures are in `results/figures` as `.png` (300 dpi), `.svg` and `.pdf` with their
data as `.csv`; tables are in `results/tables` as `.html`, `.csv` and `.tex`. The links lead to them
once `make` has made them. The interactive map, the series, the flow network and the specification
curve are on the page `results/site/index.html`; the report `results/report.html` shows figures and
tables by chapter. This page is written by `docs/make_gallery.py`.
"""
COLUMNS = "\n| {kind} | what is seen | in the paper | made by |\n|---|---|---|---|\n"
#: The calls by which the paper's text prints a figure or a table.
PRINTS = {"figures": "picture", "tables": "printed"}


def printed(kind: str) -> dict[str, str]:
    """Return where each figure or table is printed: paper or appendix, and the section."""
    found: dict[str, str] = {}
    for folder in ("paper", "guantian/chapters"):
        for path in sorted((ROOT / folder).rglob("*.typ")):
            if path.stem in ("brief", "zh") or path.stem.endswith("_zh"):  # not this paper's
                continue
            text = path.read_text(encoding="utf-8")
            place = f"appendix: {path.stem if folder == 'paper' else path.parent.name}"
            if path.parent.name == "sections":
                place = f"paper: {path.stem}"
            for name in re.findall(rf'{PRINTS[kind]}\(\s*"(\w+)"', text):
                if place.startswith("paper") or name not in found:
                    found[name] = place
    return found


def results(kind: str) -> dict[str, tuple[str, str]]:
    """Return every figure or table that has a caption: its place in the paper and its chapter."""
    places = printed(kind)
    made = {
        name: chapter for chapter in files() for each, name in captions(chapter) if each == kind
    }
    return {name: (places.get(name, "report only"), made[name]) for name in sorted(made)}


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
    parts = [HEAD]
    texts = all_captions()
    for kind, ending in (("figures", "png"), ("tables", "html")):
        parts.append(COLUMNS.format(kind=kind.removesuffix("s")))
        for name, (place, chapter) in results(kind).items():
            link = f"[`{name}`](../results/{kind}/{name}.{ending})"
            seen = opening(texts[kind, name].caption)
            parts.append(f"| {link} | {seen} | {place} | {chapter} |\n")
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "docs/gallery.md").write_text(gallery(), encoding="utf-8")
