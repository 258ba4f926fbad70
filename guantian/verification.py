"""Results compared with the committed reference: what agrees, and what differs.

``python -m guantian.verification RESULTS REFERENCE`` compares and exits by it; ``--write`` rewrites
the reference after a deliberate change. Bytes are promised on one type of processor, printed digits
on all: on another type than the reference's, checksums that differ are printed and do not count.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.errors import DataError, run_command
from guantian.results import round_significant

TOLERANCE = 1e-6  # relative, of estimates: other processors differ in the last bits only
FLOOR = 1e-9  # absolute, of estimates that are zero but for rounding
DIGITS = 6  # significant, of the values of which a checksum is taken
MACHINE = "processor.txt"  # of the reference
VECTORS = ("avx512f", "avx2", "avx")  # instructions, the widest first
VALUES = ["estimate", "conf_low", "conf_high"]
KINDS = {  # file of the reference: its key, what is compared
    "estimates": (["part", "estimand"], VALUES),
    "illustrations": (["id", "what"], VALUES),
    "verdicts": (["part", "estimand"], ["verdict", "qualifier"]),
    "texts": (["file", "place"], ["text"]),
    "checksums": (["path"], ["rows", "sha256"]),
}


def collect(results: Path) -> dict[str, pd.DataFrame]:
    """Read from a folder of results what the reference keeps of it.

    Returns
    -------
    dict
        ``estimates``: every estimate on which a primary test rests, by statement and estimand;
        ``illustrations``: those that illustrate a claim, by its id; both with their tolerance;
        ``verdicts``; ``texts``: every number of the paper's text, as printed; ``checksums``: of
        every file of results and of every figure's data.
    """
    tests = _read(results, "claim_tests", ["part", "estimand", *VALUES, "verdict", "qualifier"])
    shown = _read(results, "claim_illustrations", ["id", "what", *VALUES])
    known = tests[tests["estimate"].notna()]
    return {
        "estimates": _kept("estimates", known),
        "illustrations": _kept("illustrations", shown),
        "verdicts": tests[["part", "estimand", "verdict", "qualifier"]],
        "texts": pd.DataFrame(_texts(results / "paper"), columns=["file", "place", "text"]),
        "checksums": pd.DataFrame(_checksums(results), columns=["path", "rows", "sha256"]),
    }


def _read(results: Path, name: str, columns: list[str]) -> pd.DataFrame:
    path = results / f"estimates/{name}.parquet"
    return pd.read_parquet(path)[columns] if path.exists() else pd.DataFrame(columns=columns)


def _kept(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    key, values = KINDS[kind]
    kept = frame.assign(tolerance=TOLERANCE)[[*key, *values, "tolerance"]]
    return kept.sort_values(key, ignore_index=True)


def write_reference(found: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write what was collected as the reference."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MACHINE).write_text(processor() + "\n", encoding="utf-8")
    for name, frame in found.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def processor(described: Path = Path("/proc/cpuinfo")) -> str:
    """Name the type of processor, as far as the system tells.

    The widest vector instructions are a part of it: they decide in which order libraries of linear
    algebra add, and processors of one name have different ones.
    """
    if described.exists():
        told = described.read_text(encoding="utf-8", errors="replace")
        fields = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
        fields = {name.strip(): value.strip() for name, value in fields.items()}
        if "model name" in fields:
            known = fields.get("flags", "").split()
            widest = [f" ({name})" for name in VECTORS if name in known][:1]
            return f"{platform.machine()} {fields['model name']}{''.join(widest)}"
    return f"{platform.machine()} {platform.processor()}".strip()


def counts(compared: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Keep what must agree: on another type of processor, not the bytes behind a checksum."""
    path = folder / MACHINE
    if path.exists() and path.read_text(encoding="utf-8").strip() == processor():
        return compared
    return compared[(compared["kind"] != "checksums") | (compared["state"] != "differs")]


def compare(found: Mapping[str, pd.DataFrame], folder: Path) -> pd.DataFrame:
    """Compare what was collected with the reference.

    Parameters
    ----------
    found
        As `collect` gives it.
    folder
        Of the reference.

    Returns
    -------
    DataFrame
        One row per thing compared: ``kind``, ``place``, ``reference``, ``now``, ``state``
        (*agrees*, *differs*, *missing* now, or *new*).
    """
    rows = []
    for kind, (key, values) in KINDS.items():
        path = folder / f"{kind}.csv"
        if not path.exists():
            raise DataError(f"The reference has no {path}; make reference writes it.")
        text = [name for name in (*key, *values) if name not in (*VALUES, "rows")]
        kept = pd.read_csv(path, dtype=dict.fromkeys(text, "str"), keep_default_na=False)
        for name in set(VALUES) & set(kept):
            kept[name] = pd.to_numeric(kept[name])
        rows += _compared(kind, kept, found[kind], key, values)
    return pd.DataFrame(rows, columns=["kind", "place", "reference", "now", "state"])


def report(compared: pd.DataFrame, longest: int = 40) -> str:
    """Print what agrees and what differs as a table, and the differences one by one."""
    order = ["agrees", "differs", "missing", "new"]
    counts = pd.crosstab(compared["kind"], compared["state"])
    counts = counts.reindex(index=list(KINDS), columns=order, fill_value=0)
    lines = [counts.rename_axis(index=None, columns=None).to_string()]
    others = compared[compared["state"] != "agrees"]
    for row in others.head(longest).itertuples():
        lines.append(f"{row.state}: {row.kind}, {row.place}: {row.reference} | {row.now}")
    if len(others) > longest:
        lines.append(f"... and {len(others) - longest} more")
    agrees = others.empty
    lines.append("All agree." if agrees else f"{len(others)} of {len(compared)} do not agree.")
    return "\n".join(lines)


def _compared(
    kind: str, kept: pd.DataFrame, found: pd.DataFrame, key: list[str], values: list[str]
) -> Iterator[tuple]:
    one, other = (
        {
            tuple(map(str, row[: len(key)])): row[len(key) :]
            for row in frame[key + values].to_numpy()
        }
        for frame in (kept, found)
    )
    tolerance = (
        kept["tolerance"].astype("float64").tolist() if "tolerance" in kept else [0.0] * len(kept)
    )
    tolerances = dict(zip(one, tolerance, strict=True))
    for place in dict.fromkeys([*one, *other]):
        name = " ".join(part for part in place if part)
        if place not in other:
            yield kind, name, _said(one[place]), "", "missing"
        elif place not in one:
            yield kind, name, "", _said(other[place]), "new"
        else:
            same = _same(one[place], other[place], tolerances[place])
            state = "agrees" if same else "differs"
            yield kind, name, _said(one[place]), _said(other[place]), state


def _same(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    """Tell whether values agree: numbers within the tolerance, texts to the letter."""
    if not tolerance:
        return [str(value) for value in one] == [str(value) for value in other]
    numbers = np.asarray([one, other], dtype="float64")
    return np.allclose(*numbers, rtol=tolerance, atol=FLOOR, equal_nan=True)


def _said(values: np.ndarray) -> str:
    return " ".join(f"{v:.10g}" if isinstance(v, float) else str(v)[:60] for v in values)


def _texts(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in [folder / "numbers.json", *sorted((folder / "numbers").glob("*.json"))]:
        if path.exists():
            name = str(path.relative_to(folder))
            leaves = _leaves(json.loads(path.read_text(encoding="utf-8")))
            yield from ((name, place, text) for place, text in leaves)


def _leaves(value, place: str = "") -> Iterator[tuple[str, str]]:
    """Walk nested mappings and lists to their texts, each with its place, joined by slashes."""
    if isinstance(value, Mapping):
        pairs = sorted(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    else:
        yield place, str(value)
        return
    for name, inner in pairs:
        yield from _leaves(inner, f"{place}/{name}" if place else str(name))


def _checksums(results: Path) -> Iterator[tuple[str, int, str]]:
    """Sum up files of results and figures' data: rows, and a checksum of rounded values."""
    kinds = ("estimates/*.parquet", "series/*.parquet", "tests/*.parquet", "figures/*.csv")
    paths = [path for kind in kinds for path in results.glob(kind)]
    for path in sorted(paths):
        read = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
        text = round_significant(read(path), DIGITS).to_csv(index=False, lineterminator="\n")
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield str(path.relative_to(results)), text.count("\n") - 1, digest


def main(arguments: list[str] | None = None) -> int:
    """Compare or rewrite; return the exit code."""
    parser = argparse.ArgumentParser(prog="guantian.verification", description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--write", action="store_true", help="rewrite the reference")
    options = parser.parse_args(arguments)
    found = collect(options.results)
    if options.write:
        write_reference(found, options.reference)
        print(f"Written: {', '.join(f'{len(frame)} {kind}' for kind, frame in found.items())}.")
        return 0
    compared = compare(found, options.reference)
    print(report(compared))
    held = counts(compared, options.reference)
    if len(held) < len(compared):
        print("The reference is of another type of processor: its checksums do not count.")
    return int((held["state"] != "agrees").any())


if __name__ == "__main__":
    run_command(main)
