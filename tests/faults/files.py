"""Damaged input by the thousand: each must stop with one sentence that names the file.

``python tests/faults/files.py`` tries every variant on every raw table, side file and layer of
boundaries and prints a table by kind: refused by a sentence, harmless (the same content is read),
accepted with another content (silent), or ended by another error (bare). The exit code is the
number of silent and bare ones.
"""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import io
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, Polygon

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from guantian.data.acts import read_acts  # noqa: E402
from guantian.data.breaks import read_breaks  # noqa: E402
from guantian.data.concordance import read_concordance  # noqa: E402
from guantian.data.errata import read_errata  # noqa: E402
from guantian.data.package import read_package  # noqa: E402
from guantian.data.population import boundary_years  # noqa: E402
from guantian.data.read import read_table  # noqa: E402
from guantian.data.territory import read_decisions  # noqa: E402
from guantian.errors import DataError  # noqa: E402
from guantian.geography.boundaries import read_prefectures  # noqa: E402
from guantian.geography.counties import read_counties  # noqa: E402
from guantian.side_files import read_side  # noqa: E402

RAW = ROOT / "data/raw"
ROWS = 200  # of a table: what is wrong with a row is wrong with it in a long table as well
SIDES: dict[str, Callable[[Path], object]] = {
    "acts": read_acts,
    "boundary_changes": boundary_years,
    "breaks": read_breaks,
    "code_concordance": read_concordance,
    "county_territory": read_decisions,
    "errata": read_errata,
    "examined": read_side,
    "judged_by_hand": read_side,
}
LAYERS = {"prefectures": (read_prefectures, "code"), "counties": (read_counties, "county_code")}


def rows_of(text: str) -> list[list[str]]:
    """Cells of a CSV file, the header first."""
    return list(csv.reader(io.StringIO(text, newline="")))


def written(rows: list[list[str]], **options) -> bytes:
    """Write cells as a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", **options).writerows(rows)
    return buffer.getvalue().encode()


def cell(change: Callable[[str], str], column: int = -1, row: int = 2):
    """Change one cell; the last column is the one that holds data."""

    def changed(rows: list[list[str]]) -> bytes:
        rows = [list(each) for each in rows]
        rows[row][column] = change(rows[row][column])
        return written(rows)

    return changed


def columns(order: Callable[[list[str]], list[str]]):
    """Change every row, the header among them."""
    return lambda rows: written([order(list(row)) for row in rows])


def numbers(change: Callable[[float], object]):
    """Change the first cell that holds a number, beside the first two columns; else a text."""

    def changed(rows: list[list[str]]) -> bytes:
        rows = [list(each) for each in rows]
        for row in rows[1:]:
            for place in range(len(row) - 1, 1, -1):
                try:
                    row[place] = str(change(float(row[place])))
                except ValueError:
                    continue
                return written(rows)
        rows[1][-1] += " changed"
        return written(rows)

    return changed


def shifted(rows: list[list[str]]) -> bytes:
    """Move the last column down by a row."""
    last = [row[-1] for row in rows[1:]]
    moved = [last[-1], *last[:-1]]
    return written([rows[0], *([*row[:-1], new] for row, new in zip(rows[1:], moved, strict=True))])


FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
#: Kind to the damage, a function of the cells or, with the prefix "bytes", of the bytes.
KINDS: dict[str, Callable] = {
    "bytes: empty": lambda content: b"",
    "bytes: half": lambda content: content[: len(content) // 2],
    "bytes: last line cut": lambda content: content[:-3],
    "bytes: GBK": lambda content: (content.decode() + "市\n").encode("gbk"),
    "bytes: UTF-16": lambda content: content.decode().encode("utf-16"),
    "bytes: mark of order": lambda content: b"\xef\xbb\xbf" + content,
    "bytes: NUL": lambda content: content[:-1] + b"\0\n",
    "bytes: replacement character": lambda content: content[:-1] + "\ufffd\n".encode(),
    "bytes: CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "bytes: CR": lambda content: content.replace(b"\n", b"\r"),
    "bytes: UTF-16 without a mark": lambda content: content.decode().encode("utf-16-le"),
    "bytes: UTF-32": lambda content: content.decode().encode("utf-32"),
    "bytes: a line of GBK": lambda content: content + "西安市\n".encode("gbk"),
    "bytes: a letter of Latin-1": lambda content: content[:-1] + b"\xe9\n",
    "bytes: surrogates": lambda content: content[:-1] + b"\xed\xa0\x80\n",
    "bytes: tabs": lambda content: content.replace(b",", b"\t"),
    "bytes: compressed": gzip.compress,
    "bytes: compressed, half": lambda content: gzip.compress(content)[:60],
    "bytes: twice": lambda content: content + content,
    "bytes: an empty line first": lambda content: b"\n" + content,
    "bytes: a remark first": lambda content: b"# as published\n" + content,
    "bytes: a comma at every end": lambda content: content.replace(b"\n", b",\n"),
    "bytes: a page of HTML": lambda content: b"<!doctype html><title>404</title>\n",
    "bytes: a pointer": lambda content: b"version 1\noid sha256:0\nsize 1\n",
    "bytes: a million commas": lambda content: content + b"," * 10**6 + b"\n",
    "bytes: quote opened": lambda content: content[:-1] + b',"\n',
    "bytes: a line of commas": lambda content: content + b",,\n",
    "bytes: an empty line": lambda content: content + b"\n",
    "bytes: semicolons": lambda content: content.replace(b",", b";"),
    "header alone": lambda rows: written(rows[:1]),
    "half the rows": lambda rows: written(rows[: len(rows) // 2 + 1]),
    "a row lost": lambda rows: written([*rows[:2], *rows[3:]]),
    "a row twice": lambda rows: written([*rows, rows[1]]),
    "rows turned": lambda rows: written([rows[0], *rows[:0:-1]]),
    "all quoted": lambda rows: written(rows, quoting=csv.QUOTE_ALL),
    "a column lost": columns(lambda row: row[:-1]),
    "a column more": columns(lambda row: [*row, "1"]),
    "columns exchanged": columns(lambda row: [*row[:-2], row[-1], row[-2]]),
    "a header renamed": lambda rows: written([[*rows[0][:-1], "renamed"], *rows[1:]]),
    "a header twice": lambda rows: written([[*rows[0][:-1], rows[0][-2]], *rows[1:]]),
    "a header empty": lambda rows: written([[*rows[0][:-1], ""], *rows[1:]]),
    "a header with a blank": lambda rows: written([[*rows[0][:-1], rows[0][-1] + " "], *rows[1:]]),
    "a header in capitals": lambda rows: written([[name.upper() for name in rows[0]], *rows[1:]]),
    "the header lost": lambda rows: written(rows[1:]),
    "the header last": lambda rows: written([*rows[1:], rows[0]]),
    "the header twice": lambda rows: written([rows[0], *rows]),
    "columns turned": columns(lambda row: row[::-1]),
    "a cell more": lambda rows: written([rows[0], [*rows[1], "1"], *rows[2:]]),
    "a cell less": lambda rows: written([rows[0], rows[1][:-1], *rows[2:]]),
    "a key emptied": cell(lambda text: "", 0),
    "a key unknown": cell(lambda text: "999999", 0),
    "a key with a line's end": cell(lambda text: f"{text}\n", 0),
    "a key with a blank": cell(lambda text: f"{text} ", 0),
    "a key with a letter": cell(lambda text: f"{text[:-1]}x", 0),
    "a key in full width": cell(lambda text: text.translate(FULL_WIDTH), 0),
    "a key as a number": cell(lambda text: f"{text}.0", 0),
    "a key in quotes": cell(lambda text: f"'{text}'", 0),
    "two keys exchanged": lambda rows: written(
        [rows[0], [rows[2][0], *rows[1][1:]], [rows[1][0], *rows[2][1:]], *rows[3:]]
    ),
    "a blank for data": cell(lambda text: " "),
    "data with a blank": cell(lambda text: f"{text} "),
    "data with a no-break space": cell(lambda text: f"\u00a0{text}"),
    "data with a zero-width space": cell(lambda text: f"{text}\u200b"),
    "data with a line's end": cell(lambda text: f"{text}\nx"),
    "full-width digits": cell(lambda text: text.translate(FULL_WIDTH) + "１"),
    "a formula for data": cell(lambda text: "=1+1"),
    "true for data": cell(lambda text: "True"),
    "a dash for data": cell(lambda text: "–"),
    "a decimal comma": cell(lambda text: "1,5"),
    "thousands set off": cell(lambda text: "1,234.5"),
    "an exponent for data": cell(lambda text: "1e400"),
    "a date of Excel": cell(lambda text: "43831"),
    "text for data": cell(lambda text: "x"),
    "NaN for data": cell(lambda text: "NaN"),
    "infinity for data": cell(lambda text: "inf"),
    "Arabic digits": cell(lambda text: "٣"),
    "script for data": cell(lambda text: "<script>alert(1)</script>"),
    "ten times": numbers(lambda value: value * 10 + 1),
    "a thousand times": numbers(lambda value: value * 1000 + 1),
    "the sign turned": numbers(lambda value: -value - 1),
    "a column shifted": shifted,
}


def variants(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give every damaged form of a file."""
    rows = rows_of(content.decode("utf-8"))
    for kind, damage in KINDS.items():
        try:
            yield kind, damage(content if kind.startswith("bytes") else rows)
        except (UnicodeEncodeError, IndexError):  # a file without such a letter, or a row
            continue


def judge(read: Callable[[], object], path: Path, sound: object) -> str:
    """Read a damaged file and say what became of it."""
    try:
        found = read()
    except DataError as error:
        return "refused" if path.name in str(error) else "refused, file not named"
    except ValueError as error:
        ours = path.name in str(error) and str(error).endswith(".")
        return "refused" if ours else f"bare: {type(error).__name__}"
    except Exception as error:
        return f"bare: {type(error).__name__}"
    return "harmless" if found.equals(sound) else "silent"


def damaged_tables(folder: Path, step: int = 1) -> Iterator[tuple[str, str, str]]:
    """Try every variant of the first rows of every raw table, or of one table in `step`."""
    for name, table in [*read_package(RAW / "datapackage.json").tables.items()][::step]:
        lines = table.path.read_text(encoding="utf-8").split("\n")
        content = ("\n".join(lines[: ROWS + 1]).rstrip("\n") + "\n").encode()
        path = folder / table.path.name
        here = dataclasses.replace(table, path=path, sha256=hashlib.sha256(content).hexdigest())
        path.write_bytes(content)
        sound = read_table(here)
        for kind, damaged in variants(content):
            path.write_bytes(damaged)
            yield name, kind, judge(lambda here=here: read_table(here), path, sound)
        for kind in in_its_place(path):
            yield name, kind, judge(lambda here=here: read_table(here), path, sound)


def in_its_place(path: Path) -> Iterator[str]:
    """Put what is no file where a file is expected: nothing, a folder, links; name what it is."""
    path.unlink()
    yield "missing"
    path.mkdir()
    yield "a folder"
    path.rmdir()
    path.symlink_to(path)
    yield "a link to itself"
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))
    yield "a link to nowhere"
    path.unlink()
    if os.geteuid():
        path.write_bytes(b"")
        path.chmod(0)
        yield "not to be read"
        path.unlink()


def beside(folder: Path, name: str) -> Path:
    """Link all raw files into a folder but one, which is copied there; return its path."""
    folder.mkdir()
    for source in RAW.iterdir():
        if source.name != name:
            (folder / source.name).symlink_to(source)
    path = folder / name
    path.write_bytes((RAW / name).read_bytes())
    return path


def damaged_sides(folder: Path, step: int = 1) -> Iterator[tuple[str, str, str]]:
    """Try every variant of every side file, read by the function that the study reads it with."""
    for name, read in [*SIDES.items()][::step]:
        path = beside(folder / name, f"{name}.csv")
        content, sound = path.read_bytes(), read(path)
        for kind, damaged in variants(content):
            path.write_bytes(damaged)
            yield name, kind, judge(lambda read=read, path=path: read(path), path, sound)
        for kind in in_its_place(path):
            yield name, kind, judge(lambda read=read, path=path: read(path), path, sound)


def damaged_layers(folder: Path, step: int = 1) -> Iterator[tuple[str, str, str]]:
    """Try damaged boundaries: bytes, codes and shapes."""
    for name, (read, code) in [*LAYERS.items()][::step]:
        path = beside(folder / name, f"{name}.gpkg")
        content, sound = path.read_bytes(), read(path)
        frame = gpd.read_file(path)
        for kind, damaged in {
            "empty": b"",
            "half": content[: len(content) // 2],
            "all but a page": content[:-4096],
            "a page lost": content[:8192] + content[12288:],
            "the header alone": content[:100],
            "compressed": gzip.compress(content),
            "a page of HTML": b"<!doctype html><title>404</title>",
            "GeoJSON": b'{"type": "FeatureCollection", "features": []}',
            "twice": content + content,
            "text": b"code,name\n1,2\n",
            "a page of 0xFF": content[:8192] + b"\xff" * 4096 + content[12288:],
            "a byte": content[:-1] + bytes([content[-1] ^ 1]),
        }.items():
            path.write_bytes(damaged)
            yield name, kind, judge(lambda read=read, path=path: read(path), path, sound)
        for kind, changed in layers(frame, code).items():
            path.unlink()
            changed.to_file(path)
            yield name, kind, judge(lambda read=read, path=path: read(path), path, sound)
        for kind in in_its_place(path):
            yield name, kind, judge(lambda read=read, path=path: read(path), path, sound)


def layers(frame: gpd.GeoDataFrame, code: str) -> dict[str, gpd.GeoDataFrame]:
    """Give boundaries that are wrong, by kind."""
    shapes = frame.geometry
    bow_tie = Polygon([(100, 30), (101, 31), (101, 30), (100, 31)])

    def with_first(shape):
        return frame.set_geometry(gpd.GeoSeries([shape, *shapes[1:]], crs=frame.crs))

    codes = frame[code].tolist()
    exchanged = frame.assign(**{code: [codes[1], codes[0], *codes[2:]]})
    turned = shapes.map(lambda shape: Point(shape.centroid.y, shape.centroid.x).buffer(0.1))
    return {
        "two codes exchanged": exchanged,
        "a code twice": frame.assign(**{code: [codes[1], *codes[1:]]}),
        "a code of another form": frame.assign(**{code: ["1", *codes[1:]]}),
        "the codes lost": frame.drop(columns=code),
        "a code emptied": frame.assign(**{code: ["", *codes[1:]]}),
        "a code missing": frame.assign(**{code: [None, *codes[1:]]}),
        "codes as numbers": frame.assign(**{code: pd.to_numeric(frame[code])}),
        "codes with a blank": frame.assign(**{code: [f"{each} " for each in codes]}),
        "codes shifted by a row": frame.assign(**{code: [*codes[1:], codes[0]]}),
        "no coordinate system": frame.set_crs(None, allow_override=True),
        "another name of degrees": frame.set_crs(4490, allow_override=True),
        "a unit twice": pd.concat([frame, frame.iloc[:1]]),
        "no unit": frame.iloc[:0],
        "two boundaries exchanged": frame.set_geometry(
            gpd.GeoSeries([shapes[1], shapes[0], *shapes[2:]], crs=frame.crs)
        ),
        "a boundary with a hole": with_first(
            shapes[0].difference(shapes[0].representative_point().buffer(0.05))
        ),
        "a boundary that is a line": with_first(shapes[0].boundary),
        "a boundary far too large": with_first(shapes[0].buffer(3)),
        "all turned about a meridian": frame.set_geometry(
            shapes.affine_transform([-1, 0, 0, 1, 208, 0]).set_crs(frame.crs, allow_override=True)
        ),
        "rounded to a tenth": frame.set_geometry(shapes.set_precision(0.1)),
        "a boundary missing": with_first(None),
        "a boundary empty": with_first(Polygon()),
        "a boundary that crosses itself": with_first(bow_tie),
        "a boundary in the Atlantic": with_first(Point(-30, 30).buffer(1)),
        "a boundary that is a point": with_first(Point(100, 30)),
        "a boundary shrunk": with_first(shapes[0].buffer(-0.05)),
        "all moved by a degree": frame.set_geometry(shapes.translate(1, 0)),
        "degrees exchanged": frame.set_geometry(turned.set_crs(frame.crs, allow_override=True)),
        "another coordinate system": frame.to_crs(3857),
        "a unit lost": frame.iloc[1:],
        "simplified": frame.set_geometry(shapes.simplify(0.5).make_valid()),
    }


GROUPS = {"tables": damaged_tables, "side files": damaged_sides, "boundaries": damaged_layers}


def main() -> int:
    """Try everything and print it by group and kind; return the number of faults."""
    faults = 0
    for group, damaged in GROUPS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = pd.DataFrame(damaged(Path(folder)), columns=["file", "kind", "outcome"])
        counted = Counter(found["outcome"].str.partition(":")[0])
        print(
            f"{group}: {len(found)} variants; " + ", ".join(f"{k} {v}" for k, v in counted.items())
        )
        wrong = found[~found["outcome"].isin(["refused", "harmless"])]
        if len(wrong):
            print(wrong.to_string(index=False))
        faults += len(wrong)
    return min(faults, 125)


if __name__ == "__main__":
    sys.exit(main())
