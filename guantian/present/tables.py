"""Tables: declared once by their columns, built from typed rows, written in three forms.

A table is declared as a `TableSpec` and built by `build`::

    SIGMA = TableSpec(
        name="sigma",
        index={"outcome": "outcome", "sample": "sample"},   # one row per outcome and sample
        group="Outcome",
        columns=(
            Column("outcome", "Outcome", labelled("outcome")),
            Column("sample", "Sample", labelled("sample")),
            Column("estimate", "First year", fixed(3), where={"term": "first"}),
            Column(("conf_low", "conf_high"), "95% interval", bounds(3), where={"term": "ratio"}),
        ),
    )
    write_table(build(SIGMA, rows, caption("convergence", "sigma", "tables")), folder)

Without ``index`` every row of results is a row of the table. A table without rows is a table that
says why it has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from guantian import labels
from guantian.files import write_csv
from guantian.present.captions import Caption
from guantian.present.captions import caption as caption_of
from guantian.present.format import MISSING, Format, as_text
from guantian.present.table_forms import html, latex

EMPTY = "No row: the zone has no such estimates."
#: Who is told of a table in place of its being written, while `guantian trace` follows a cell.
FOLLOWED: ContextVar[Callable[[Table], None] | None] = ContextVar("followed", default=None)


@dataclass(frozen=True)
class Table:
    """A table as printed.

    Attributes
    ----------
    name
        File name without ending.
    title
        What it shows.
    body
        Text cells; column names are the printed headers.
    notes
        What a reader must know to read it.
    group
        The column that names groups of rows, where there is one.
    text
        Columns of running text, aligned left; the others are numbers, aligned right.
    empty
        Why there are no rows, said where there are none.
    """

    name: str
    title: str
    body: pd.DataFrame
    notes: str = ""
    group: str | None = None
    text: tuple[str, ...] = ()
    empty: str = EMPTY


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    source
        Column or columns of the results whose values are printed.
    header
        As printed; braces are filled by the values given to `build`, e.g. ``{level}% interval``.
        A name that data give is put in by `literal`.
    format
        Of the values.
    where
        In a table with an index: which of the index's rows of results is meant (column to value);
        a column of the index that is named here has this value instead of the row's.
    missing
        What is printed where results have no such row, or no value; without it a dash where there
        is no row, and what the format prints where there is no value.
    """

    source: str | tuple[str, ...]
    header: str
    format: Format = field(default_factory=as_text)
    where: Mapping[str, object] = field(default_factory=dict)
    missing: str | None = None

    def printed(self, *values: object) -> str:
        """Print values; all of them missing are printed as declared."""
        if self.missing is not None and all(pd.isna(value) or value == "" for value in values):
            return self.missing
        return self.format(*values)


@dataclass(frozen=True)
class TableSpec:
    """The declaration of a table.

    Attributes
    ----------
    name
        File name without ending; also of its caption.
    columns
        In the order of printing.
    select
        Which rows of results are meant: column to a value or a tuple of values.
    index
        Columns of results whose combinations are the table's rows, each to the kind of labels that
        orders its values, to the values themselves in order, or to None: as they come. Without it,
        each row of results is a row.
    rows
        In place of an index: the table's rows, each a title and what selects its rows of results.
        The titles are in the column ``row``.
    having
        With an index: what selects a row of results that a row of the table must have.
    order
        Without an index: columns to sort by, each to its kind of labels (None: by value).
    group
        Header of the column that names groups of rows.
    empty
        Why the table may have no rows.
    """

    name: str
    columns: tuple[Column, ...]
    select: Mapping[str, object] = field(default_factory=dict)
    index: Mapping[str, str | tuple | None] = field(default_factory=dict)
    rows: tuple[tuple[str, Mapping[str, object]], ...] = ()
    having: Mapping[str, object] = field(default_factory=dict)
    order: Mapping[str, str | None] = field(default_factory=dict)
    group: str | None = None
    empty: str = EMPTY


def build(spec: TableSpec, rows: pd.DataFrame, caption: Caption, **values: object) -> Table:
    """Build a table from typed rows.

    Parameters
    ----------
    spec
        The declaration.
    rows
        Typed estimates, series, tests, or any other frame that has the columns named.
    caption
        Its title and notes.
    **values
        Fill the braces of headers and of the caption.

    Raises
    ------
    ValueError
        If a column is not in the results, or several rows of results are meant by one cell.

    Examples
    --------
    >>> from guantian.present.format import fixed, labelled
    >>> spec = TableSpec("sigma", index={"sample": "sample"}, columns=(
    ...     Column("sample", "Sample", labelled("sample")),
    ...     Column("estimate", "First", fixed(1), where={"term": "first"}),
    ...     Column("estimate", "Last", fixed(1), where={"term": "last"})))
    >>> rows = pd.DataFrame({"sample": ["china", "zone", "zone"],
    ...                      "term": ["first", "last", "first"],
    ...                      "estimate": [1.0, 3.0, 2.0]})
    >>> build(spec, rows, Caption("sigma", "Dispersion", "Dispersion by sample.")).body
      Sample First Last
    0   Zone   2.0  3.0
    1  China   1.0    –
    """
    if spec.rows:
        named = enumerate(spec.rows)
        rows = pd.concat([select(rows, key).assign(row=row, place=n) for n, (row, key) in named])
        spec = replace(spec, rows=(), index={"place": None})
    headers = [column.header.format(**values) for column in spec.columns]
    if repeated := {name for name in headers if headers.count(name) > 1}:
        raise ValueError(f"The table {spec.name!r} has several columns {repeated.pop()!r}.")
    wanted = [name for column in spec.columns for name in (*_sources(column), *column.where)]
    _demand(spec, rows, [*wanted, *spec.select, *spec.index, *spec.order])
    chosen = select(rows, spec.select)
    body = _indexed(spec, chosen) if spec.index else _listed(spec, chosen)
    filled = caption.filled(**values)
    left = [
        h for h, column in zip(headers, spec.columns, strict=True) if column.format.align == "left"
    ]
    return Table(
        spec.name,
        filled.title,
        pd.DataFrame(body, columns=headers, dtype="object"),
        filled.notes or filled.caption,
        group=spec.group,
        text=tuple(name for name in left if name != spec.group),
        empty=spec.empty,
    )


def literal(name: str) -> str:
    """Return a name as a header that holds it as it is: no brace of it is filled.

    Examples
    --------
    >>> literal("{level}").format(level=95)
    '{level}'
    """
    return name.replace("{", "{{").replace("}", "}}")


def captioned(
    chapter: str,
    name: str,
    body: pd.DataFrame | Iterable[Mapping],
    *text: str,
    group: str | None = None,
    heads: Sequence[str] = (),
    empty: str = EMPTY,
    **values: object,
) -> Table:
    """Return a table of cells already printed, with its title and notes of ``captions.yaml``.

    Parameters
    ----------
    chapter, name
        Of the caption.
    body
        Text cells: a frame, or rows of header to cell.
    *text
        Headers of the columns of running text.
    group
        Header of the column that names groups of rows.
    heads
        Headers of a body without rows.
    empty
        Why it may have no rows.
    **values
        Fill the braces of the caption.

    Raises
    ------
    CaptionError
        If ``captions.yaml`` has no such table, or a value to fill is not given.

    Examples
    --------
    >>> table = captioned("growth", "accounting", [{"Group": "Zone", "Growth": "9.1"}], "Group")
    >>> table.title, table.text
    ('Growth accounts', ('Group',))
    """
    said = caption_of(chapter, name, "tables").filled(**values)
    frame = body if isinstance(body, pd.DataFrame) else pd.DataFrame(list(body))
    if frame.empty and len(heads):
        frame = pd.DataFrame(columns=list(heads))
    notes = said.notes or said.caption
    return Table(name, said.title, frame, notes, group=group, text=text, empty=empty)


def select(rows: pd.DataFrame, wanted: Mapping[str, object]) -> pd.DataFrame:
    """Return the rows in which each column has the value, or one of a tuple of values.

    None selects an empty cell.

    Examples
    --------
    >>> select(pd.DataFrame({"a": [1, 2, 3], "b": ["x", "x", "y"]}), {"a": (1, 3), "b": "x"})
       a  b
    0  1  x
    """
    keep = pd.Series(True, index=rows.index)
    for name, value in wanted.items():
        if value is None:
            keep &= (rows[name].isna() | (rows[name] == "")).fillna(value=True).astype(bool)
            continue
        values = value if isinstance(value, tuple | list | set) else (value,)
        keep &= rows[name].isin(list(values))
    return rows[keep]


def together(**results: pd.DataFrame) -> pd.DataFrame:
    """Join results of several kinds, told apart by the column ``results``, for one table.

    Examples
    --------
    >>> together(estimates=pd.DataFrame({"estimate": [1.5]}), series=pd.DataFrame({"value": [2.5]}))
       estimate    results  value
    0       1.5  estimates    NaN
    1       NaN     series    2.5
    """
    frames = [frame.assign(results=kind) for kind, frame in results.items()]
    return pd.concat(frames, ignore_index=True)


def write_table(table: Table, folder: str | Path) -> None:
    """Write ``name.csv``, ``name.tex`` and ``name.html`` into the folder."""
    folder, table = Path(folder), without_empty_rows(table)
    if (told := FOLLOWED.get()) is not None:
        told(table)
        return
    body = table.body if len(table.body.columns) else pd.DataFrame({"Reason": [table.empty]})
    write_csv(body, folder / f"{table.name}.csv")
    (folder / f"{table.name}.tex").write_text(latex(table), encoding="utf-8")
    (folder / f"{table.name}.html").write_text(html(table), encoding="utf-8")


def without_empty_rows(table: Table) -> Table:
    """Return a table whose columns of values are all empty without its rows: its words are said.

    Examples
    --------
    >>> body = pd.DataFrame({"City": ["A", "B"], "Club": ["–", "–"]})
    >>> len(without_empty_rows(Table("clubs", "Clubs", body, text=("City",))).body)
    0
    """
    named = {*table.text, table.group}
    cells = table.body[[name for name in table.body if name not in named]].to_numpy().ravel()
    if len(cells) and set(cells) <= {MISSING, ""}:
        return replace(table, body=table.body.iloc[:0])
    return table


def write_numbers(numbers: Mapping, path: str | Path) -> None:
    """Write the numbers of a text, nested and printed already, as JSON with sorted keys."""
    text = json.dumps(numbers, ensure_ascii=False, indent=1, sort_keys=True)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _sources(column: Column) -> tuple[str, ...]:
    return (column.source,) if isinstance(column.source, str) else column.source


def _demand(spec: TableSpec, rows: pd.DataFrame, names: list[str]) -> None:
    if lacking := [name for name in dict.fromkeys(names) if name not in rows]:
        raise ValueError(
            f"The table {spec.name!r} is made of the column {lacking[0]!r}, which its results do "
            f"not have; they have {', '.join(map(str, rows.columns))}."
        )


def trails(
    spec: TableSpec, rows: pd.DataFrame, keys: tuple[str, ...] = (), **values: object
) -> list[dict[str, dict]]:
    """Tell of every cell of a table which row of results it is, for `guantian trace`.

    Parameters
    ----------
    spec, rows, values
        As `build` takes them.
    keys
        In a table without an index: the columns that together name a row of results.

    Returns
    -------
    list
        Per row of the table, header to ``{"select": column to value, "column": ...}``.

    Examples
    --------
    >>> first = Column("estimate", "First", where={"term": "first"})
    >>> spec = TableSpec("sigma", (first,), {"analysis": "sigma"}, {"sample": "sample"})
    >>> rows = pd.DataFrame({"analysis": ["sigma"], "sample": ["zone"], "term": ["first"],
    ...                      "estimate": [1.0]})
    >>> trails(spec, rows)[0]["First"]["select"]
    {'analysis': 'sigma', 'sample': 'zone', 'term': 'first'}
    """
    chosen = select(rows, spec.select)
    if spec.index:
        named = _sorted_keys(spec, chosen)
    else:
        named = _in_order(spec, chosen)[list(keys)].to_dict("records")
    return [
        {
            column.header.format(**values): {
                "select": {**spec.select, **key, **column.where},
                "column": column.source,
            }
            for column in spec.columns
        }
        for key in named
    ]


def _in_order(spec: TableSpec, rows: pd.DataFrame) -> pd.DataFrame:
    if not spec.order:
        return rows
    return rows.sort_values(
        list(spec.order), kind="stable", key=lambda values: _places(values, spec.order)
    )


def _listed(spec: TableSpec, rows: pd.DataFrame) -> list[list[str]]:
    rows = _in_order(spec, rows)
    return [
        [column.printed(*(row[name] for name in _sources(column))) for column in spec.columns]
        for row in rows.to_dict("records")
    ]


def _places(values: pd.Series, kinds: Mapping[str, str | None]) -> pd.Series:
    kind = kinds[values.name]
    return values if kind is None else values.map(lambda value: labels.position(kind, value))


def _sorted_keys(spec: TableSpec, rows: pd.DataFrame) -> list[dict]:
    listed = {name: kind for name, kind in spec.index.items() if isinstance(kind, tuple)}
    rows = select(rows, {**listed, **spec.having})
    found = rows[list(spec.index)].drop_duplicates().to_dict("records")
    keys = [{name: _plain(value) for name, value in key.items()} for key in found]
    first = {
        name: {v: i for i, v in enumerate(listed.get(name, dict.fromkeys(k[name] for k in keys)))}
        for name in spec.index
    }

    def place(key: Mapping) -> tuple:
        return tuple(
            labels.position(kind, key[name]) if isinstance(kind, str) else first[name][key[name]]
            for name, kind in spec.index.items()
        )

    return sorted(keys, key=place)


def _indexed(spec: TableSpec, rows: pd.DataFrame) -> list[list[str]]:
    named = {name for column in spec.columns for name in (*_sources(column), *column.where)}
    # Lists, since a cell looks for one row among thousands, a thousand times.
    cells = {name: list(map(_plain, rows[name].tolist())) for name in {*named, *spec.index}}
    body = []
    for key in _sorted_keys(spec, rows):
        found = _fitting(cells, range(len(rows)), key)
        body.append([_cell(spec, column, key, found, cells) for column in spec.columns])
    return body


def _plain(value: object) -> object:
    """Return a missing value as None, which selects empty cells."""
    return None if value is pd.NA or value != value else value


def _fitting(cells: Mapping[str, list], places: Iterable[int], wanted: Mapping) -> list[int]:
    """Tell which rows have the values, as `select` understands them."""
    found = list(places)
    for name, value in wanted.items():
        column = cells[name]
        values = value if isinstance(value, tuple | list | set) else (value,)
        values = (None, "") if value is None else values
        found = [place for place in found if column[place] in values]
    return found


def _cell(
    spec: TableSpec, column: Column, key: Mapping, found: list[int], cells: Mapping[str, list]
) -> str:
    sources = _sources(column)
    if not column.where and all(name in key for name in sources):
        return column.printed(*(key[name] for name in sources))
    if any(name in key for name in column.where):
        every = range(len(cells[sources[0]]))
        found = _fitting(cells, every, {**key, **column.where})
    else:
        found = _fitting(cells, found, column.where)
    values = dict.fromkeys(tuple(cells[name][place] for name in sources) for place in found)
    if not values:
        return MISSING if column.missing is None else column.missing
    if len(values) > 1:
        raise ValueError(
            f"The table {spec.name!r} has {len(values)} different values for the column "
            f"{column.header!r} where {_told(key)}; `where` must say which one is meant."
        )
    return column.printed(*next(iter(values)))


def _told(key: Mapping) -> str:
    return " and ".join(f"{name} is {value!r}" for name, value in key.items())
