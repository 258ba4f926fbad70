"""The ledger printed: numbers with decimals that suit them, and the texts that the paper reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from guantian import labels
from guantian.claims import rules
from guantian.claims.ledger import Ledger
from guantian.claims.rules import NOT_TESTABLE, Rule
from guantian.declarations import ESTIMANDS
from guantian.present.format import (
    MISSING,
    count_word,
    decimals_for,
    interval,
    joined,
    number,
    rank,
)
from guantian.present.format import p_value as printed_p

COMMON = ("id", "part", "source", "quotation", "claim")
#: What `printed_effect` needs to know of a test.
EFFECT = ("estimate", "conf_low", "conf_high", "seoi")
#: Raw values that the paper's guards compare, under ``raw``.
RAW = (
    *("estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "p_equivalence"),
    *("p_equivalence_adjusted", "seoi", "benchmark", "mde", "mde_expected", "size_at_5pct"),
    *("scaled", "n_obs", "n_units", "n_clusters", "rank"),
)


def _known(value: Any) -> float:
    """Return a number of a frame or of the ledger's JSON; missing is NaN, infinity a sign."""
    if value is None or value is pd.NA:
        return float("nan")
    return float(str(value).replace("∞", "inf")) if isinstance(value, str) else float(value)


def printed_seoi(size: Any) -> str:
    """Print the smallest effect of interest as it was declared; a computed one to three digits.

    Examples
    --------
    >>> printed_seoi(0.045), printed_seoi(2.0), printed_seoi(0.0118997), printed_seoi(None)
    ('0.045', '2', '0.0119', '–')
    """
    known = _known(size)
    return MISSING if pd.isna(known) else f"{known:.3g}"


def decimals(row: Mapping[str, Any]) -> int:
    """Return the decimals of an effect, at least those of the size with which it is compared."""
    values = [_known(row.get(name)) for name in EFFECT[:3]]
    own = decimals_for(*[value for value in values if not pd.isna(value)])
    size = printed_seoi(row.get("seoi"))
    return own if size == MISSING else max(own, len(size.partition(".")[2]))


def printed_effect(row: Mapping[str, Any]) -> tuple[str, str]:
    """Print a test's estimate and its interval.

    Examples
    --------
    >>> printed_effect({"estimate": 0.0202, "conf_low": 0.0161, "conf_high": 0.03, "seoi": 0.1})
    ('0.020', '[0.016, 0.030]')
    """
    estimate, low, high, _ = (_known(row.get(name)) for name in EFFECT)
    if pd.isna(estimate):
        return MISSING, MISSING
    places = decimals(row)
    return number(estimate, places), interval(low, high, places)


def printed_size(value: Any, row: Mapping[str, Any]) -> str:
    """Print a size in the unit of a test's effect, such as its minimum detectable effect."""
    known = _known(value)
    if pd.isna(known):
        return MISSING
    return number(known, max(decimals_for(known), len(printed_seoi(row["seoi"]).partition(".")[2])))


def verdict_text(verdict: str, qualifier: str = "") -> str:
    """Print a verdict with what must be known as well.

    Examples
    --------
    >>> verdict_text("supported", "but smaller than the SEOI")
    'Supported, but smaller than the SEOI'
    >>> verdict_text("inconclusive", "no power")
    'Inconclusive (no power)'
    """
    text = labels.label("verdict", verdict)
    if qualifier == rules.NO_POWER:
        return f"{text} ({qualifier})"
    return f"{text}, {qualifier}" if qualifier else text


def by_statement(tests: pd.DataFrame) -> pd.DataFrame:
    """Put the estimands side by side: one row per statement, ``china_…`` and ``zone_…`` columns.

    Parameters
    ----------
    tests
        As of `guantian.claims.Ledger`.
    """
    wide = tests[list(COMMON)].drop_duplicates("part").set_index("part", drop=False)
    wide.index.name = None
    for name in ESTIMANDS:
        own = tests[tests["estimand"] == name].set_index("part")
        own = own.drop(columns=["estimand", *(column for column in COMMON if column != "part")])
        wide = wide.join(own.add_prefix(f"{name}_"))
    return wide.reset_index(drop=True)


def counts(tests: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count, by estimand, verdicts, primary tests, and designs that can find the SEOI.

    Parameters
    ----------
    tests
        As of `guantian.claims.Ledger`.

    Returns
    -------
    dict
        Estimand to the number of statements with each verdict (blanks as underscores),
        ``no_power`` (of those inconclusive), ``tests`` (declared), ``estimated``, and
        ``mde_expected_within_seoi`` and ``mde_within_seoi``: tests whose minimum detectable effect,
        as expected from the design and as realised, is the SEOI or less.
    """
    found = {}
    for name in ESTIMANDS:
        own = tests[tests["estimand"] == name]
        held = own[own["is_test"]]
        found[name] = {
            word.replace(" ", "_"): int((own["verdict"] == word).sum()) for word in rules.VERDICTS
        } | {
            "no_power": int(own["no_power"].sum()),
            "tests": len(held),
            "estimated": int((held["verdict"] != NOT_TESTABLE).sum()),
            "mde_expected_within_seoi": int((held["mde_expected"] <= held["seoi"]).sum()),
            "mde_within_seoi": int((held["mde"] <= held["seoi"]).sum()),
        }
    return found


def ledger_texts(tests: pd.DataFrame) -> dict[str, Any]:
    """Return what the paper reads of the ledger: by statement and estimand, and counts.

    Parameters
    ----------
    tests
        As of `guantian.claims.Ledger`.

    Returns
    -------
    dict
        Statement to estimand to texts (``verdict``, ``qualifier``, ``verdict_text``, ``estimate``,
        ``low``, ``high``, ``interval``, ``p``, ``p_adjusted``, ``p_equivalence``, ``seoi``,
        ``unit``, ``mde``, ``mde_expected``, ``size``, ``n``, ``rank``, ``untested``), ``sign`` (of
        the effect as measured from the benchmark: −1, 0, 1, or null), ``claimed`` (the predicted
        sign) and ``raw``, the numbers themselves; and ``counts`` as of `counts`.
    """
    found: dict[str, Any] = {"counts": counts(tests)}
    for row in tests.to_dict("records"):
        found.setdefault(row["part"], {})[row["estimand"]] = _texts(row)
    return found


def _texts(row: Mapping[str, Any]) -> dict[str, Any]:
    estimate, span = printed_effect(row)
    places = decimals(row) if estimate != MISSING else 0
    raw = {name: None if pd.isna(row[name]) else row[name] for name in RAW}
    return {
        "verdict": row["verdict"],
        "qualifier": row["qualifier"],
        "verdict_text": verdict_text(row["verdict"], row["qualifier"]),
        "estimate": estimate,
        "low": number(_known(row["conf_low"]), places),
        "high": number(_known(row["conf_high"]), places),
        "interval": span,
        "p": printed_p(row["p_value"]),
        "p_adjusted": printed_p(row["p_adjusted"]),
        "p_equivalence": printed_p(row["p_equivalence_adjusted"]),
        "seoi": printed_seoi(row["seoi"]),
        "unit": row["unit"],
        "mde": printed_size(row["mde"], row),
        "mde_expected": printed_size(row["mde_expected"], row),
        "size": number(100 * _known(row["size_at_5pct"]), 1),
        "n": number(_known(row["n_obs"]), 0),
        "rank": rank()(row["rank"], row["n_draws"], row["rank_from"]),
        "untested": row["untested"],
        "sign": None if pd.isna(row["sign"]) else int(row["sign"]),
        "claimed": rules.SIGNS.get(row["direction"]),
        "raw": {name: float(value) if value is not None else None for name, value in raw.items()},
    }


#: Texts of `ledger_texts` that are read from a row of estimates: the columns behind them.
READ_FROM = {
    "estimate": "estimate",
    "low": "conf_low",
    "high": "conf_high",
    "p": "p_value",
    "size": "size_at_5pct",
}


def ledger_keys(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Say of the paper's numbers of the ledger from which row of which chapter they come.

    Parameters
    ----------
    ledger
        As decided.

    Returns
    -------
    dict
        ``S1.2.china.estimate`` and so on, to what `guantian.trace.number` follows: ``chapter``,
        ``table``, ``select``, ``column``, ``transform``, ``value`` and ``text``.
    """
    found = {}
    for row in ledger.tests.to_dict("records"):
        key = ledger.keys.get((row["part"], row["estimand"]))
        if key is None:
            continue
        texts = _texts(row)
        for name, column in READ_FROM.items():
            found[f"{row['part']}.{row['estimand']}.{name}"] = {
                "chapter": row["chapter"],
                "table": "estimates",
                "select": key,
                "column": column,
                "transform": "",
                "value": None if pd.isna(row[column]) else float(row[column]),
                "text": texts[name],
            }
    return found


def claims_numbers(
    claims: list[Mapping[str, Any]],
    tests: pd.DataFrame,
    illustrations: pd.DataFrame,
    rule: Rule,
) -> dict[str, Any]:
    """Return what the text says of the ledger as a whole, and every claim for its list.

    Parameters
    ----------
    claims, tests, illustrations
        As of `guantian.claims.Ledger`.
    rule
        The levels.

    Returns
    -------
    dict
        ``alpha``, ``size`` (claims), ``statements``, ``tests``, ``documents`` (a
        ``summary`` of the verdicts for each estimand) and ``claims``, a list to be set in order.
    """
    documents = {}
    for source in dict.fromkeys(claim["source"] for claim in claims):
        own = tests[tests["source"] == source]
        documents[source] = {
            "size": count_word(sum(claim["source"] == source for claim in claims)),
            **{
                name: _summary(own[own["estimand"] == name]["verdict"].tolist())
                for name in ESTIMANDS
            },
        }
    return {
        "alpha": f"{rule.alpha:g}",
        "size": str(len(claims)),
        "statements": str(tests["part"].nunique()),
        "tests": str(int(tests["is_test"].sum())),
        "documents": documents,
        "claims": [_listed(claim, tests, illustrations) for claim in claims],
    }


def _summary(words: list[str]) -> str:
    """Say how many statements have which verdict.

    Examples
    --------
    >>> _summary(["supported", "inconclusive", "supported"])
    'two supported and one inconclusive'
    """
    return joined(
        f"{count_word(words.count(word))} {word}" for word in rules.VERDICTS if word in words
    )


def _listed(
    claim: Mapping[str, Any], tests: pd.DataFrame, illustrations: pd.DataFrame
) -> dict[str, Any]:
    own = tests[tests["id"] == claim["id"]]
    shown = illustrations[illustrations["id"] == claim["id"]].to_dict("records")
    return {
        "id": claim["id"],
        "source": claim["source"],
        "claim": claim["claim"],
        "caveats": " ".join(f"{text.rstrip('.')}." for text in claim["caveats"]),
        "illustrated": "; ".join(f"{one['what']}: {printed_effect(one)[0]}" for one in shown),
        "tests": [
            {
                "part": row["part"],
                "estimand": labels.label("estimand", row["estimand"]),
                "quotation": row["quotation"],
                **{name: text for name, text in _texts(row).items() if name != "raw"},
            }
            for row in own.to_dict("records")
        ],
    }
