"""Run every zone of ``config/zones`` on the small study's draws and print a line for each.

``python -m guantian.every_zone jiangsu_coastal wanjiang`` takes some of them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

SMALL = "config/small.yaml"
FOLDERS = {
    "processed": "data/processed/zones",
    "results": "results/zones",
    "logs": "logs/zones",
    "benchmarks": "benchmarks/rules/zones",
}
STOPPED = re.compile(r"^(\w+ stopped: .*)$|^WorkflowError:?\s*(.*)$", re.MULTILINE)
JOBS = re.compile(r"^total\s+(\d+)", re.MULTILINE)


def command(zone: str, cores: str) -> list[str]:
    """Return the command that runs a zone into folders of its own."""
    places = ", ".join(f"{name}: {folder}/{zone}" for name, folder in FOLDERS.items())
    return [
        *(sys.executable, "-m", "snakemake", "--cores", cores, "--keep-going"),
        *("--configfile", SMALL, "--config", f"zone={zone}", f"pathvars={{{places}}}"),
    ]


def line(zone: str, code: int, output: str, seconds: float) -> str:
    """Say in one line what became of a zone.

    Parameters
    ----------
    zone
        Its name.
    code
        Exit status of its run.
    output
        What the run printed.
    seconds
        It took.

    Examples
    --------
    >>> line("wanjiang", 0, "total    52", 61.2)
    'wanjiang: 52 jobs, 61 s'
    >>> line("wanjiang", 1, "show_plan stopped: No row.", 61.2)
    'wanjiang: stopped after 61 s: show_plan stopped: No row.'
    """
    if code == 0:
        jobs = JOBS.search(output)
        return f"{zone}: {jobs[1] if jobs else 0} jobs, {seconds:.0f} s"
    said = [found[1] or found[2] for found in STOPPED.finditer(output)]
    last = (output.strip().splitlines() or ["no message"])[-1]
    return f"{zone}: stopped after {seconds:.0f} s: {' | '.join(said) or last}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the zones one after the other; the exit status is 1 where one of them stopped."""
    known = sorted(path.stem for path in Path("config/zones").glob("*.yaml"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", default="all")
    parser.add_argument("zones", nargs="*", metavar="zone", help="by default all")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.zones) - set(known)):
        parser.error(f"{unknown[0]!r} is not among the zones: {', '.join(known)}.")
    failed = 0
    for zone in given.zones or known:
        started = time.monotonic()
        done = subprocess.run(
            command(zone, given.cores), capture_output=True, text=True, check=False
        )
        print(
            line(zone, done.returncode, done.stdout + done.stderr, time.monotonic() - started),
            flush=True,
        )
        failed += done.returncode != 0
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
