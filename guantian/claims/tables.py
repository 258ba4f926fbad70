"""The ledger as tables, and in words: verdicts in, what is printed of them out."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from guantian.present.format import (
    MINUS,
    MISSING,
    count_word,
    decimals_for,
    interval,
    joined,
    number,
    p_value,
)
from guantian.present.tables import Table
from regiometrics.inference import POWER

NOT_TESTABLE = "not testable with these figures"
ORDER = ("supported", "mixed", "inconclusive", "not supported", NOT_TESTABLE)


def claims_tables(
    claims: pd.DataFrame, parts: pd.DataFrame, illustrations: pd.DataFrame, confidence: float
) -> list[Table]:
    """Return the ledger, its parts and the illustrations as tables.

    Parameters
    ----------
    claims, parts, illustrations
        As `guantian.claims.Ledger` holds them.
    confidence
        Of the intervals, named in the heads.
    """
    level = f"{100 * confidence:g}% interval"
    return [
        Table(
            "claims",
            "The claims and their verdicts",
            _ledger(claims, parts, level),
            "The evidence that heads each claim. Parts: those that support the claim, of all those "
            "tested. Sign: the side that the claim predicts. p: adjusted by Holm within its "
            "family.",
            group="Document",
            text=("Claim", "In our words", "Verdict", "Evidence", "Sign", "Unit", "Section"),
        ),
        Table(
            "claim_parts",
            "Every part of the claims",
            _parts(parts, level),
            "Sign: the side that the claim predicts. Matters: the smallest effect that would "
            "matter, from the value that means none. p: adjusted by Holm within its family. "
            f"Detectable: the effect that a test finds with power {POWER:g}.",
            group="Claim",
            text=("Evidence", "Sign", "Unit", "Verdict"),
        ),
        Table(
            "claim_illustrations",
            "Illustrations by calibrated models",
            _illustrations(illustrations),
            "Not tests: what a model with stated parameters gives. Intervals where the model has "
            "them.",
            text=("Claim", "Illustration"),
        ),
    ]


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
        "claims": [_said(row, parts, illustrations) for row in claims.to_dict("records")],
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
    groups = parts["n_disjoint"].astype("Int64")
    # Chapters whose estimates are not typed yet have the count in a note only.
    noted = parts["note"].astype("string").str.extract(r"(\d+) disjoint groups")[0].astype("Int64")
    groups = groups.fillna(noted).dropna()
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


def _sign(direction: str) -> str:
    return {"positive": "+", "negative": MINUS}.get(direction, MISSING)


def _text(value: str) -> str:
    return MISSING if pd.isna(value) or not value else value


def _ledger(claims: pd.DataFrame, parts: pd.DataFrame, level: str) -> pd.DataFrame:
    body = []
    for row in claims.to_dict("records"):
        effect, span, _ = printed_effect(row)
        body.append(
            {
                "Document": f"Claims of {row['source']}",
                "Claim": row["id"],
                "In our words": row["claim"],
                "Verdict": row["verdict"].capitalize().removesuffix(" with these figures"),
                "Parts": _tally(parts[parts["id"] == row["id"]]),
                "Evidence": _evidence(row),
                "Sign": _sign(row["direction"]),
                "Effect": effect,
                level: span,
                "Unit": _text(row["unit"]),
                "p": p_value(row["p_adjusted"]),
                "Section": _chapters(row["chapters"]),
            }
        )
    return pd.DataFrame(body)


def capital(text: str) -> str:
    """Begin with a capital; the rest stays as it is.

    Examples
    --------
    >>> capital("log of GDP")
    'Log of GDP'
    """
    return text[:1].upper() + text[1:]


def _evidence(row: dict) -> str:
    return _sentences(row["missing"]) or "–" if pd.isna(row["what"]) else capital(row["what"])


def _tally(parts: pd.DataFrame) -> str:
    tested = parts[parts["verdict"] != NOT_TESTABLE]
    if tested.empty:
        return "–"
    return f"{(tested['verdict'] == 'supported').sum()} of {len(tested)}"


def _chapters(text: str) -> str:
    return ", ".join(name.replace("_", " ") for name in text.split(" | ")) if text else "–"


def _parts(parts: pd.DataFrame, level: str) -> pd.DataFrame:
    body = []
    for row in parts.to_dict("records"):
        effect, span, detectable = printed_effect(row)
        body.append(
            {
                "Claim": row["id"],
                "Evidence": capital(row["what"]),
                "Sign": _sign(row["direction"]),
                "Effect": effect,
                level: span,
                "Unit": _text(row["unit"]),
                "p": p_value(row["p_adjusted"]),
                "Matters": printed_size(row["matters"]),
                "Detectable": detectable,
                "Verdict": row["verdict"].capitalize().removesuffix(" with these figures"),
            }
        )
    return pd.DataFrame(body, columns=list(body[0]) if body else ["Claim", "Evidence", "Sign"])


def _illustrations(illustrations: pd.DataFrame) -> pd.DataFrame:
    body = [
        {
            "Claim": row["id"],
            "Illustration": capital(row["what"]),
            "Value": printed_effect(row)[0],
            "Interval": printed_effect(row)[1],
        }
        for row in illustrations.to_dict("records")
    ]
    return pd.DataFrame(body, columns=["Claim", "Illustration", "Value", "Interval"])


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


def _said(row: dict, parts: pd.DataFrame, illustrations: pd.DataFrame) -> dict:
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
        "tally": _tally(parts[parts["id"] == row["id"]]),
        "illustrated": "; ".join(
            f"{entry['what']}: {printed_effect(entry)[0]}" for entry in shown.to_dict("records")
        ),
    }
