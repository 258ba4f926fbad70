"""Join published results to the study's rows, and say by rule whether they agree."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from guantian import labels
from guantian.chapters.external.entries import YEAR, ExternalCheck, ExternalChecks
from guantian.files import UnreadableError, read_yaml
from guantian.options import sentence
from guantian.results import rows

#: What a comparison may end in, each with its words.
VERDICTS = {
    "agrees": "agrees",
    "same_sign": "same sign, other size",
    "inconclusive": "interval holds zero",
    "differs": "differs",
    "other_scale": "other scale",
    "absent": "not estimated",
}
PUBLISHED = ("check", "study", "citation", "published", "design", "why", "unit", "decimals")


def read_external(path: str | Path, zone: str | None = None) -> list[ExternalCheck]:
    """Read the published results.

    Parameters
    ----------
    path
        Of the file.
    zone
        The zone under study: results that another zone alone can answer are left out. None
        keeps all.

    Raises
    ------
    UnreadableError
        If the file cannot be read.
    ValueError
        If an entry is not as `ExternalCheck` says; the sentence names file, entry and key.
    """
    path = Path(path)
    content = read_yaml(path, path.name)
    try:
        checks = ExternalChecks.model_validate({"checks": content}).checks
    except ValidationError as error:
        key, said = sentence(error, ExternalChecks, {"checks": content})
        raise UnreadableError(f"{path.name} is wrong at {key}: {said}.") from None
    return [check for check in checks if zone is None or check.zone in (None, zone)]


def compared(checks: Iterable[ExternalCheck], estimates: pd.DataFrame) -> pd.DataFrame:
    """Give a row for every published result and each of our rows that answers it.

    Parameters
    ----------
    checks
        Published results.
    estimates
        Estimates of all chapters.

    Returns
    -------
    DataFrame
        `PUBLISHED`, the scaled ``estimate``, ``conf_low`` and ``conf_high``, ``what`` (what tells
        several rows of a check apart), ``note`` (why there is none) and ``verdict``, one of
        `VERDICTS`.
    """
    found = []
    for check in checks:
        own = rows(estimates, **check.ours)
        common = {
            "check": check.id,
            **{name: getattr(check, name) for name in PUBLISHED if name != "check"},
        }
        if own.empty:
            found.append(common | {"what": "", "note": check.absent, "verdict": "absent"})
            continue
        for _, row in own.iterrows():
            values = {
                name: check.scale * row[name] for name in ("estimate", "conf_low", "conf_high")
            }
            low, high = sorted((values["conf_low"], values["conf_high"]))
            values |= {"conf_low": low, "conf_high": high}
            found.append(
                common
                | values
                | {
                    "what": ", ".join(
                        _label(kind, row[column]) for column, kind in check.rows_by.items()
                    ),
                    "note": row["note"] if pd.isna(row["estimate"]) else "",
                    "verdict": verdict(check, **values),
                }
            )
    columns = [*PUBLISHED, "what", "estimate", "conf_low", "conf_high", "note", "verdict"]
    return pd.DataFrame(found).reindex(columns=columns)


def _label(kind: str, key: object) -> str:
    return str(key) if kind == YEAR else labels.label(kind, str(key))


def verdict(check: ExternalCheck, estimate: float, conf_low: float, conf_high: float) -> str:
    """Say by rule whether our estimate agrees with a published result.

    A published value agrees where our interval holds it (a range: overlaps it); a published sign
    where our interval lies on its side of zero; a published absence of an effect where our
    interval holds zero. Without an interval only signs are compared.

    Parameters
    ----------
    check
        The published result.
    estimate, conf_low, conf_high
        Ours, on the scale of the published one; the interval may be missing.

    Returns
    -------
    str
        One of `VERDICTS`.
    """
    if pd.isna(estimate):
        return "absent"
    if check.expects == "other_scale":
        return "other_scale"
    bare = pd.isna(conf_low) or pd.isna(conf_high)
    holds_zero = not bare and conf_low <= 0 <= conf_high
    if check.low is not None:
        high = check.low if check.high is None else check.high
        if not bare and conf_low <= high and check.low <= conf_high:
            return "agrees"
        return "same_sign" if estimate * (check.low + high) > 0 else "differs"
    if check.expects == "zero":
        if bare:
            return "inconclusive"
        return "agrees" if holds_zero else "differs"
    if holds_zero:
        return "inconclusive"
    return "agrees" if (estimate > 0) == (check.expects == "positive") else "differs"
