"""Time the whole study from nothing and a run with nothing to do; print and keep the figures.

Run by `make bench`. The study is made in folders of its own: results are not touched.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {
    "processed": "data/processed/bench",
    "results": "results/bench",
    "logs": "logs/bench",
    "benchmarks": "benchmarks/rules/bench",
}
RUNS = 3


def run_study(cores: int) -> float:
    """Run the study; return the seconds by the wall clock."""
    settings = ROOT / "results" / "bench.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"pathvars": FOLDERS}))
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", settings]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def clean() -> None:
    """Remove what the timed study made."""
    for folder in FOLDERS.values():
        shutil.rmtree(ROOT / folder, ignore_errors=True)


def main() -> None:
    """Print a table and write `benchmarks/study.json`."""
    cores = os.cpu_count() or 1
    timed: dict[str, list[float]] = {"from nothing": [], "nothing to do": []}
    for _ in range(RUNS):
        clean()
        timed["from nothing"].append(run_study(cores))
        timed["nothing to do"].append(run_study(cores))
    clean()
    machine = f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"
    print(f"{machine}; median of {RUNS} runs, seconds")
    for name, seconds in timed.items():
        print(f"  {name:<14} {statistics.median(seconds):6.1f}")
    kept = {"machine": machine, "seconds": {k: [round(s, 2) for s in v] for k, v in timed.items()}}
    (ROOT / "benchmarks/study.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
