"""Where the raw tables come from: ``sources.csv``, ``citations.bib`` and ``rights.csv``.

``python -m guantian.data.sources data`` joins them to ``raw/datapackage.json`` (sources with
address, version and date, what may be redistributed) and writes the table of rights of
``README.md``. It changes nothing else, and the same files give the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.errors import DataError, run_command

SOURCE_COLUMNS = [
    "table",
    "column",
    "repository",
    "commit",
    "file_version",
    "path",
    "source_field",
    "transformation",
    "upstream",
    "citations",
    "licence",
    "accessed",
    "checked_cells",
    "share_equal",
]
RIGHTS_COLUMNS = ["table", "cleared", "terms", "reason"]
LICENCES = {
    "MIT": "MIT License",
    "GPL-2.0": "GNU General Public License 2",
    "GPL-3.0": "GNU General Public License 3",
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
}
MARKS = ("<!-- rights: made by make checksums -->", "<!-- end of rights -->")
OWN = ("sector_concordance", "province_names", "city_names_en")  # made for this study


def read_sources(path: str | Path, citations: str | Path) -> pd.DataFrame:
    """Read where each column of the raw tables comes from.

    Parameters
    ----------
    path
        ``sources.csv`` with the columns `SOURCE_COLUMNS`; an empty ``column`` is the table itself.
        ``commit`` fixes the version of the repository, ``accessed`` is the day on which the copy
        came into this project, ``citations`` are keys of the bibliography, ``checked_cells`` and
        ``share_equal`` say how many cells a second reading compared with the source and how many
        agreed.
    citations
        The bibliography in BibTeX.

    Returns
    -------
    DataFrame
        All text, in file order.

    Raises
    ------
    DataError
        For other columns, a row that occurs twice, a commit or date of another form, or a key
        that the bibliography does not have.
    """
    path = Path(path)
    table = _read(path, SOURCE_COLUMNS)
    twice = table.duplicated(["table", "column"])
    if twice.any():
        row = int(twice.to_numpy().argmax())
        raise DataError(
            f"{path}, row {row + 2}: {table['table'].iloc[row]}, {table['column'].iloc[row]!r} "
            "occurs twice; one row for each column was expected."
        )
    forms = {"commit": "|[0-9a-f]{40}", "accessed": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
    for column, form in forms.items():
        wrong = ~table[column].str.fullmatch(form)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{path}, row {row + 2}, column {column!r}: {table[column].iloc[row]!r} is no text "
                f"of the form {form}."
            )
    keys = bibliography_keys(citations)
    for row, named in table["citations"].items():
        odd = [key for key in named.split() if key not in keys]
        if odd:
            raise DataError(
                f"{path}, row {row + 2}, column 'citations': {odd[0]!r} is not in "
                f"{Path(citations).name}."
            )
    return table


def read_rights(path: str | Path) -> pd.DataFrame:
    """Read what may be redistributed: ``table``, ``cleared`` (yes or no), ``terms``, ``reason``.

    Raises
    ------
    DataError
        For other columns, a table that occurs twice, another word than yes or no, a table that is
        cleared without terms, or no reason.
    """
    path = Path(path)
    table = _read(path, RIGHTS_COLUMNS)
    wrong = (
        table["table"].duplicated()
        | ~table["cleared"].isin(["yes", "no"])
        | (table["reason"] == "")
        | ((table["cleared"] == "yes") != (table["terms"] != ""))
    )
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise DataError(
            f"{path}, row {row + 2} ({table['table'].iloc[row]}): a table of its own, yes with "
            "terms or no without, and a reason were expected."
        )
    return table


def bibliography_keys(path: str | Path) -> set[str]:
    """Keys of a bibliography in BibTeX."""
    return set(re.findall(r"^@\w+\{([^,\s]+),", Path(path).read_text("utf-8"), re.MULTILINE))


def join_sources(
    descriptor: dict[str, Any], sources: pd.DataFrame, rights: pd.DataFrame
) -> dict[str, Any]:
    """Put sources and rights into a description of the raw tables.

    Parameters
    ----------
    descriptor
        The content of ``datapackage.json``; changed in place and returned.
    sources, rights
        As `read_sources` and `read_rights` return them.

    Raises
    ------
    DataError
        Where a table is described and has no row, or has a row and is not described, or a column
        is none of its table.
    """
    resources = {resource["name"]: resource for resource in descriptor["resources"]}
    tables = sources[sources["column"] == ""].set_index("table")
    for kind, named, described in (
        ("sources.csv", set(sources["table"]), set(resources) - set(OWN)),
        ("sources.csv", set(tables.index), set(resources) - set(OWN)),
        ("rights.csv", set(rights["table"]), set(resources)),
    ):
        odd = sorted(named ^ described)
        if odd:
            raise DataError(f"{kind} and datapackage.json disagree on the table {odd[0]}.")
    for row in sources[sources["column"] != ""].itertuples():
        fields = [f["name"] for f in resources[row.table].get("schema", {}).get("fields", [])]
        if fields and row.column not in fields:
            raise DataError(f"sources.csv: {row.table} has no column {row.column!r}.")
    for name, resource in resources.items():
        if name in tables.index:
            resource["sources"] = _joined(resource["sources"], tables.loc[name])
        right = rights.set_index("table").loc[name]
        resource["redistribution"] = {
            "cleared": right["cleared"] == "yes",
            "reason": right["reason"],
        }
        if right["terms"] in LICENCES:
            resource["licenses"] = [{"name": right["terms"], "title": LICENCES[right["terms"]]}]
        else:
            resource.pop("licenses", None)
    return descriptor


def rights_table(descriptor: dict[str, Any], rights: pd.DataFrame) -> str:
    """Write the table of rights in Markdown: a row for each table, those not cleared last."""
    titles = {resource["name"]: resource["title"] for resource in descriptor["resources"]}
    rows = rights.sort_values(["cleared", "table"], ascending=[False, True])
    lines = ["| table | may be redistributed | why |", "|---|---|---|"]
    for row in rows.itertuples():
        may = f"yes ({row.terms})" if row.cleared == "yes" else "**not cleared**"
        lines.append(f"| `{row.table}`: {titles[row.table]} | {may} | {row.reason} |")
    return "\n".join(lines)


def renew(folder: str | Path) -> list[str]:
    """Join sources and rights in a data folder; return the names of the files that changed."""
    folder = Path(folder)
    package, readme = folder / "raw" / "datapackage.json", folder / "README.md"
    sources = read_sources(folder / "sources.csv", folder / "citations.bib")
    rights = read_rights(folder / "rights.csv")
    descriptor = join_sources(json.loads(package.read_text("utf-8")), sources, rights)
    before, (start, end) = readme.read_text("utf-8"), MARKS
    if before.count(start) != 1 or before.count(end) != 1:
        raise DataError(f"{readme} has no place for the table of rights: {start} ... {end}.")
    head, rest = before.split(start)
    table = rights_table(descriptor, rights)
    text = {
        package: json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n",
        readme: f"{head}{start}\n{table}\n{end}{rest.split(end)[1]}",
    }
    changed = [path for path, content in text.items() if path.read_text("utf-8") != content]
    for path in changed:
        path.write_text(text[path], encoding="utf-8")
    return [path.name for path in changed]


def _joined(present: list[dict[str, Any]], row: pd.Series) -> list[dict[str, Any]]:
    """Keep what is said of the original source; say where the copy was taken from, and when."""
    upstream = [source for source in present if "version" not in source and "path" not in source]
    copy: dict[str, Any] = {"title": row["repository"] or "pages named in the table"}
    if "/" in row["repository"]:
        copy["path"] = f"https://github.com/{row['repository']}"
    copy["version"] = row["commit"] or row["file_version"] or "as read"
    files = re.split(r";(?![^\[]*\])", row["path"])  # sheets in brackets stay with their file
    copy["files"] = [part.strip() for part in files if part.strip()]
    copy["accessed"] = row["accessed"]
    copy["citations"] = row["citations"].split()
    return [*upstream, copy]


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path} is missing; it must say where the raw tables come from.") from None
    if list(table.columns) != columns:
        raise DataError(f"{path}, row 1: the columns are {list(table.columns)}, not {columns}.")
    return table


def main() -> None:
    """Join the list of sources to the descriptor: the command line."""
    print("Joined sources:", ", ".join(renew(sys.argv[1])) or "nothing had changed")


if __name__ == "__main__":
    run_command(main)
