"""Damage to the files that a configuration names: gone, empty, half, in another encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Variant:
    """A change of the configuration, or of a file that it names."""

    kind: str
    name: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    damage: Callable[[Path], None] | None = None
    accepted: bool = False


FILES = {
    "config/specs/convergence.tsv": "table",
    "config/specs/gravity.tsv": "table",
    "config/specs/plan_outcomes.tsv": "table",
    "config/specs/similarity.tsv": "table",
    "config/specs/inequality.yaml": "yaml",
    "config/specs/recovery.yaml": "yaml",
    "config/claims.yaml": "yaml",
    "config/zones/guanzhong_tianshui.yaml": "yaml",
    "config/zones/wanjiang.yaml": "yaml",
    "data/raw/city_names.csv": "table",
    "data/raw/acts.csv": "table",
    "data/raw/datapackage.json": "json",
}


def damaged_files() -> Iterator[Variant]:
    """Every file that is read at the start: gone, empty, half, in another encoding, broken."""
    for name, form in FILES.items():
        for kind, damage in DAMAGES.items():
            if (kind, name) not in HARMLESS:
                yield Variant(f"a file {kind}", name, damage=_on(name, damage))
        broken = BROKEN[form]
        yield Variant("a file broken", name, damage=_on(name, lambda c, b=broken: b + c))
    for name in [name for name, form in FILES.items() if name.endswith(".tsv")]:
        for kind, change in TABLE_DAMAGES.items():
            yield Variant(f"a table {kind}", name, damage=_on(name, _lines(change)))
    for (name, old, new), kind in CHANGED.items():
        yield Variant(kind, name, damage=_on(name, _replace(old, new)))
    yield Variant(
        "a claim twice",
        "config/claims.yaml",
        damage=_on("config/claims.yaml", lambda c: c + b"\n" + c[c.index(b"  - id: S1.1\n") :]),
    )


def _half(content: bytes) -> bytes:
    """Cut a file in the middle of a line."""
    middle = len(content) // 2
    return content[: content.index(b"\n", middle) + 4]


def _utf16(content: bytes) -> bytes:
    return content.decode().encode("utf-16")


def _gbk(content: bytes) -> bytes:
    return (content.decode() + "\n# 关中\n").encode("gbk", "replace")


DAMAGES: dict[str, Callable[[bytes], bytes] | None] = {
    "missing": None,
    "empty": lambda content: b"",
    "of blanks": lambda content: b" \n\n ",
    "cut in half": _half,
    "in UTF-16": _utf16,
    "in GBK": _gbk,
    "with a byte-order mark": lambda content: b"\xef\xbb\xbf" + content,
    "with a NUL": lambda content: content[:100] + b"\0" + content[100:],
    "that is a picture": lambda content: b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}
#: A zone that is not there is not among the approved ones; nothing names it.
HARMLESS = {("missing", "config/zones/wanjiang.yaml")}
BROKEN = {"table": b'"\t,x\n', "yaml": b"a: [\n", "json": b"{,"}


def _lines(change: Callable[[list[list[str]]], list[list[str]]]) -> Callable[[bytes], bytes]:
    def apply(content: bytes) -> bytes:
        rows = [line.split("\t") for line in content.decode().splitlines()]
        return "".join("\t".join(row) + "\n" for row in change(rows)).encode()

    return apply


TABLE_DAMAGES: dict[str, Callable[[list[list[str]]], list[list[str]]]] = {
    "without a column": lambda rows: [row[:-1] for row in rows],
    "with a column more": lambda rows: [[*row, "x"] for row in rows],
    "with another header": lambda rows: [[f"{rows[0][0]}s", *rows[0][1:]], *rows[1:]],
    "with a column twice": lambda rows: [[*row[:-1], row[0]] for row in rows],
    "without rows": lambda rows: rows[:1],
    "without its header": lambda rows: rows[1:],
    "with a row twice": lambda rows: [*rows, rows[1]],
    "with a row too short": lambda rows: [*rows, rows[1][:2]],
    "with an empty name": lambda rows: [*rows, ["", *rows[1][1:]]],
    "with a blank name": lambda rows: [*rows, ["a b", *rows[1][1:]]],
    "with an empty label": lambda rows: [*rows, ["new", *rows[1][1:-1], ""]],
    "with an unknown second entry": lambda rows: [*rows, ["new", "joy", *rows[1][2:]]],
    "without its first row": lambda rows: [rows[0], *rows[2:]],
    "with commas": lambda rows: [[",".join(row)] for row in rows],
}
#: A text in a file, and what is put there.
CHANGED = {
    ("config/specs/convergence.tsv", "reported\tgdp_per_capita_yuan\t2001\t2019",
     "reported\tgdp_per_capita_yuan\t2019\t2001"): "years turned round",
    ("config/specs/convergence.tsv", "\t2001\t2019", "\tMMI\t2019"): "a year that is text",
    ("config/specs/convergence.tsv", "\t2001\t2019", "\t2001.0\t2019"): "a year that is a float",
    ("config/specs/convergence.tsv", "\t2001\t2019", "\t1901\t2019"): "a year before the panel",
    ("config/specs/convergence.tsv", "\t2001\t2019", "\t２００１\t2019"): "a year in wide digits",
    ("config/specs/convergence.tsv", "gdp_per_capita_yuan\t2001\t2019",
     "gdp_per_capita_basis\t2001\t2019"): "an outcome that is text",
    ("config/specs/convergence.tsv", "gdp_per_capita_yuan\t2001\t2019",
     "boundary_change\t2001\t2019"): "an outcome that is a flag",
    ("config/specs/plan_outcomes.tsv", "log\t2000\t2023", "cube\t2000\t2023"): "an unknown scale",
    ("config/specs/plan_outcomes.tsv", "log\t2000\t2023", "log\t2023\t2000"): "years turned round",
    ("config/specs/plan_outcomes.tsv", "log\t2000\t2023", "log\ttwo\t2023"): "a year that is text",
    ("config/specs/plan_outcomes.tsv", "night_lights_sum", "name_zh"): "an outcome that is text",
    ("config/specs/gravity.tsv", "log_distance adjacent same_province\tzero\tall\tUnl",
     "log_distance joy\tzero\tall\tUnl"): "an unknown regressor",
    ("config/specs/gravity.tsv", "log_distance adjacent same_province\tzero\tall\tUnl",
     "adjacent adjacent\tzero\tall\tUnl"): "a regressor twice",
    ("config/specs/gravity.tsv", "\tcensored\tall", "\tguessed\tall"): "an unknown treatment",
    ("config/specs/gravity.tsv", "\tzero\tnear\tNear pairs", "\tzero\tfar\tNear pairs"):
        "unknown pairs",
    ("config/specs/similarity.tsv", "\tunits\tsector\t2013", "\tunits\tbranch\t2013"):
        "a level of another source",
    ("config/specs/similarity.tsv", "\tunits\tsector\t2013\t2016", "\tunits\tsector\t2013\t2020"):
        "years without data",
    ("config/specs/similarity.tsv", "\tcensus\tsector", "\tguess\tsector"): "an unknown source",
    ("config/specs/inequality.yaml", "first: 2001, last: 2019, label: Reported GDP}",
     "first: 2019, last: 2001, label: Reported GDP}"): "years turned round",
    ("config/specs/inequality.yaml", "gdp_per_capita_yuan: gdp_100m_yuan",
     "gdp_per_capita_yuan: joy"): "an unknown variable",
    ("config/specs/inequality.yaml", "length: 8", "length: 30"): "a window beyond its years",
    ("config/specs/inequality.yaml", "main: 0.7", "main: 0.75"): "a main share that is not tried",
    ("config/specs/inequality.yaml", "gmm_lags: [[2, 5]", "gmm_lags: [[5, 2]"): "lags turned round",
    ("config/specs/inequality.yaml", "all: [investment, budget", "all: [joy, budget"):
        "an unknown control",
    ("config/specs/inequality.yaml", "placebo: [reported,", "placebo: [joy,"): "an unknown window",
    ("config/specs/inequality.yaml", "rate: gdp_growth_pct, ", ""): "growth of nothing",
    ("config/specs/inequality.yaml", "first: 2011\n", "first: 2031\n"): "a year to come",
    ("config/specs/recovery.yaml", "{model: slx}", "{model: sxl}"): "an unknown model",
    ("config/specs/recovery.yaml", "rho: 0.2", "rho: 2"): "a coefficient beyond one",
    ("config/claims.yaml", "source: S1\n", "sauce: S1\n"): "an unknown key",
    ("config/claims.yaml", "id: S1.2\n", "id: S1.1\n"): "a claim twice",
    ("config/claims.yaml", "- id: S2.3\n", "- id: X2.3\n"): "a claim of another form",
    ("config/claims.yaml", "part: S1.1b\n", "part: S1.2\n"): "a statement of another claim",
    ("config/claims.yaml", "direction: positive", "direction: up"): "an unknown direction",
    ("config/claims.yaml", "seoi: ", "seoi: -"): "a threshold below zero",
    ("config/claims.yaml", "        untested:\n", "        tested:\n"):
        "an estimand without a test",
    ("config/claims.yaml", 'declared: "2026-11-29"', 'declared: "2026-11-31"'):
        "a date that is none",
    ("config/zones/guanzhong_tianshui.yaml", 'core: "610100"', 'core: "510100"'): "a core outside",
    ("config/zones/guanzhong_tianshui.yaml", 'code: "610200"', 'code: "610100"'): "a member twice",
    ("config/zones/guanzhong_tianshui.yaml", 'code: "610200"', 'code: "610299"'):
        "an unknown member",
    ("config/zones/guanzhong_tianshui.yaml", 'approved: "2009-06-10"', 'approved: "2009-13-10"'):
        "a date that is none",
    ("config/zones/guanzhong_tianshui.yaml", "xixian,", "atlantis,"): "an unknown event",
    ("config/zones/guanzhong_tianshui.yaml", 'exclude_provinces: ["510000"]',
     'exclude_provinces: ["590000"]'): "an unknown province",
    ("config/zones/guanzhong_tianshui.yaml", 'centres: ["610100"', 'centres: ["610100", "610100"'):
        "a centre twice",
    ("data/raw/city_names.csv", "city_code,", "code,"): "without a column",
    ("data/raw/datapackage.json", '"resources"', '"tables"'): "without resources",
}  # fmt: skip


def _on(name: str, change: Callable[[bytes], bytes] | None) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        path = root / name
        content = path.read_bytes()
        path.unlink()
        if change is not None:
            path.write_bytes(change(content))

    return damage


def _replace(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        text = content.decode()
        if old not in text:
            raise AssertionError(f"{old!r} is not in the file: mend the variant")
        return text.replace(old, new, 1).encode()

    return change
