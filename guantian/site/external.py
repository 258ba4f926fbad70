"""Published results beside ours: by study, with how the designs differ."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from guantian.chapters.external.tables import our_estimate
from guantian.site.strings import both, chinese, data_words, pair, say

HEADS = ("published", "ours", "row", "comparison")


def external_table(found: pd.DataFrame) -> str:
    """Return published results and our own as a table, for who has no script as well.

    Parameters
    ----------
    found
        As `guantian.chapters.external.compare.compared` returns it.

    Returns
    -------
    str
        HTML: a group of rows for each published result.
    """
    if found.empty:
        return say("external", "absent", "p")
    heads = "".join(f'<th scope="col">{say("external", name)}</th>' for name in HEADS)
    rows = found.astype("object").where(found.notna(), None).to_dict("records")
    groups = "".join(
        _group(check, list(own)) for check, own in groupby(rows, lambda row: row["check"])
    )
    return f'<table class="external"><thead><tr>{heads}</tr></thead>{groups}</table>'


def _group(check: str, rows: list[Mapping[str, Any]]) -> str:
    first = rows[0]
    study = both(first["study"], lang="en")
    design = both(first["design"], chinese("external_design", first["design"]))
    why = both(first["why"], chinese("external_why", check), "small")
    head = (
        f'<tr><th scope="rowgroup" colspan="{len(HEADS)}">{study}: {design}'
        f"{say('ledger', 'stop')} {why}</th></tr>"
    )
    return f"<tbody>{head}{''.join(_row(row) for row in rows)}</tbody>"


def _row(row: Mapping[str, Any]) -> str:
    names = ("estimate", "conf_low", "conf_high", "decimals")
    comparison = both(*pair("external_verdict", row["verdict"]))
    cells = (
        both(row["published"], chinese("external_published", row["published"])),
        data_words(row["note"])
        if row["estimate"] is None
        else f"{escape(our_estimate(*(row[name] for name in names)))} {data_words(row['unit'])}",
        data_words(row["what"]) if row["what"] else "",
        comparison,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
