"""The ledger: every primary test compared with its estimate and decided by rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from guantian.claims import rules
from guantian.claims.rules import SIGNS, Rule
from guantian.declarations import Claim, Declarations, PrimaryTest, Statement
from guantian.results import COUNTS, KEYS, VALUES, round_significant, rows
from regiometrics.inference import error_behind, holm, minimum_detectable_effect, tost

PRIMARY = "primary"
EVIDENCE = ("secondary", "falsification")
ABSENT = "not estimated in this study"
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "expected_std_error")
TEXTS = (
    *("id", "part", "source", "quotation", "claim", "estimand", "outcome", "sample", "estimator"),
    *("direction", "unit", "reason", "declared", "seen", "substitution", "changes", "untested"),
    *("verdict", "qualifier", "p_from", "chapter", "place", "estimated_by", "cov_type"),
    *("rank_from", "note"),
)
FLOATS = (
    *("seoi", "benchmark", "estimate", "std_error", "df", "conf_low", "conf_high", "p_value"),
    *("p_adjusted", "p_equivalence", "p_equivalence_adjusted", "mde", "mde_ratio"),
    *("expected_std_error", "mde_expected", "mde_expected_ratio", "size_at_5pct"),
    *("scaled", "scaled_low", "scaled_high"),
)
WHOLES = ("n_obs", "n_units", "n_clusters", "n_draws", "n_disjoint", "rank", "sign")
FLAGS = ("is_test", "no_power", "smaller_than_seoi", "improve_design", "size_off")
ILLUSTRATION = ("id", "what", "file", "place", "estimate", "conf_low", "conf_high", "note")


@dataclass(frozen=True)
class Ledger:
    """What was decided.

    Attributes
    ----------
    tests
        One row per statement and estimand: the declaration, the estimate, p-values, minimum
        detectable effects, size and verdict. ``is_test`` is false where no test is declared.
    evidence
        Secondary and falsification estimates of the statements (``id``, ``part``), as the chapters
        wrote them, but for those that take the place of a primary test.
    illustrations
        What calibrated models give for a claim: shown, and not judged.
    claims
        Texts of the claims: ``id``, ``source``, ``claim``, and ``caveats``, ``figures`` and
        ``tables`` as lists.
    keys
        Statement and estimand to the key of the row on which the test rests, where it is there.
    """

    tests: pd.DataFrame
    evidence: pd.DataFrame
    illustrations: pd.DataFrame
    claims: list[dict[str, Any]] = field(repr=False)
    keys: dict[tuple[str, str], dict[str, Any]] = field(repr=False)

    def to_json(self) -> str:
        """Return the ledger as JSON: claims with their tests and evidence; missing is null."""
        records = []
        for claim in self.claims:
            row = dict(claim)
            for name in ("tests", "evidence", "illustrations"):
                frame = getattr(self, name)
                own = frame[frame["id"] == row["id"]].drop(columns="id")
                row[name] = own.to_dict("records")
            records.append(_plain(row))
        return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def decide_claims(
    declared: Declarations,
    estimates: Mapping[str, pd.DataFrame],
    rule: Rule,
    *,
    absent: str = "fail",
) -> Ledger:
    """Decide every primary test from the estimates.

    The p-values of no effect are adjusted by Holm's step-down over the tests of one estimand, and
    so are, apart from them, the p-values of the equivalence tests.

    Parameters
    ----------
    declared
        As `guantian.declarations.read_claims` gives them.
    estimates
        File name without ending to its table of estimates: of all chapters.
    rule
        Levels.
    absent
        What happens where the estimate of a test is not there: ``fail``, or ``note``: the test is
        then not testable.

    Raises
    ------
    ValueError
        Naming the statement and the estimand: where the estimate is absent (with ``fail``), where
        several rows fit, where two tests mean one row, where a row is primary and no test declares
        it, where the row's benchmark is another than the test's, or where it has neither an
        interval nor an error.
    """
    known = _known(estimates)
    cells = list(_cells(declared))
    found = {
        (statement.part, name): _row_of(statement, name, test, known, absent)
        for _, statement, name, test in cells
        if test is not None
    }
    _demand_each_once(found, known)
    tests = pd.DataFrame(
        [
            _held(claim, statement, name, test, found.get((statement.part, name)), known, rule)
            for claim, statement, name, test in cells
        ]
    )
    for value, adjusted in (
        ("p_value", "p_adjusted"),
        ("p_equivalence", "p_equivalence_adjusted"),
    ):
        tests[adjusted] = tests.groupby("estimand")[value].transform(holm)
    tests = _judged(tests, rule)
    used = [row.name for row in found.values() if row is not None]
    return Ledger(
        round_significant(_typed(tests)),
        round_significant(_evidence(declared, known.drop(index=used))),
        round_significant(_illustrations(declared, estimates, absent)),
        [
            claim.model_dump(include={"id", "source", "claim", "caveats", "figures", "tables"})
            for claim in declared.claims
        ],
        {
            (statement.part, name): key_of(statement.part, name, test)
            for _, statement, name, test in cells
            if test is not None and found[statement.part, name] is not None
        },
    )


def _cells(
    declared: Declarations,
) -> Iterator[tuple[Claim, Statement, str, PrimaryTest | None]]:
    for claim in declared.claims:
        for statement in claim.statements:
            for name, test in statement.tests():
                yield claim, statement, name, test


def _known(estimates: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the primary, secondary and falsification rows of all chapters."""
    wanted = [PRIMARY, *EVIDENCE]
    frames = [frame[frame["analysis"].isin(wanted)] for _, frame in sorted(estimates.items())]
    names = [name for name in (*KEYS, *VALUES) if name != "p_adjusted"]
    columns = [*names, "rank_from", *COUNTS, "estimator", "cov_type", "note"]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames, ignore_index=True).reindex(columns=columns)


def key_of(part: str, estimand: str, test: PrimaryTest) -> dict[str, Any]:
    """Return the key of a test's row among the estimates."""
    return {"analysis": PRIMARY, "variant": part, "sample": estimand, **test.estimate}


def _place(key: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in key.items())


def _found(frame: pd.DataFrame, key: Mapping[str, Any], whose: str) -> pd.DataFrame:
    """Return the rows that fit a key, one at most."""
    unknown = [name for name in key if name not in KEYS]
    if unknown:
        raise ValueError(
            f"{whose} rests on the estimate with {_place(key)}, but estimates have no column "
            f"{', '.join(unknown)}."
        )
    found = rows(frame, **key)
    if len(found) > 1:
        differ = [name for name in KEYS if found[name].nunique(dropna=False) > 1]
        raise ValueError(
            f"{whose} rests on an estimate that is not unique: {len(found)} rows have "
            f"{_place(key)}; name {', '.join(sorted(differ))} under `estimate` as well."
        )
    return found


def _row_of(
    statement: Statement, estimand: str, test: PrimaryTest, known: pd.DataFrame, absent: str
) -> pd.Series | None:
    """Return the row on which a test rests, None where it was not estimated."""
    whose = f"The test of {statement.part} for {estimand}"
    key = key_of(statement.part, estimand, test)
    found = _found(known, key, whose)
    if found.empty:
        if absent == "fail":
            raise ValueError(f"{whose} rests on an estimate that is missing: {_place(key)}.")
        return None
    row = found.iloc[0]
    if test.benchmark and not np.isnan(row["benchmark"]):
        given = test.scale * row["benchmark"]
        if not np.isclose(given, test.benchmark):
            raise ValueError(
                f"{whose} has the benchmark {test.benchmark:g}, but its row has {given:g}."
            )
    return row


def _demand_each_once(
    found: Mapping[tuple[str, str], pd.Series | None], known: pd.DataFrame
) -> None:
    """Stop where two tests rest on one row, or a primary row belongs to no test."""
    used: dict[Any, tuple[str, str]] = {}
    for place, row in found.items():
        if row is None:
            continue
        if row.name in used:
            one, other = used[row.name], place
            raise ValueError(
                f"The tests of {one[0]} for {one[1]} and of {other[0]} for {other[1]} rest on one "
                "estimate; expected one each."
            )
        used[row.name] = place
    left = known[(known["analysis"] == PRIMARY) & ~known.index.isin(list(used))]
    if len(left):
        row = left.iloc[0]
        raise ValueError(
            f"The chapter {row['chapter']} has a primary estimate of {row['variant']} for "
            f"{row['sample']} ({row['outcome']}, {row['term']}), which no test declares; declare "
            "one, or call the estimate secondary."
        )


def _held(
    claim: Claim,
    statement: Statement,
    estimand: str,
    test: PrimaryTest | None,
    row: pd.Series | None,
    known: pd.DataFrame,
    rule: Rule,
) -> dict[str, Any]:
    """Lay a test out beside its estimate; adjusted p-values and the verdict come later."""
    cell: dict[str, Any] = {
        "id": claim.id,
        "part": statement.part,
        "source": claim.source,
        "quotation": statement.quotation,
        "claim": statement.claim,
        "estimand": estimand,
        "is_test": test is not None,
        "untested": statement.untested.get(estimand, ""),  # type: ignore[call-overload]
        "p_value": np.nan,
        "p_equivalence": np.nan,
    }
    if test is None:
        return cell
    cell |= test.model_dump(exclude={"estimate", "scale", "seoi_in", "changes"})
    cell["changes"] = " ".join(f"{change.date}: {change.what}" for change in test.changes)
    cell["place"] = _place(key_of(statement.part, estimand, test))
    if row is None:
        return cell | {"untested": ABSENT}
    whose = f"The test of {statement.part} for {estimand}"
    if test.seoi_in is not None:
        counted = _found(known, test.seoi_in, whose)
        if counted.empty:
            raise ValueError(
                f"{whose} has no row in which its SEOI is counted: {_place(test.seoi_in)}."
            )
        cell["seoi"] = test.seoi * test.scale * abs(float(counted.iloc[0]["estimate"]))
    cell |= {name: row[name] for name in ("chapter", "rank", "rank_from", *COUNTS, "note")}
    cell |= {"estimated_by": row["estimator"], "cov_type": row["cov_type"], "df": row["df"]}
    cell["size_at_5pct"] = row["size_at_5pct"]
    cell |= {name: test.scale * float(row[name]) for name in NUMBERS}
    if np.isnan(cell["estimate"]):
        return cell | {"untested": row["note"] or ABSENT}
    return cell | _measured(cell, float(row["p_value"]), rule, whose)


def _measured(cell: Mapping[str, Any], p_value: float, rule: Rule, whose: str) -> dict[str, Any]:
    """Give a test's p-values and minimum detectable effects, and put it on the common scale."""
    error, df = error_of_test(cell, rule.confidence)
    if np.isnan(error) and np.isnan(p_value):
        raise ValueError(f"{whose} has an estimate with neither an interval, an error nor a p.")
    p_from = "test"
    if np.isnan(p_value):
        p_value, p_from = rules.implied_p(cell["estimate"], cell["benchmark"], error), "interval"

    def mde(of: float, by: float) -> float:
        return float(minimum_detectable_effect(of, df=by, confidence=1 - rule.alpha))

    unit = SIGNS[cell["direction"]] / cell["seoi"]
    scaled = [unit * (cell[name] - cell["benchmark"]) for name in ("conf_low", "conf_high")]
    effect = cell["estimate"] - cell["benchmark"]
    return {
        "p_value": p_value,
        "p_from": p_from,
        "p_equivalence": float(
            tost(cell["estimate"], error, cell["seoi"], df=df, null=cell["benchmark"])
        ),
        "mde": mde(error, df),
        "mde_expected": mde(cell["expected_std_error"], cell["df"] if cell["df"] > 0 else df),
        "sign": int(np.sign(effect)),
        "scaled": unit * effect,
        "scaled_low": min(scaled),
        "scaled_high": max(scaled),
    }


def error_of_test(cell: Mapping[str, Any], confidence: float) -> tuple[float, float]:
    """Return the error and degrees of freedom on which the interval rests.

    Where the interval is not the estimate and so many errors on either side, its longer half
    counts, so that an equivalence test never takes the estimate to be surer than it is.
    """
    error, df = (float(value) for value in error_behind(cell, confidence))
    low, high = cell["conf_low"], cell["conf_high"]
    if np.isnan(low) or np.isnan(high):
        return error, float(cell["df"]) if cell["df"] > 0 else np.inf
    if not np.isclose(error, cell["std_error"], rtol=1e-9):
        middle = cell["estimate"]
        wide = max(high - middle, middle - low)
        error *= 2 * wide / (high - low) if np.isfinite(high - low) else 1.0
    return error, df


def _judged(tests: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    tests = tests.reindex(columns=[*dict.fromkeys((*TEXTS, *FLOATS, *WHOLES, *FLAGS))])
    distance = tests["estimate"] - tests["benchmark"]
    words = [
        rules.verdict(effect, p, q, direction, alpha=rule.alpha)
        for effect, p, q, direction in zip(
            distance,
            tests["p_adjusted"],
            tests["p_equivalence_adjusted"],
            tests["direction"],
            strict=True,
        )
    ]
    also = [
        rules.qualifier(word, q, mde, seoi, rule.alpha)
        for word, q, mde, seoi in zip(
            words, tests["p_equivalence_adjusted"], tests["mde"], tests["seoi"], strict=True
        )
    ]
    size = tests["size_at_5pct"]
    expected = tests["mde_expected"] / tests["seoi"]
    return tests.assign(
        verdict=words,
        qualifier=also,
        mde_ratio=tests["mde"] / tests["seoi"],
        mde_expected_ratio=expected,
        no_power=[one == rules.NO_POWER for one in also],
        smaller_than_seoi=[one == rules.SMALLER for one in also],
        improve_design=expected > rules.IMPROVE,
        size_off=size.notna() & ~size.between(*rules.SIZE),
    )


def _typed(tests: pd.DataFrame) -> pd.DataFrame:
    """Give every column its type: text, number, whole number or truth value."""
    made = {name: tests[name].astype("object").where(tests[name].notna(), "") for name in TEXTS}
    made = {name: values.astype("str") for name, values in made.items()}
    made |= {name: pd.to_numeric(tests[name]).astype("float64") for name in FLOATS}
    made |= {name: pd.to_numeric(tests[name]).astype("Int64") for name in WHOLES}
    made |= {name: tests[name].astype(bool) for name in FLAGS}
    return pd.DataFrame(made, index=tests.index).reset_index(drop=True)


def _evidence(declared: Declarations, known: pd.DataFrame) -> pd.DataFrame:
    """Return the secondary and falsification rows, in the order of the statements."""
    of = {s.part: claim.id for claim in declared.claims for s in claim.statements}
    found = known[known["analysis"].isin(EVIDENCE)]
    unknown = sorted(set(found["variant"]) - set(of))
    if unknown:
        raise ValueError(
            f"The chapter {found.loc[found['variant'] == unknown[0], 'chapter'].iloc[0]} has "
            f"evidence on {unknown[0]!r}, which is no statement of the claims."
        )
    found = found.rename(columns={"variant": "part"})
    found.insert(0, "id", found["part"].map(of).astype("str"))
    order = {part: place for place, part in enumerate(of)}
    by = [found["part"].map(order), found["analysis"].map(EVIDENCE[::-1].index)]
    return found.iloc[np.lexsort([-by[1].to_numpy(int), by[0].to_numpy(int)])].reset_index(
        drop=True
    )


def _illustrations(
    declared: Declarations, estimates: Mapping[str, pd.DataFrame], absent: str
) -> pd.DataFrame:
    found = []
    for claim in declared.claims:
        for one in claim.illustrations:
            key = {name: value for name, value in one.estimate.items() if name != "file"}
            file = str(one.estimate["file"])
            whose = f"The illustration “{one.what}” of {claim.id}"
            frame = estimates.get(file)
            row = pd.DataFrame() if frame is None else _found(frame, key, whose)
            if row.empty and absent == "fail":
                raise ValueError(f"{whose} is missing: {file}, {_place(key)}.")
            values = row.iloc[0].to_dict() if len(row) else {"note": ABSENT}
            names = {"id": claim.id, "what": one.what, "file": file, "place": _place(key)}
            found.append({**values, **names})
    return pd.DataFrame(found, columns=list(ILLUSTRATION))


def _plain(value: Any) -> Any:
    """Turn numpy's and pandas' values into JSON's: missing to null, infinity to text."""
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and np.isinf(value):
        return "∞" if value > 0 else "-∞"
    return value.item() if isinstance(value, np.generic) else value
