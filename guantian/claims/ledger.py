"""The ledger: every part compared with its estimate, every claim given its verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from guantian.claims.read import Claim, Part
from guantian.claims.rules import NOT_TESTABLE, SIGNS, Rule, claim_verdict, implied_p, part_verdict
from guantian.results import KEYS, round_significant, rows
from regiometrics.inference import detectable, error_behind, holm

PART_COLUMNS = [
    *("id", "chapter", "family", "name", "what", "unit", "verdict", "direction", "matters"),
    *("reference", "why"),
    *("estimate", "conf_low", "conf_high", "std_error", "p_value", "p_from", "p_adjusted"),
    *("detectable", "scaled", "scaled_low", "scaled_high", "n_obs", "n_units"),
    *("file", "place", "estimator", "cov_type", "n_disjoint", "note", "headline"),
]
HEADLINE = [
    *("what", "estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "detectable"),
    *("matters", "unit", "reference", "direction", "n_units", "file", "place"),
]


@dataclass(frozen=True)
class Ledger:
    """What was decided.

    Attributes
    ----------
    claims
        A row a claim: its text, verdict, how, headline evidence, caveats and places (several of a
        kind joined by `` | ``).
    parts
        A row a part, with its estimate, adjusted p-value and verdict.
    illustrations
        A row an illustration: claims that cannot be tested, shown by a calibrated model.
    alternatives
        One row per estimate judged in the place of a part (``instead_of``), by the part's rule and
        among the p-values of its family: what a verdict depends on.
    """

    claims: pd.DataFrame
    parts: pd.DataFrame
    illustrations: pd.DataFrame = field(repr=False)
    alternatives: pd.DataFrame = field(repr=False)

    def to_json(self) -> str:
        """Return the ledger as JSON: a list of claims with their parts, missing values null."""
        records = []
        for row in self.claims.to_dict("records"):
            for name, frame in (("parts", self.parts), ("illustrations", self.illustrations)):
                row[name] = frame[frame["id"] == row["id"]].drop(columns="id").to_dict("records")
            records.append(_plain(row))
        return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def decide_claims(
    claims: Iterable[Claim],
    estimates: Mapping[str, pd.DataFrame],
    rule: Rule,
    *,
    absent: str = "fail",
) -> Ledger:
    """Decide every claim from the estimates.

    Parameters
    ----------
    claims
        As `guantian.claims.join_claims` gives them.
    estimates
        File name without ending to its table of estimates.
    rule
        Levels.
    absent
        What happens where the estimate of a part is not there: ``fail``, or ``note`` (for a
        smaller study, which estimates less): the part is then not testable.

    Raises
    ------
    ValueError
        Naming the claim, the part and the estimate: where it is absent (with ``fail``), where
        several rows fit, where the table has no column that the part names, or where the estimate
        has no interval.
    """
    claims = list(claims)
    parts = pd.DataFrame(
        [_held(claim, part, estimates, rule, absent) for claim in claims for part in claim.parts],
        columns=PART_COLUMNS,
    )
    parts["p_adjusted"] = parts.groupby("family")["p_value"].transform(holm)
    parts["verdict"] = [_judge(row, rule) for row in parts.to_dict("records")]
    illustrations = pd.DataFrame(
        [
            _held(claim, part, estimates, rule, absent, tested=False)
            for claim in claims
            for part in claim.illustrations
        ],
        columns=PART_COLUMNS,
    )
    summed = [_summed(claim, parts[parts["id"] == claim.id]) for claim in claims]
    alternatives = pd.DataFrame(
        [
            _judged_in_place(claim, part, other, parts, estimates, rule, absent)
            for claim in claims
            for part in claim.parts
            for other in part.alternatives
        ],
        columns=["instead_of", *PART_COLUMNS],
    )
    return Ledger(
        round_significant(pd.DataFrame(summed)),
        round_significant(parts),
        round_significant(illustrations),
        round_significant(alternatives),
    )


def find_estimate(claim: Claim, part: Part, estimates: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows that fit the part's key: one, or none where it was not estimated.

    Parameters
    ----------
    claim, part
        The part's key may name any key column of the estimates; one that it does not name may
        have any value, and one with the value None must be empty.
    estimates
        File name without ending to its table of estimates.

    Raises
    ------
    ValueError
        Where several rows fit, with the columns in which they differ; where the table does not
        have a column of the key.
    """
    frame = estimates.get(part.file)
    if frame is None:
        return pd.DataFrame()
    unknown = [name for name in part.key if name not in frame]
    if unknown:
        raise ValueError(
            f"The claim {claim.id} rests on the estimate {part.place} (“{part.what}”), but the "
            f"estimates of {part.file} have no column {', '.join(unknown)}."
        )
    found = rows(frame, **part.key)
    if len(found) > 1:
        differ = [name for name in KEYS if found[name].nunique(dropna=False) > 1]
        raise ValueError(
            f"The claim {claim.id} rests on an estimate that is not unique: {len(found)} rows fit "
            f"{part.place} (“{part.what}”); name {', '.join(sorted(differ))} as well."
        )
    return found


def _held(
    claim: Claim,
    part: Part,
    estimates: Mapping[str, pd.DataFrame],
    rule: Rule,
    absent: str,
    *,
    tested: bool = True,
) -> dict:
    """Compare a part with its estimate; the adjusted p-value and the verdict come later."""
    found = find_estimate(claim, part, estimates)
    if found.empty and absent == "fail":
        raise ValueError(
            f"The claim {claim.id} rests on an estimate that is missing: {part.place} "
            f"(“{part.what}”, of the chapter {part.chapter!r})."
        )
    known = found.iloc[0].to_dict() if len(found) else {"note": "not estimated in this study"}
    row = {
        **{name: value for name, value in known.items() if name not in KEYS},
        **{name: getattr(part, name) for name in PART_COLUMNS if hasattr(part, name)},
        "id": claim.id,
    }
    if tested and not pd.isna(row.get("estimate")):
        row |= _measured(claim, part, row, rule)
    return row


def _judged_in_place(
    claim: Claim,
    part: Part,
    other: Part,
    parts: pd.DataFrame,
    estimates: Mapping[str, pd.DataFrame],
    rule: Rule,
    absent: str,
) -> dict:
    """Judge another estimate in the place of a part: Holm's adjustment is over the family."""
    row = _held(claim, other, estimates, rule, absent)
    family = parts[parts["family"] == part.family]
    own = ((family["id"] == claim.id) & (family["what"] == part.what)).to_numpy()
    p_values = family["p_value"].where(~own, row.get("p_value", np.nan))
    row["p_adjusted"] = float(np.asarray(holm(p_values))[own][0])
    return {"instead_of": part.what, **row, "verdict": _judge(row, rule)}


def _measured(claim: Claim, part: Part, row: Mapping, rule: Rule) -> dict:
    """Complete an estimate's p-value and error, and put it on the common scale."""
    low, high = row["conf_low"], row["conf_high"]
    if np.isnan(low) or np.isnan(high):
        raise ValueError(
            f"The claim {claim.id} rests on an estimate without an interval: {part.place} "
            f"(“{part.what}”)."
        )
    error, df = (float(value) for value in error_behind(row, rule.confidence))
    p_value, p_from = row["p_value"], "test"
    if np.isnan(p_value):
        p_value, p_from = implied_p(row["estimate"], part.reference, error), "interval"
    unit = SIGNS[part.direction] / part.matters
    ends = sorted((unit * (low - part.reference), unit * (high - part.reference)))
    return {
        "p_value": p_value,
        "p_from": p_from,
        "detectable": float(detectable(error, df=df, confidence=1 - rule.alpha)),
        "scaled": unit * (row["estimate"] - part.reference),
        "scaled_low": ends[0],
        "scaled_high": ends[1],
    }


def _judge(row: Mapping, rule: Rule) -> str:
    if pd.isna(row.get("estimate")):
        return NOT_TESTABLE
    return part_verdict(
        row["conf_low"],
        row["conf_high"],
        row["p_adjusted"],
        row["direction"],
        row["matters"],
        reference=row["reference"],
        alpha=rule.alpha,
    )


def _summed(claim: Claim, parts: pd.DataFrame) -> dict:
    """Sum a claim up: verdict, how the parts fell out, and the evidence that heads it."""
    verdict = claim_verdict(parts["verdict"].tolist())
    row = {
        "id": claim.id,
        "source": claim.source,
        "claim": claim.claim,
        "hypothesis": claim.hypothesis,
        "verdict": verdict,
        "how": _how(parts) if parts["verdict"].nunique() > 1 else "",
        "n_parts": len(parts),
        **{name: np.nan for name in HEADLINE},
    }
    tested = parts[parts["verdict"] != NOT_TESTABLE]
    if len(tested):
        first = tested.sort_values("headline", ascending=False, kind="stable").iloc[0]
        row |= {name: first[name] for name in HEADLINE}
    for name in ("missing", "caveats", "figures", "tables", "chapters"):
        row[name] = " | ".join(getattr(claim, name))
    return row


def _how(parts: pd.DataFrame) -> str:
    """Say which parts fell out how: ``supported: a, b; inconclusive: c``."""
    groups = parts.groupby("verdict", sort=False)["what"]
    return "; ".join(f"{verdict}: {', '.join(what)}" for verdict, what in groups)


def _plain(value):
    """Turn numpy's and pandas' values into JSON's: missing to null, infinity to text."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and np.isinf(value):
        return "∞" if value > 0 else "-∞"
    return value.item() if isinstance(value, np.generic) else value
