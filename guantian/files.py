"""Files read with a sentence where they are not as expected, and written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


#: With which a spreadsheet's formulas begin; wide signs too, where it runs in Chinese.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class UnreadableError(ValueError):
    """A file that cannot be read as what it should be, as one sentence."""


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; put the file in its place when all is written.

    A process that is killed while it writes leaves no half file under the final name, and a
    reader sees the old file or the new one. The temporary file lies beside the final one (a rename
    is atomic within one file system) and keeps its ending, by which writers choose the format. If
    the block fails, the temporary file is removed and the old file stays.

    Parameters
    ----------
    path
        The final path; its folder must exist.

    Yields
    ------
    Path
        Where to write; nothing is there yet.

    Raises
    ------
    FileNotFoundError
        If the block wrote nothing, or the folder does not exist.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic(Path(folder) / "table.csv") as part:
    ...         _ = part.write_text("a,b")
    ...     [entry.name for entry in Path(folder).iterdir()]
    ['table.csv']
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        part = Path(folder) / path.name
        yield part
        if not part.exists():
            raise FileNotFoundError(f"Nothing was written for {path}.")
        with open(part, "rb") as written:
            os.fsync(written.fileno())
        os.replace(part, path)


def read_text(path: str | os.PathLike[str], shown: str | None = None) -> str:
    """Read a text file in UTF-8.

    Parameters
    ----------
    path
        The file.
    shown
        How sentences call it; by default its path.

    Raises
    ------
    UnreadableError
        If it is missing, a folder, not readable, or not in UTF-8 without a byte-order mark.
    """
    name = shown or str(path)
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise UnreadableError(f"{name} is missing; expected a file there.") from None
    except IsADirectoryError:
        raise UnreadableError(f"{name} is a folder; expected a file.") from None
    except OSError as error:
        raise UnreadableError(f"{name} cannot be read: {error.strerror}.") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(f"{name} is in UTF-16; expected UTF-8: save it again in UTF-8.")
    if content.startswith(b"\xef\xbb\xbf"):
        raise UnreadableError(
            f"{name} begins with a byte-order mark; expected UTF-8 without one: save it again so."
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            f"{name}, line {line}: not in UTF-8 (perhaps in GBK); expected UTF-8: save it again "
            "in UTF-8."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableError(f"{name}, line {line}: a NUL character; expected text.")
    return text


def read_yaml(path: str | os.PathLike[str], shown: str | None = None) -> Any:
    """Read YAML, by the compiled reader where there is one: ten times as fast.

    Raises
    ------
    UnreadableError
        As `read_text`, or if it is not YAML, or a key appears twice in one mapping; with the line.
    """
    name = shown or str(path)
    return deepcopy(_document(read_text(path, name), name))


@lru_cache(maxsize=64)  # one start of the workflow reads the same files several times
def _document(text: str, name: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        reading = loader(text)
        node = reading.get_single_node()
        if node is None:
            return None
        _stop_on_repeated_keys(node, name)
        return reading.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(text.splitlines())
        line = f", line {min(mark.line + 1, last)}" if mark else ""
        raise UnreadableError(
            f"{name}{line}: not YAML ({error.problem or error.context}); mend that line."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        said = " ".join(str(error).split())
        raise UnreadableError(
            f"{name}: not YAML ({said}); expected plain keys and values."
        ) from None


def read_mapping(path: str | os.PathLike[str], shown: str | None = None) -> dict[str, Any]:
    """Read a YAML file that holds keys and values.

    Raises
    ------
    UnreadableError
        As `read_yaml`, or if it holds something else.
    """
    content = read_yaml(path, shown)
    if not isinstance(content, dict):
        raise UnreadableError(
            f"{shown or path} holds {type(content).__name__ if content is not None else 'nothing'}"
            "; expected keys and values."
        )
    return content


def _stop_on_repeated_keys(node: Any, name: str) -> None:
    """Refuse a key that appears twice: YAML readers keep the last one without a word."""
    import yaml

    waiting = [node]
    seen_nodes: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen and isinstance(key, yaml.ScalarNode):
                    raise UnreadableError(
                        f"{name}, line {key.start_mark.line + 1}: the key {key.value!r} appears "
                        "twice; expected each key once."
                    )
                if isinstance(key, yaml.ScalarNode):
                    seen.add(key.value)
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def read_rows(
    path: str | os.PathLike[str], columns: Iterable[str] = (), shown: str | None = None
) -> list[dict[str, str]]:
    """Read a small table as text: tabs where its name ends in .tsv, commas otherwise.

    Parameters
    ----------
    path
        The table, with a line of column headers.
    columns
        Columns that it must have; of a .tsv, those and no other.
    shown
        How sentences call it.

    Returns
    -------
    list of dict
        A row each; all values are text.

    Raises
    ------
    UnreadableError
        As `read_text`, or for other columns, a column twice, a row with another number of
        entries, or no row.
    """
    name = shown or str(path)
    tabs = str(path).endswith(".tsv")
    wanted = list(columns)
    reader = csv.reader(
        io.StringIO(read_text(path, name), newline=""), delimiter="\t" if tabs else ","
    )
    try:
        header = next(reader, [])
        missing = [column for column in wanted if column not in header]
        extra = [column for column in header if column not in wanted] if tabs and wanted else []
        if missing or extra or len(set(header)) < len(header):
            found = " ".join(", ".join(header).split())[:100] or "none"
            raise UnreadableError(
                f"{name}, line 1: the columns are {found}; expected "
                f"{', '.join(wanted)}, with {'a tab' if tabs else 'a comma'} between them."
            )
        rows = []
        for values in reader:
            if not values:
                continue
            if len(values) != len(header):
                raise UnreadableError(
                    f"{name}, line {reader.line_num}: {len(values)} entries; expected "
                    f"{len(header)}, one for each column."
                )
            rows.append(dict(zip(header, values, strict=True)))
    except csv.Error as error:
        raise UnreadableError(f"{name}, line {reader.line_num}: not a table ({error}).") from None
    if not rows:
        raise UnreadableError(f"{name} has no row; expected at least one.")
    return rows


def read_json(path: str | os.PathLike[str], shown: str | None = None) -> Mapping[str, Any]:
    """Read a JSON file that holds one object.

    Raises
    ------
    UnreadableError
        As `read_text`, or if it is not JSON, or something else than an object.
    """
    import json

    name = shown or str(path)
    try:
        content = json.loads(read_text(path, name))
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"{name}, line {error.lineno}, column {error.colno}: {error.msg}; expected JSON."
        ) from None
    if not isinstance(content, dict):
        raise UnreadableError(f"{name} holds no JSON object; expected one, in braces.")
    return content


def guarded_text(value: object) -> object:
    """Lead a text that a spreadsheet would run as a formula by an apostrophe.

    A sign alone, or a number with a sign, is no formula.

    Examples
    --------
    >>> guarded_text("@SUM(A1)"), guarded_text("-0.5"), guarded_text("+")
    ("'@SUM(A1)", '-0.5', '+')
    """
    if not isinstance(value, str) or not value.startswith(FORMULA) or len(value) == 1:
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def csv_text(frame: pd.DataFrame) -> str:
    r"""Return a table as CSV, its texts led by an apostrophe where a spreadsheet would run them.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_text(pd.DataFrame({"name": ["=1+1", "-", "Baoji"], "x": [-1.5, 2.0, None]}))
    "name,x\n'=1+1,-1.5\n-,2.0\nBaoji,\n"
    """
    texts = frame.select_dtypes(exclude=["number", "bool", "datetime"]).columns
    guarded = frame.assign(**{name: frame[name].map(guarded_text) for name in texts})
    return guarded.rename(columns=guarded_text).to_csv(index=False, lineterminator="\n")


def write_csv(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table as CSV, as `csv_text` says it; an index is not written."""
    Path(path).write_text(csv_text(frame), encoding="utf-8", newline="")
