"""The ledger as tables and in sentences: verdicts in, what is printed of them out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from guantian import labels
from guantian.present.captions import caption
from guantian.present.format import (
    MISSING,
    Format,
    count_word,
    decimals_for,
    interval,
    joined,
    labelled,
    number,
    p_format,
    p_value,
)
from guantian.present.tables import Column, Table, TableSpec, build
from regiometrics.inference import POWER

NOT_TESTABLE = "not testable with these figures"
ORDER = ("supported", "mixed", "inconclusive", "not supported", NOT_TESTABLE)


def _effect(part: int, *values: object) -> str:
    """Print the estimate (0), its interval (1) or the minimum detectable effect (2)."""
    names = ("estimate", "conf_low", "conf_high", "matters", "detectable")
    return printed_effect(dict(zip(names, values, strict=True)))[part]


EFFECT_COLUMNS = ("estimate", "conf_low", "conf_high", "matters", "detectable")
EFFECT, INTERVAL, DETECTABLE = (Format(partial(_effect, part)) for part in range(3))
SIGN = Format(lambda value: MISSING if pd.isna(value) or not value else labels.label("sign", value))
CAPITAL = Format(lambda value: capital(value), "left")
UNIT = Format(lambda value: _text(value), "left")
VERDICT = labelled("verdict")

LEDGER = TableSpec(
    name="claims",
    columns=(
        Column("source", "Document", Format(lambda source: f"Claims of {source}", "left")),
        Column("id", "Claim"),
        Column("claim", "In our words"),
        Column("verdict", "Verdict", VERDICT),
        Column(("supporting", "tested"), "Supporting", Format(lambda a, b: _tally(a, b))),
        Column(("what", "missing"), "Evidence", Format(lambda *texts: _evidence(*texts), "left")),
        Column("direction", "Sign", SIGN),
        Column(EFFECT_COLUMNS, "Effect", EFFECT),
        Column(EFFECT_COLUMNS, "{level}% interval", INTERVAL),
        Column("unit", "Unit", UNIT),
        Column("p_adjusted", "p", p_format()),
        Column("chapters", "Section", Format(lambda text: _chapters(text), "left")),
    ),
    group="Document",
    empty="No claim is registered.",
)
PARTS = TableSpec(
    name="claim_parts",
    columns=(
        Column("id", "Claim"),
        Column("what", "Evidence", CAPITAL),
        Column("direction", "Sign", SIGN),
        Column(EFFECT_COLUMNS, "Effect", EFFECT),
        Column(EFFECT_COLUMNS, "{level}% interval", INTERVAL),
        Column("unit", "Unit", UNIT),
        Column("p_adjusted", "p", p_format()),
        Column("matters", "SEOI", Format(lambda value: printed_size(value))),
        Column(EFFECT_COLUMNS, "MDE", DETECTABLE),
        Column("verdict", "Verdict", VERDICT),
    ),
    group="Claim",
    empty="No claim can be tested with this zone's data.",
)
ILLUSTRATIONS = TableSpec(
    name="claim_illustrations",
    columns=(
        Column("id", "Claim"),
        Column("what", "Illustration", CAPITAL),
        Column(EFFECT_COLUMNS, "Value", EFFECT),
        Column(EFFECT_COLUMNS, "Interval", INTERVAL),
    ),
    empty="No claim is illustrated by a model.",
)


def claims_tables(
    claims: pd.DataFrame, parts: pd.DataFrame, illustrations: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the ledger, its tests and the illustrations as tables.

    Parameters
    ----------
    claims, parts, illustrations
        As `guantian.claims.Ledger` holds them.
    confidence
        Level of the intervals, named in the headers.
    """
    values = {"level": f"{100 * confidence:g}", "power": f"{POWER:g}"}
    return [
        build(spec, rows, caption("claims", spec.name, "tables"), **values)
        for spec, rows in (
            (LEDGER, with_tally(claims, parts)),
            (PARTS, parts),
            (ILLUSTRATIONS, illustrations),
        )
    ]


def with_tally(claims: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Add to claims how many of their tests support them (``supporting``) of all (``tested``)."""
    tested = parts[parts["verdict"] != NOT_TESTABLE]
    counts = tested.groupby("id")["verdict"].agg(
        supporting=lambda words: int((words == "supported").sum()), tested="size"
    )
    return claims.join(counts, on="id").fillna({"supporting": 0, "tested": 0})


def claims_numbers(
    claims: pd.DataFrame,
    parts: pd.DataFrame,
    illustrations: pd.DataFrame,
    alternatives: pd.DataFrame,
    rule: dict,
) -> dict:
    """Return the ledger in words, printed.

    Parameters
    ----------
    claims, parts, illustrations, alternatives
        As `guantian.claims.Ledger` holds them.
    rule
        ``alpha`` and ``confidence``.

    Returns
    -------
    dict
        ``counts`` and ``said`` (sentences) by document, ``claims`` as a list to be set in order,
        and ``named``: the parts and alternatives to which the text refers by name.
    """
    documents = {}
    for source, rows in claims.groupby("source", sort=True):
        found = {word: rows.loc[rows["verdict"] == word] for word in ORDER}
        documents[source] = {
            "size": count_word(len(rows)),
            "counts": {word: str(len(group)) for word, group in found.items()},
            "summary": _summary(found, len(rows)),
            "said": {word: _named(group, parts, rule["alpha"]) for word, group in found.items()},
        }
    return {
        "alpha": f"{rule['alpha']:g}",
        "confidence": f"{100 * rule['confidence']:g}",
        "size": str(len(claims)),
        "parts": str(len(parts)),
        "families": str(parts["family"].nunique()),
        "disjoint": _disjoint(parts),
        "documents": documents,
        "claims": [
            _said(row, illustrations) for row in with_tally(claims, parts).to_dict("records")
        ],
        "named": {
            row["name"]: _judged(row)
            for frame in (parts, alternatives)
            for row in frame[frame["name"] != ""].to_dict("records")
        },
    }


def _judged(row: dict) -> dict[str, str]:
    """Print a verdict, the end of the interval on the claimed side, and the size it is against."""
    ends = {"positive": row["conf_high"], "negative": row["conf_low"]}
    decimals = _decimals(row, 3)
    return {
        "verdict": row["verdict"],
        "end": number(ends[row["direction"]], decimals),
        "matters": number(row["matters"], decimals),
    }


def _disjoint(parts: pd.DataFrame) -> str:
    """From how many to how many placebo zones of the ledger's ranks share no city."""
    groups = parts["n_disjoint"].astype("Int64").dropna()
    if groups.empty:
        return "few"
    low, high = groups.min(), groups.max()
    return f"{low}" if low == high else f"{low} to {high}"


def printed_effect(row: pd.Series | dict, digits: int = 2) -> tuple[str, str, str]:
    """Print an estimate, its interval and the detectable effect with decimals that suit them."""
    values = [row["estimate"], row["conf_low"], row["conf_high"]]
    if pd.isna(values[0]):
        return "–", "–", "–"
    decimals = _decimals(row, digits)
    detectable = row.get("detectable", float("nan"))
    detectable = float("nan") if detectable is None else float(detectable)
    return (
        number(float(values[0]), decimals),
        interval(float(values[1]), float(values[2]), decimals),
        number(detectable, decimals),
    )


def _decimals(row: pd.Series | dict, digits: int) -> int:
    """Return the decimals of an effect, at least those of the size with which it is compared."""
    values = (row["estimate"], row["conf_low"], row["conf_high"])
    known = [float(value) for value in values if not pd.isna(value)]
    matters = row.get("matters", float("nan"))
    own = decimals_for(*known, digits=digits)
    if matters is None or pd.isna(matters):
        return own
    return max(own, len(printed_size(matters).partition(".")[2]))


def printed_size(matters: float) -> str:
    """Print the smallest effect that would matter as it was written down, never rounded.

    Examples
    --------
    >>> printed_size(0.045), printed_size(2.0)
    ('0.045', '2')
    """
    return f"{float(matters):g}"


def _text(value: str) -> str:
    return MISSING if pd.isna(value) or not value else value


def capital(text: str) -> str:
    """Begin with a capital; the rest stays as it is.

    Examples
    --------
    >>> capital("log of GDP")
    'Log of GDP'
    """
    return text[:1].upper() + text[1:]


def _evidence(what: object, missing: str) -> str:
    return (_sentences(missing) or MISSING) if pd.isna(what) or not what else capital(what)


def _tally(supporting: float, tested: float) -> str:
    return f"{int(supporting)} of {int(tested)}" if tested else MISSING


def _chapters(text: str) -> str:
    return ", ".join(name.replace("_", " ") for name in text.split(" | ")) if text else "–"


def _summary(found: dict[str, pd.DataFrame], size: int) -> str:
    """Say how many fell out how: ``Of ten claims three are supported and one is mixed``."""
    said = []
    for word, rows in found.items():
        if len(rows):
            verb = "is" if len(rows) == 1 else "are"
            said.append(f"{count_word(len(rows))} {verb} {word}")
    return f"Of {count_word(size)} claims {joined(said)}"


def _named(rows: pd.DataFrame, parts: pd.DataFrame, alpha: float) -> str:
    """Name claims in one sentence's words; where parts differ, with how many fell out how."""
    found = []
    for row in rows.itertuples():
        own = parts[parts["id"] == row.id]
        words = own["verdict"]
        how = f": {spread_of_parts(words)}" if words.nunique() > 1 else ""
        if how and (opposed := opposing(own, alpha)):
            how += f", {opposed} with the opposite sign"
        found.append(f"{row.claim.rstrip('.')} ({row.id}{how})")
    return "; ".join(found)


def opposing(parts: pd.DataFrame, alpha: float) -> int:
    """Count the parts that speak for the opposite of the claim, as strictly as parts support it."""
    return int(((parts["scaled_high"] < 0) & (parts["p_adjusted"] < alpha)).sum())


def spread_of_parts(verdicts: Iterable[str]) -> str:
    """Say how many parts have which word.

    Examples
    --------
    >>> spread_of_parts(["inconclusive", "supported", "inconclusive"])
    '1 supported, 2 inconclusive'
    """
    words = list(verdicts)
    return ", ".join(f"{words.count(word)} {word}" for word in ORDER if word in words)


def _sentences(texts: str) -> str:
    """Set several sentences, joined in the ledger by bars, one after another."""
    return " ".join(f"{text.rstrip('.')}." for text in texts.split(" | ")) if texts else ""


def _said(row: dict, illustrations: pd.DataFrame) -> dict:
    """Print one claim for the text."""
    effect, span, detectable = printed_effect(row)
    shown = illustrations[illustrations["id"] == row["id"]]
    return {
        "id": row["id"],
        "source": row["source"],
        "claim": row["claim"],
        "hypothesis": row["hypothesis"],
        "verdict": row["verdict"],
        "how": row["how"],
        "missing": _sentences(row["missing"]),
        "caveats": _sentences(row["caveats"]),
        "what": "" if pd.isna(row["what"]) else row["what"],
        "effect": effect,
        "interval": span,
        "p": p_value(row["p_adjusted"]),
        "detectable": detectable,
        "tally": _tally(row["supporting"], row["tested"]),
        "illustrated": "; ".join(
            f"{entry['what']}: {printed_effect(entry)[0]}" for entry in shown.to_dict("records")
        ),
    }
