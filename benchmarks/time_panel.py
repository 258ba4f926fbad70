"""Time the way from the raw tables to the panel with its provenance; print and keep the figures.

Run by `make bench`. The panel is made in folders of its own, by Snakemake as in the study;
processor time is that of all processes (`getrusage` of children).
"""

import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {
    "processed": "data/processed/bench_panel",
    "results": "results/bench_panel",
    "logs": "logs/bench_panel",
    "benchmarks": "benchmarks/rules/bench_panel",
}
TARGETS = ("panel.parquet", "panel_provenance.parquet")
CORES = 2
RUNS = 3
#: Seconds by the wall clock that the way may take on two cores.
TARGET = 20.0


def processor_seconds() -> float:
    """Return the processor time of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def clean() -> None:
    """Remove what the timed runs made."""
    for folder in FOLDERS.values():
        shutil.rmtree(ROOT / folder, ignore_errors=True)


def run() -> tuple[float, float]:
    """Make the panel from nothing; return seconds by the wall clock and of the processors."""
    settings = ROOT / "results" / "bench_panel.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"pathvars": FOLDERS}))
    targets = [f"{FOLDERS['processed']}/{name}" for name in TARGETS]
    command = [sys.executable, "-m", "snakemake", "--cores", str(CORES)]
    command += ["--configfile", str(settings), "--", *targets]
    start, before = time.perf_counter(), processor_seconds()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start, processor_seconds() - before


def main() -> None:
    """Print a line and write `benchmarks/panel.json`."""
    timed = []
    for _ in range(RUNS):
        clean()
        timed.append(run())
    clean()
    wall, used = (statistics.median(column) for column in zip(*timed, strict=True))
    load = os.getloadavg()[0]
    print(
        f"raw tables to panel with provenance, {CORES} cores, median of {RUNS}: {wall:.1f} s by "
        f"the clock (target {TARGET:.0f}), {used:.1f} s of the processors, load {load:.1f}"
    )
    kept = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}",
        "load": round(load, 1),
        "wall_s": [round(row[0], 2) for row in timed],
        "processor_s": [round(row[1], 2) for row in timed],
    }
    (ROOT / "benchmarks/panel.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
