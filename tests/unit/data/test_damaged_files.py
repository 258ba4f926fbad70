"""Hundreds of damaged files: none passes silently, none raises anything but a DataError.

Each example takes a real table, does one kind of damage to it at places that hypothesis draws, and
says which words the message must have.
"""

import csv
import dataclasses
import hashlib
import io
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from guantian.data.read import read_table
from guantian.errors import DataError

ROWS = 25  # kept of each table: enough for several cities and years, quick to check
# Few columns: what is checked is each cell's own rule, and a check costs time by the column.
SOURCES = {
    "city_accounts": ["city_code", "year", "gdp_100m_yuan", "gdp_growth_reported"],
    "city_names": ["city_code", "name_zh", "province_code", "name_en"],
}


def examples(count):
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Damaged:
    """A table's head in cells, to be damaged."""

    def __init__(self, table, cells):
        self.table = table
        self.header, self.rows = cells[0], cells[1:]

    def text(self):
        lines = io.StringIO(newline="")
        csv.writer(lines, lineterminator="\n").writerows([self.header, *self.rows])
        return lines.getvalue()

    def columns(self, wanted):
        return [i for i, field in enumerate(self.table.fields) if wanted(field)]


def numeric(field):
    return field.type != "string"


@pytest.fixture(scope="module")
def heads(package, tmp_path_factory):
    """The first rows of each source table, described as a table of their own."""
    folder = tmp_path_factory.mktemp("damaged")
    found = []
    for name, columns in SOURCES.items():
        table = package.tables[name]
        lines = table.path.read_text("utf-8").splitlines(keepends=True)
        chosen = [table.columns.index(column) for column in columns]
        cells = [[row[i] for i in chosen] for row in csv.reader(lines[: ROWS + 1])]
        fields = tuple(table.field(column) for column in columns)
        table = dataclasses.replace(table, path=folder / f"{name}.csv", fields=fields)
        text = Damaged(table, cells).text()
        digest = hashlib.sha256(text.encode()).hexdigest()
        found.append((dataclasses.replace(table, sha256=digest), cells))
    return found


def head(heads, data):
    table, cells = heads[data.draw(st.integers(0, len(heads) - 1), label="table")]
    return Damaged(table, [list(row) for row in cells])


def message(table, content, verify):
    """The sentence of the DataError that reading the content raises; empty where it is read."""
    table.path.write_bytes(content)
    try:
        read_table(table, verify=verify)
    except DataError as error:
        assert str(table.path) in str(error), "the message names the file"
        return str(error)
    return ""


def test_the_heads_are_sound(heads):
    for table, cells in heads:
        assert message(table, Damaged(table, cells).text().encode(), verify=True) == ""


# Each kind takes (damaged, draw) and returns the words that the message must have.


def missing_column(it, draw):
    column = draw(st.integers(0, len(it.header) - 1))
    name = it.header[column]
    for row in (it.header, *it.rows):
        del row[column]
    return ["row 1", f"column '{name}' is missing"]


def extra_column(it, draw):
    column = draw(st.integers(0, len(it.header)))
    name = draw(st.text("abcxyz_", min_size=1, max_size=6).filter(lambda n: n not in it.header))
    for row in (it.header, *it.rows):
        row.insert(column, name)
    return ["row 1", f"column '{name}' is not described"]


def misplaced_column(it, draw):
    places = st.integers(0, len(it.header) - 1)
    one, two = draw(st.lists(places, min_size=2, max_size=2, unique=True))
    for row in (it.header, *it.rows):
        row[one], row[two] = row[two], row[one]
    return ["row 1", "the columns are in the order"]


def duplicate_key(it, draw):
    twin = list(it.rows[draw(st.integers(0, ROWS - 1))])
    it.rows.insert(draw(st.integers(0, ROWS)), twin)
    return [f"row {it.rows.index(twin) + 2}", "appears more than once"]


def cell(it, draw, columns):
    assume(columns)
    return draw(st.integers(0, ROWS - 1)), draw(st.sampled_from(columns))


def text_in_a_number(it, draw):
    row, column = cell(it, draw, it.columns(numeric))
    letters = st.text("abfghlOoIZ/%元约,;: ", min_size=1, max_size=4)
    letters = letters.filter(lambda text: text.strip() and text.strip().lower() != "inf")
    it.rows[row][column] = draw(st.sampled_from(["1", "", "20"])) + draw(letters)
    return [f"row {row + 2}", f"column '{it.header[column]}'", "number"]


def out_of_range(it, draw):
    limited = it.columns(lambda field: numeric(field) and None not in field.raw_range)
    row, column = cell(it, draw, limited)
    low, high = it.table.fields[column].raw_range
    beyond = draw(st.integers(1, 10**6))
    it.rows[row][column] = str(int(draw(st.sampled_from([low - beyond, high + beyond]))))
    return [f"row {row + 2}", f"column '{it.header[column]}'", "found where a value from"]


def missing_key(it, draw):
    row, column = cell(it, draw, it.columns(lambda field: field.name in it.table.key))
    it.rows[row][column] = ""
    return [f"row {row + 2}", f"column '{it.header[column]}'", "a value is required"]


def wrong_code(it, draw):
    row, column = cell(it, draw, it.columns(lambda field: field.pattern))
    wrong = draw(st.text("0123456789 -x", min_size=1, max_size=5))
    it.rows[row][column] = wrong
    said = "text of the form" if wrong == wrong.strip() else "has blanks at its ends"
    return [f"row {row + 2}", f"column '{it.header[column]}'", said]


def truncated_line(it, draw):
    row = draw(st.integers(0, ROWS - 1))
    del it.rows[row][draw(st.integers(1, len(it.header) - 1)) :]
    return [f"row {row + 2}", "cells where"]


def extra_cell(it, draw):
    row = draw(st.integers(0, ROWS - 1))
    it.rows[row].insert(draw(st.integers(0, len(it.header))), draw(st.sampled_from(["", "1"])))
    return [f"row {row + 2}", "cells where"]


KINDS = (
    missing_column,
    extra_column,
    misplaced_column,
    duplicate_key,
    text_in_a_number,
    out_of_range,
    missing_key,
    wrong_code,
    truncated_line,
    extra_cell,
)


@examples(150)
@given(data=st.data())
def test_structural_damage_is_named_without_the_checksum(heads, data):
    it = head(heads, data)
    kind = data.draw(st.sampled_from(KINDS), label="kind")
    words = kind(it, data.draw)
    said = message(it.table, it.text().encode(), verify=False)
    for word in words:
        assert re.search(rf"{re.escape(word)}(?![0-9])", said), (word, said)


@examples(100)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(heads, data):
    """Cut at the end of a line, only the checksum tells."""
    it = head(heads, data)
    content = it.text().encode()
    at = data.draw(st.integers(0, len(content) - 1), label="at")
    said = message(it.table, content[:at], verify=True)
    if content[:at].endswith(b"\n"):
        assert "has no rows" in said or "sha256 differs" in said
    else:
        assert re.search(r", row \d+: ", said)
        assert said == message(it.table, content[:at], verify=False)


@examples(80)
@given(data=st.data())
def test_bytes_of_another_encoding_are_refused(heads, data):
    it = head(heads, data)
    text = it.text()
    if data.draw(st.booleans(), label="whole file"):
        it.rows[0][-1] = "城市"  # so that the encodings differ from UTF-8
        encoding = data.draw(st.sampled_from(["gb18030", "gbk", "big5", "utf-16", "utf-32"]))
        content = it.text().encode(encoding, errors="replace")
        assert message(it.table, content, verify=False)
    else:
        at = data.draw(st.integers(0, len(text)), label="at")
        byte = data.draw(st.sampled_from([b"\xff", b"\xfe", b"\xc0", b"\x80"]))
        content = text[:at].encode() + byte + text[at:].encode()
        row = text.count("\n", 0, at) + 1
        said = message(it.table, content, verify=False)
        assert f", row {row}: byte 0x{byte.hex()} is not UTF-8" in said


@examples(40)
@given(data=st.data())
def test_a_changed_digit_is_refused_by_the_checksum_at_least(heads, data):
    it = head(heads, data)
    row = data.draw(st.integers(0, ROWS - 1), label="row")
    digits = [
        (column, at)
        for column, text in enumerate(it.rows[row])
        for at, letter in enumerate(text)
        if letter.isdigit()
    ]
    column, at = data.draw(st.sampled_from(digits), label="digit")
    old = it.rows[row][column]
    new = data.draw(st.sampled_from([d for d in "0123456789" if d != old[at]]), label="new")
    it.rows[row][column] = old[:at] + new + old[at + 1 :]
    content = it.text().encode()
    said = message(it.table, content, verify=True)
    alone = message(it.table, content, verify=False)
    assert said == alone if alone else "sha256 differs" in said


@examples(150)
@given(data=st.data())
def test_any_change_of_any_byte_is_refused(heads, data):
    """Whatever is written over, taken out or put in; without the checksum it is read or refused."""
    it = head(heads, data)
    content = it.text().encode()
    start = data.draw(st.integers(0, len(content) - 1), label="start")
    length = data.draw(st.integers(0, 12), label="length")
    signs = b'\n\r",;\x00\t -+eE.0123456789\xe5\xff'
    new = data.draw(
        st.one_of(st.binary(max_size=12), st.lists(st.sampled_from(signs), max_size=6).map(bytes)),
        label="new",
    )
    damaged = content[:start] + new + content[start + length :]
    assume(damaged != content)
    assert message(it.table, damaged, verify=True)
    message(it.table, damaged, verify=False)
