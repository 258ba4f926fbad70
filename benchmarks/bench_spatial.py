"""Time the spatial Durbin panel with two-way effects, beside spreg's ML_LagFE on the same data.

A rook lattice of n units, T = 20 periods, k = 3 regressors with their spatial lags; classical and
sandwich errors and impacts from `guantian`, classical errors and impacts without errors from
spreg (which knows unit effects only: period means are taken out of its data beforehand, untimed).
Each run has a process of its own, so that its peak memory is its own; a run over the time limit
is reported as not finished.

    python benchmarks/bench_spatial.py --sizes 500 2000 10000 100000
    python benchmarks/bench_spatial.py --spreg-python /path/to/python   # where spreg lives apart
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LATTICES = {500: (20, 25), 2000: (40, 50), 10_000: (100, 100), 100_000: (250, 400)}
PERIODS, RHO = 20, 0.4
_TURNS = 5


def simulate(n: int):
    """Draw the panel of a size, the same for both libraries."""
    from regiometrics.spatial.simulate import rook_lattice, simulate_panel

    rows, columns = LATTICES[n]
    return simulate_panel(
        n=n,
        T=PERIODS,
        model="sdm",
        effects="twoway",
        weights=rook_lattice(rows, columns),
        beta=(1.0, -0.5, 0.25),
        theta=(0.5, 0.25, 0.1),
        rho=RHO,
        seed=1,
    )


def time_guantian(n: int, repeats: int) -> dict:
    """Fit, both covariances and impacts; the best of several repeats."""
    from regiometrics.spatial import SpatialPanel

    data = simulate(n)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = SpatialPanel(data.dependent, data.exog, data.weights).fit()
        robust = result.with_covariance("qml")
        impacts = result.impacts()
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": min(seconds),
        "rho": result.rho,
        "std_error_rho": float(result.std_errors["rho"]),
        "robust_std_error_rho": float(robust.std_errors["rho"]),
        "total_impact_x1": float(impacts.loc[("x1", "total"), "estimate"]),
        "logdet": result.logdet_method,
        "error_loglik": float(result.approximation_error["loglik"]),
        "error_traces": float(result.approximation_error["traces"]),
    }


def time_spreg(n: int, repeats: int) -> dict:
    """Fit spreg's fixed-effects lag model with spatially lagged regressors."""
    import libpysal
    import numpy as np
    import spreg

    data = simulate(n)
    w = libpysal.weights.WSP(data.weights).to_W()
    w.transform = "r"

    def wide(values: np.ndarray) -> np.ndarray:
        panel = values.reshape(n, PERIODS)
        return panel - panel.mean(axis=0)

    y = wide(data.dependent.to_numpy())
    x = np.hstack([wide(data.exog[name].to_numpy()) for name in data.exog])
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        model = spreg.ML_LagFE(y, x, w, slx_lags=1)
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds), "rho": float(model.rho)}


def worker(library: str, n: int, repeats: int) -> None:
    """Run one measurement and print it."""
    sys.path.insert(0, str(ROOT))
    measured = {"guantian": time_guantian, "spreg": time_spreg}[library](n, repeats)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps(measured | {"peak_gb": round(peak, 3)}))


def measure(python: str, library: str, n: int, repeats: int, limit: float) -> dict:
    """Run the worker in its own process, within a time limit."""
    command = [python, __file__, "--worker", library, "--sizes", str(n), "--repeats", str(repeats)]
    row = {"library": library, "n": n, "periods": PERIODS}
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return row | {"status": f"not finished in {limit:.0f} s"}
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return row | {"status": f"failed: {last}"}
    return row | {"status": "ok"} | json.loads(done.stdout.strip().splitlines()[-1])


def _fastest(runs: list[dict]) -> dict:
    """Give the fastest of the runs that finished, or the first."""
    finished = [run for run in runs if run["status"] == "ok"]
    return min(finished, key=lambda run: run["seconds"]) if finished else runs[0]


def has_spreg(python: str) -> str | None:
    """Version of spreg in an interpreter, or None."""
    code = "from importlib.metadata import version; print(version('spreg'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def machine() -> dict:
    """Say what the figures were measured on."""
    import numpy
    import pandas
    import scipy

    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "pandas": pandas.__version__,
    }


def main() -> None:
    """Measure, print ratios and write benchmarks/results_spatial.json and .csv."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=sorted(LATTICES), choices=LATTICES)
    parser.add_argument("--repeats", type=int, default=0, help="0: more where runs are short")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds a run may take")
    parser.add_argument("--spreg-python", default=sys.executable)
    parser.add_argument("--spreg-up-to", type=int, default=2000, help="largest size for spreg")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    parser.add_argument("--worker", choices=("guantian", "spreg"))
    arguments = parser.parse_args()
    if arguments.worker:
        worker(arguments.worker, arguments.sizes[0], max(1, arguments.repeats))
        return
    version = has_spreg(arguments.spreg_python)
    if version is None:
        print(
            f"spreg is not installed for {arguments.spreg_python}: its column stays empty; "
            "name an interpreter that has it with --spreg-python."
        )
    rows = []
    for n in arguments.sizes:
        repeats = arguments.repeats or (20 if n <= 500 else 5 if n <= 2000 else 2)
        ours, theirs = [], []
        # Processes take turns: a machine that is slow for a while is slow for both.
        for _ in range(_TURNS if n <= 500 else 1):
            ours.append(measure(sys.executable, "guantian", n, repeats, arguments.limit))
            if version is not None and n <= arguments.spreg_up_to:
                once = repeats if n <= 500 else 1
                theirs.append(measure(arguments.spreg_python, "spreg", n, once, arguments.limit))
        ours = _fastest(ours)
        rows.append(ours)
        line = f"n = {n:>7,}: guantian {ours.get('seconds', float('nan')):8.4f} s"
        line += f", {ours.get('peak_gb', float('nan')):.2f} GB"
        if theirs:
            theirs = _fastest(theirs)
            rows.append(theirs)
            if theirs["status"] == "ok" and ours["status"] == "ok":
                line += f"; spreg {theirs['seconds']:8.3f} s, {theirs['peak_gb']:.2f} GB"
                line += f"; {theirs['seconds'] / ours['seconds']:.0f} times faster"
            else:
                line += f"; spreg {theirs['status']}"
        print(line if ours["status"] == "ok" else f"{line} ({ours['status']})", flush=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine() | {"spreg": version}, "runs": rows}
    target = arguments.output / "results_spatial.json"
    target.write_text(json.dumps(record, indent=1) + "\n")
    names = sorted({key for row in rows for key in row})
    with (arguments.output / "results_spatial.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
