"""The ledger as tables: what was declared, what was found, sizes, evidence and illustrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from guantian import labels
from guantian.claims.printed import (
    EFFECT,
    by_statement,
    printed_effect,
    printed_seoi,
    printed_size,
    verdict_text,
)
from guantian.claims.rules import Rule
from guantian.claims.setups import setups
from guantian.present.captions import caption
from guantian.present.format import (
    MISSING,
    Format,
    as_text,
    count,
    labelled,
    number,
    p_format,
    rank,
)
from guantian.present.tables import Column, Table, TableSpec, build
from regiometrics.inference import POWER


def _effect(part: int) -> Format:
    """Print the estimate (0) or its interval (1)."""
    return Format(lambda *values: printed_effect(dict(zip(EFFECT, values, strict=True)))[part])


def _both(*values: object) -> str:
    """Print the estimate and its interval in one cell."""
    effect, span = printed_effect(dict(zip(EFFECT, values, strict=True)))
    return effect if span == MISSING else f"{effect} {span}"


def _text(value: object) -> str:
    return MISSING if pd.isna(value) or not value else str(value)


def _signed(value: object) -> str:
    return MISSING if pd.isna(value) or not value else labels.label("sign", str(value))


def _with_unit(size: object, unit: object) -> str:
    text = printed_seoi(size)
    return text if text == MISSING else f"{text} {unit}"


def _size(value: object, off: object) -> str:
    """Print a simulated size in per cent; one outside its bounds has a mark."""
    text = number(100 * float(value), 1)  # type: ignore[arg-type]
    return f"{text}*" if off and text != MISSING else text


def _mde(value: object, seoi: object) -> str:
    return printed_size(value, {"seoi": seoi})


def _expected(value: object, seoi: object, improve: object) -> str:
    text = _mde(value, seoi)
    return f"{text}*" if improve else text


def _whose(part: str, chapter: str) -> str:
    return f"{part} {labels.label('chapter', chapter)}"


def _named(*kinds: str) -> Format:
    """Print a key by the label of the first of these kinds that has it."""
    of = {key: kind for kind in reversed(kinds) for key in labels.keys(kind)}
    return Format(lambda key: labels.label(of.get(str(key), kinds[0]), str(key)), "left")


def evidence_in_words(evidence: Sequence[Mapping]) -> list[str]:
    """Return what each secondary estimate is of: sample, outcome, term and set-up.

    Parameters
    ----------
    evidence
        Rows of a claim, as the ledger's JSON holds them.
    """
    named = {column.header: column for column in EVIDENCE.columns}
    known = [{k: v for k, v in row.items() if v is not None} for row in evidence]
    rows = pd.DataFrame(known, dtype="object")  # years stay whole
    said = []
    for row, setup in zip(evidence, setups(rows) if len(rows) else [], strict=True):
        parts = [
            named[header].format(row[str(named[header].source)])
            for header in ("Sample", "Outcome", "Term")
            if row[str(named[header].source)]
        ]
        said.append(", ".join([*parts, setup] if setup else parts))
    return said


def _remark(*texts: object) -> str:
    """Join why there is no test, what was substituted, what was changed, and the row's note."""
    found = [f"{str(text).rstrip('.')}." for text in texts if not pd.isna(text) and text]
    return " ".join(found) or MISSING


REMARKED = ("untested", "substitution", "changes", "note")
TEXT = Format(_text, "left")
SIGN = Format(_signed)
VERDICT = Format(verdict_text, "left")
SEOI = Format(_with_unit, "left")
SIZE = Format(_size)
DOCUMENT = Column("source", "Document", Format(lambda source: f"Claims of {source}", "left"))
STATEMENT = Column(
    ("part", "quotation"), "Statement", Format(lambda part, said: f"{part} “{said}”", "left")
)
ESTIMAND = Column("estimand", "Estimand", labelled("estimand"))


def _side(name: str) -> Iterator[Column]:
    """Yield the ledger's columns of an estimand."""
    title = labels.label("estimand", name, "short")

    def of(*columns: str) -> tuple[str, ...]:
        return tuple(f"{name}_{column}" for column in columns)

    yield Column(of(*EFFECT), f"{title}: effect [{{level}}%]", Format(_both))
    yield Column(*of("p_adjusted"), f"{title}: p", p_format())
    yield Column(of("verdict", "qualifier"), f"{title}: verdict", VERDICT)


LEDGER = TableSpec(
    name="claims",
    columns=(
        DOCUMENT,
        Column("part", "Claim", as_text()),
        Column("quotation", "Quotation", as_text()),
        Column("sign", "Sign", SIGN),
        Column(("seoi", "unit"), "SEOI", SEOI),
        *_side("china"),
        *_side("zone"),
    ),
    group="Document",
    empty="No claim is registered.",
)
DECLARED = TableSpec(
    name="claim_tests",
    columns=(
        STATEMENT,
        ESTIMAND,
        Column("outcome", "Outcome", TEXT),
        Column("sample", "Sample", TEXT),
        Column("estimator", "Estimator", TEXT),
        Column("direction", "Sign", SIGN),
        Column("benchmark", "Benchmark", Format(printed_seoi)),
        Column(("seoi", "unit"), "SEOI", SEOI),
        Column("reason", "Reason of the SEOI", TEXT),
        Column("declared", "Declared", TEXT),
        Column("seen", "Seen before", TEXT),
    ),
    group="Statement",
    empty="No test is declared.",
)
RESULTS = TableSpec(
    name="claim_results",
    columns=(
        STATEMENT,
        ESTIMAND,
        Column(EFFECT, "Effect", _effect(0)),
        Column(EFFECT, "{level}% interval", _effect(1)),
        Column("p_value", "p", p_format()),
        Column("p_adjusted", "p, Holm", p_format()),
        Column("p_equivalence_adjusted", "Equivalence, Holm", p_format()),
        Column("seoi", "SEOI", Format(printed_seoi)),
        Column(("mde_expected", "seoi", "improve_design"), "Expected MDE", Format(_expected)),
        Column(("mde", "seoi"), "MDE", Format(_mde)),
        Column(("size_at_5pct", "size_off"), "Size, %", SIZE),
        Column("n_obs", "n", count()),
        Column("n_clusters", "Clusters", count()),
        Column(("rank", "n_draws", "rank_from"), "Rank", rank()),
        Column(("verdict", "qualifier"), "Verdict", VERDICT),
    ),
    group="Statement",
    empty="No test is declared.",
)
REMARKS = TableSpec(
    name="claim_remarks",
    columns=(
        STATEMENT,
        ESTIMAND,
        Column(REMARKED, "Remark", Format(_remark, "left")),
    ),
    group="Statement",
    empty="No test has a remark.",
)
SIZES = TableSpec(
    name="claim_sizes",
    columns=(
        Column("part", "Claim", as_text()),
        ESTIMAND,
        Column("estimated_by", "Estimator", TEXT),
        Column("cov_type", "Errors", TEXT),
        Column("n_clusters", "Clusters", count()),
        Column(("size_at_5pct", "size_off"), "Size at 5%, %", SIZE),
    ),
    empty="No test of this study has a simulated size.",
)
EVIDENCE = TableSpec(
    name="claim_evidence",
    columns=(
        Column(("part", "chapter"), "Claim", Format(_whose, "left")),
        Column("analysis", "Kind", labelled("evidence")),
        Column("sample", "Sample", labelled("sample")),
        Column("outcome", "Outcome", _named("outcome", "flow", "evidence_outcome")),
        Column("term", "Term", _named("evidence_term", "gravity_term")),
        Column("setup", "Set-up", as_text()),
        Column(EFFECT, "Effect", _effect(0)),
        Column(EFFECT, "{level}% interval", _effect(1)),
        Column("p_value", "p", p_format()),
        Column("n_obs", "n", count()),
    ),
    group="Claim",
    empty="No chapter of this study has secondary evidence on the claims.",
)
ILLUSTRATIONS = TableSpec(
    name="claim_illustrations",
    columns=(
        Column("id", "Claim", as_text()),
        Column("what", "Illustration", as_text()),
        Column(EFFECT, "Value", _effect(0)),
        Column(EFFECT, "Interval", _effect(1)),
    ),
    empty="No claim is illustrated by a model.",
)


def claims_tables(
    tests: pd.DataFrame, evidence: pd.DataFrame, illustrations: pd.DataFrame, rule: Rule
) -> list[Table]:
    """Return the ledger and its evidence as tables.

    Parameters
    ----------
    tests, evidence, illustrations
        As of `guantian.claims.Ledger`.
    rule
        The levels, named in headers and notes.
    """
    level = f"{100 * rule.confidence:g}"
    values = {"level": level, "confidence": level, "power": f"{POWER:g}"}
    declared = tests[tests["is_test"]]
    shown = [
        (LEDGER, _ledger(tests)),
        (DECLARED, declared),
        (RESULTS, tests),
        (REMARKS, tests[(tests[list(REMARKED)].fillna("") != "").any(axis=1)]),
        (SIZES, declared[declared["size_at_5pct"].notna()]),
        (EVIDENCE, evidence.assign(seoi=float("nan"), setup=setups(evidence))),
        (ILLUSTRATIONS, illustrations.assign(seoi=float("nan"))),
    ]
    return [
        build(spec, rows, caption("claims", spec.name, "tables"), **values) for spec, rows in shown
    ]


def _ledger(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger's rows; sign, SEOI and unit are those for China, else for the zone."""
    wide = by_statement(tests)

    def either(name: str) -> pd.Series:
        china = wide[f"china_{name}"]
        return china.where(wide["china_is_test"], wide[f"zone_{name}"])

    return wide.assign(sign=either("direction"), seoi=either("seoi"), unit=either("unit"))
