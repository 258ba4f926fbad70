"""Time the spatial Durbin panel with two-way effects, beside spreg's ML_LagFE on the same data.

A rook lattice of n units, T = 20 periods (10 for a million units), k = 3 regressors with their
spatial lags; classical and sandwich errors and impacts from `regiometrics`, classical errors and
impacts without errors from spreg (which knows unit effects only: period means are taken out of its
data beforehand, untimed). Two more designs: weights of the eight nearest of 100 000 random points,
and the wild cluster bootstrap's interval at N = 10 000, G = 50, B = 99 999. Each run has a process
of its own, so that its peak memory is its own; a run over the time limit is reported as not
finished. From 10 000 units on the factors of CHOLMOD are timed too, where cvxopt is installed:
"auto" never takes them. Seconds are wall time; CPU seconds stand beside them, which a busy machine
changes less.

    python benchmarks/bench_spatial.py --sizes 500 2000 10000 100000 1000000
    python benchmarks/bench_spatial.py --designs nearest bootstrap --sizes
    python benchmarks/bench_spatial.py --spreg-python /path/to/python   # where spreg lives apart
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "packages" / "regiometrics" / "src"
OURS = "regiometrics"
LATTICES = {
    500: (20, 25),
    2000: (40, 50),
    10_000: (100, 100),
    100_000: (250, 400),
    1_000_000: (1000, 1000),
}
PERIODS, RHO = 20, 0.4
MANY, FEW_PERIODS = 1_000_000, 10
NEAREST = 100_000
_TURNS = 5


def periods(n: int) -> int:
    """Say how many periods a size has."""
    return FEW_PERIODS if n >= MANY else PERIODS


def nearest(n: int, k: int = 8):
    """Row-standardised weights of the k nearest of n random points: irregular and directed."""
    import numpy as np
    from scipy import sparse
    from scipy.spatial import cKDTree

    places = np.random.default_rng(0).uniform(size=(n, 2))
    found = cKDTree(places).query(places, k + 1)[1][:, 1:]
    rows = np.repeat(np.arange(n), k)
    return sparse.csr_array((np.full(n * k, 1 / k), (rows, found.ravel())), shape=(n, n))


def simulate(n: int, design: str = "lattice"):
    """Draw the panel of a size, the same for both libraries."""
    from regiometrics.spatial.simulate import rook_lattice, simulate_panel

    return simulate_panel(
        n=n,
        T=periods(n),
        model="sdm",
        effects="twoway",
        weights=nearest(n) if design == "nearest" else rook_lattice(*LATTICES[n]),
        beta=(1.0, -0.5, 0.25),
        theta=(0.5, 0.25, 0.1),
        rho=RHO,
        seed=1,
    )


def time_ours(n: int, repeats: int, design: str = "lattice", logdet: str = "auto") -> dict:
    """Fit, both covariances and impacts; the best of several repeats."""
    from regiometrics.spatial import SpatialPanel

    data = simulate(n, design)
    seconds = []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        result = SpatialPanel(data.dependent, data.exog, data.weights).fit(logdet=logdet)
        robust = result.with_covariance("qml")
        impacts = result.impacts()
        seconds.append((time.perf_counter() - start, time.process_time() - busy))
    return {
        "seconds": min(wall for wall, _ in seconds),
        "cpu_seconds": min(cpu for _, cpu in seconds),
        "rho": result.rho,
        "std_error_rho": float(result.std_errors["rho"]),
        "robust_std_error_rho": float(robust.std_errors["rho"]),
        "total_impact_x1": float(impacts.loc[("x1", "total"), "estimate"]),
        "logdet": result.logdet_method,
        "error_loglik": float(result.approximation_error["loglik"]),
        "error_traces": float(result.approximation_error["traces"]),
    }


def time_bootstrap(repeats: int) -> dict:
    """Test and exact interval of one slope by the wild cluster bootstrap."""
    import numpy as np

    from regiometrics.panel import wild_cluster_bootstrap

    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(50), 200)
    x = rng.normal(size=10_000) + rng.normal(size=50)[groups]
    y = rng.normal(size=10_000) + rng.normal(size=50)[groups]
    X = np.column_stack([np.ones(10_000), x])
    seconds = []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        found = wild_cluster_bootstrap(y, X, groups, 1, draws=99_999, seed=1)
        low, high = found.interval(0.95)
        seconds.append((time.perf_counter() - start, time.process_time() - busy))
    return {
        "seconds": min(wall for wall, _ in seconds),
        "cpu_seconds": min(cpu for _, cpu in seconds),
        "p_value": found.p_value,
        "conf_low": float(low),
        "conf_high": float(high),
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
        panel = values.reshape(n, periods(n))
        return panel - panel.mean(axis=0)

    y = wide(data.dependent.to_numpy())
    x = np.hstack([wide(data.exog[name].to_numpy()) for name in data.exog])
    seconds = []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        model = spreg.ML_LagFE(y, x, w, slx_lags=1)
        seconds.append((time.perf_counter() - start, time.process_time() - busy))
    return {
        "seconds": min(wall for wall, _ in seconds),
        "cpu_seconds": min(cpu for _, cpu in seconds),
        "rho": float(model.rho),
    }


def worker(library: str, n: int, repeats: int, design: str, logdet: str) -> None:
    """Run one measurement and print it."""
    sys.path.insert(0, str(SOURCE))
    if design == "bootstrap":
        measured = time_bootstrap(repeats)
    elif library == "spreg":
        measured = time_spreg(n, repeats)
    else:
        measured = time_ours(n, repeats, design, logdet)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps(measured | {"peak_gb": round(peak, 3)}))


def measure(
    python: str,
    library: str,
    n: int,
    repeats: int,
    limit: float,
    design: str = "lattice",
    logdet: str = "auto",
) -> dict:
    """Run the worker in its own process, within a time limit."""
    command = [python, __file__, "--worker", library, "--sizes", str(n), "--repeats", str(repeats)]
    command += ["--designs", design, "--logdet", logdet]
    row = {"library": library, "design": design, "n": n, "periods": periods(n)}
    paths = [str(SOURCE), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
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
    return min(finished, key=lambda run: run["cpu_seconds"]) if finished else runs[0]


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


def lattices(arguments, version: str | None) -> list[dict]:
    """Measure the sizes, and print ratios of CPU seconds."""
    rows = []
    for n in arguments.sizes:
        repeats = arguments.repeats or (20 if n <= 500 else 5 if n <= 2000 else 1)
        ours, theirs = [], []
        # Processes take turns: a machine that is slow for a while is slow for both.
        for _ in range(_TURNS if n <= 500 else 1):
            ours.append(measure(sys.executable, OURS, n, repeats, arguments.limit))
            if version is not None and n <= arguments.spreg_up_to:
                once = repeats if n <= 500 else 1
                theirs.append(measure(arguments.spreg_python, "spreg", n, once, arguments.limit))
        ours = _fastest(ours)
        rows.append(ours)
        # A sparse factor's other library beside the one that is the default.
        if arguments.logdet != "none" and n >= 10_000:
            extra = measure(
                sys.executable, OURS, n, repeats, arguments.limit, logdet=arguments.logdet
            )
            rows.append(extra)
            print(_line(extra), flush=True)
        line = _line(ours)
        if theirs:
            theirs = _fastest(theirs)
            rows.append(theirs)
            line += f"; {_line(theirs)}"
            if theirs["status"] == "ok" and ours["status"] == "ok":
                ratio = theirs["cpu_seconds"] / ours["cpu_seconds"]
                ours["times_faster_than_spreg"] = round(ratio, 1)
                line += f"; {ratio:.0f} times faster"
        print(line, flush=True)
    return rows


def _line(row: dict) -> str:
    """One run in words."""
    start = f"{row['library']} {row['design']} n = {row['n']:,}"
    if row["status"] != "ok":
        return f"{start}: {row['status']}"
    return (
        f"{start} {row.get('logdet', '')}: {row['cpu_seconds']:.4f} s CPU, {row['seconds']:.4f} s "
        f"wall, {row['peak_gb']:.2f} GB"
    )


def main() -> None:
    """Measure, print ratios and renew the records and the figure in benchmarks/."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=sorted(LATTICES))
    parser.add_argument(
        "--designs", nargs="*", default=["nearest", "bootstrap"], help="beside the lattices"
    )
    parser.add_argument(
        "--logdet",
        default="cholmod" if find_spec("cvxopt") else "none",
        help="another method to time from 10 000 on; where cvxopt is installed, its factor",
    )
    parser.add_argument("--repeats", type=int, default=0, help="0: more where runs are short")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds a run may take")
    parser.add_argument("--spreg-python", default=sys.executable)
    parser.add_argument("--spreg-up-to", type=int, default=2000, help="largest size for spreg")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    parser.add_argument("--worker", choices=(OURS, "spreg"))
    arguments = parser.parse_args()
    if arguments.worker:
        repeats = max(1, arguments.repeats)
        design, logdet = arguments.designs[0], arguments.logdet
        worker(arguments.worker, arguments.sizes[0], repeats, design, logdet)
        return
    version = has_spreg(arguments.spreg_python)
    if version is None:
        print(
            f"spreg is not installed for {arguments.spreg_python}: its column stays empty; "
            "name an interpreter that has it with --spreg-python."
        )
    rows = lattices(arguments, version)
    for design in arguments.designs:
        n = NEAREST if design == "nearest" else 10_000
        rows.append(measure(sys.executable, OURS, n, 1, arguments.limit, design))
        print(_line(rows[-1]), flush=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    target = arguments.output / "results_spatial.json"
    kept = json.loads(target.read_text())["runs"] if target.exists() else []
    # Runs of other designs and sizes stay, so that the long ones can be measured alone.
    done = {_key(row) for row in rows}
    rows = sorted([*rows, *(row for row in kept if _key(row) not in done)], key=_key)
    record = {"machine": machine() | {"spreg": version}, "runs": rows}
    target.write_text(json.dumps(record, indent=1) + "\n")
    draw(rows, arguments.output / "spatial_curve.svg")


def _key(row: dict) -> tuple:
    return row.get("design", "lattice"), row["n"], row["library"], row.get("logdet", "")


def draw(rows: list[dict], path: Path) -> None:
    """Draw CPU seconds by the number of units, both axes in logs."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "regiometrics"
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    lines = {
        OURS: ("lattice", OURS, "o"),
        "spreg": ("lattice", "spreg", "s"),
        f"{OURS}, eight nearest of random points": ("nearest", OURS, "^"),
    }
    for label, (design, library, marker) in lines.items():
        best: dict[int, float] = {}
        for row in rows:
            same = row["library"] == library and row.get("design", "lattice") == design
            if same and "cpu_seconds" in row and row.get("logdet") != "cholmod":
                best[row["n"]] = row["cpu_seconds"]
        if best:
            axis.plot(*zip(*sorted(best.items()), strict=True), marker=marker, label=label)
    axis.set(xscale="log", yscale="log", xlabel="Units", ylabel="CPU seconds")
    axis.legend(frameon=False)
    axis.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
