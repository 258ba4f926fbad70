"""Files are read with a sentence or not at all, and written whole or not at all."""

import multiprocessing
import os
import signal
import time

import pytest

from guantian.files import (
    UnreadableError,
    atomic,
    read_json,
    read_mapping,
    read_rows,
    read_text,
    read_yaml,
)


def test_a_file_is_put_in_place_when_it_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with atomic(path) as part:
        assert (part.parent.parent, part.suffix) == (tmp_path, ".csv")
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_block_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="stop"), atomic(path) as part:
        part.write_text("half")
        raise RuntimeError("stop")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_nothing_written_is_an_error(tmp_path):
    nothing = pytest.raises(FileNotFoundError, match=r"Nothing was written for .*a\.csv")
    with nothing, atomic(tmp_path / "a.csv"):
        pass
    assert os.listdir(tmp_path) == []
    with pytest.raises(FileNotFoundError), atomic(tmp_path / "none/a.csv"):
        pass


def _write_forever(path):
    with atomic(path) as part, open(part, "w") as file:
        file.write("half")
        file.flush()
        time.sleep(60)


def test_a_killed_writer_leaves_no_half_file(tmp_path):
    path = tmp_path / "a.csv"
    writer = multiprocessing.get_context("fork").Process(target=_write_forever, args=(path,))
    writer.start()
    deadline = time.monotonic() + 20
    while not any(part.stat().st_size for part in tmp_path.glob(".a.csv.*/a.csv")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    assert not path.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfea\0", "is in UTF-16; expected UTF-8"),
        ("\ufeffa: 1".encode(), "begins with a byte-order mark"),
        ("a: 1\nb: 关中".encode("gbk"), r"line 2: not in UTF-8 \(perhaps in GBK\)"),
        (b"a: 1\nb: \0", "line 2: a NUL character"),
    ],
)
def test_another_encoding_is_named(tmp_path, content, sentence):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=rf"shown\.yaml.*{sentence}"):
        read_text(path, "shown.yaml")


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(UnreadableError, match="a is missing"):
        read_text(tmp_path / "a", "a")
    with pytest.raises(UnreadableError, match="a is a folder"):
        read_text(tmp_path, "a")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: [\n", r"a\.yaml, line 2: not YAML"),
        ("a: 1\n  b: 2\n", r"a\.yaml, line 2: not YAML"),
        ("a: 1\na: 2\n", "line 2: the key 'a' appears twice"),
        ("x:\n  - {b: 1, b: 1}\n", "line 2: the key 'b' appears twice"),
        ("a: !!python/object/apply:os.getcwd []\n", "line 1: not YAML"),
        ("a: 2009-13-45\n", "not YAML"),
    ],
)
def test_wrong_yaml_is_named_with_its_line(tmp_path, text, sentence):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=sentence):
        read_yaml(path, "a.yaml")


@pytest.mark.parametrize(("text", "kind"), [("", "nothing"), ("- a\n", "list"), ("a\n", "str")])
def test_a_file_without_keys_is_named(tmp_path, text, kind):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=rf"a\.yaml holds {kind}; expected keys and values"):
        read_mapping(path, "a.yaml")


def test_yaml_is_read_as_by_its_own_reader(root):
    import yaml

    for path in [*(root / "config").glob("*.yaml"), *(root / "config/zones").glob("*.yaml")]:
        assert read_yaml(path) == yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\tb\n1\n", "line 2: 1 entries; expected 2"),
        ("a,b\n1,2\n", "line 1: the columns are a,b; expected a, b, with a tab"),
        ("a\tc\n1\t2\n", "the columns are a, c"),
        ("a\tb\tb\n1\t2\t3\n", "the columns are a, b, b"),
        ("a\tb\n", "has no row"),
        ("", "the columns are none"),
    ],
)
def test_a_wrong_table_is_named(tmp_path, text, sentence):
    path = tmp_path / "a.tsv"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=sentence):
        read_rows(path, ["a", "b"])


def test_json_is_named_with_its_place(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1,\n')
    with pytest.raises(UnreadableError, match=r"a\.json, line 2, column 1: .*; expected JSON"):
        read_json(path, "a.json")
    path.write_text("[]")
    with pytest.raises(UnreadableError, match="no JSON object"):
        read_json(path)
