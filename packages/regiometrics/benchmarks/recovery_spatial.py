"""Size and coverage of the spatial models' intervals and tests, in the samples people have.

Run as a program it writes `recovery_spatial.csv` beside this file: a row per procedure and design,
with the nominal and the simulated rate of rejection (one minus coverage) and its Monte-Carlo error.
One simulated panel serves all procedures of a design. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.panel.covariance import distance_kernel
from regiometrics.spatial import (
    SeveralLags,
    Spatial2SLS,
    SpatialPanel,
    as_weights,
    error_component_tests,
    hausman_test,
    lm_tests,
    lr_test,
    moran_test,
    pesaran_cd,
    randomised_cd,
    rook_lattice,
    simulate_panel,
    wald_test,
)
from regiometrics.spatial.errors import SpatialError
from regiometrics.spatial.simulate import SimulatedPanel
from regiometrics.spatial.weights import SpatialWeights

TABLE = Path(__file__).with_name("recovery_spatial.csv")
#: Rates of a nominal 5% test that count as right; coverage is one minus the rate.
GOOD = (0.035, 0.065)
NOMINAL = 0.05
#: Rows and columns of the lattices of 7, 25, 50 and 300 units.
LATTICES = {7: (1, 7), 25: (5, 5), 50: (5, 10), 300: (15, 20)}
RHO = 0.4
Rejections = dict[str, bool]
Experiment = Callable[[int], Rejections]


@cache
def lattice(n: int) -> SpatialWeights:
    """Rook contiguity of n cells, a ring where there are seven; its spectrum is computed once."""
    matrix = rook_lattice(*LATTICES[n])
    if n == 7:
        ring = np.roll(np.eye(7), 1, axis=1) + np.roll(np.eye(7), -1, axis=1)
        matrix = sparse.csr_array(ring / 2)
    return as_weights(matrix, pd.RangeIndex(n))


def misses(table: pd.DataFrame, value: float, low: str = "lower", high: str = "upper") -> bool:
    """Whether an interval does not hold a value."""
    return not float(table[low]) <= value <= float(table[high])


def drawn(n: int, T: int, model: str, seed: int, **options) -> SimulatedPanel:
    """Draw a panel on the lattice of n cells."""
    return simulate_panel(n, T, model, weights=lattice(n), seed=seed, **options)


def true_impacts(data: SimulatedPanel) -> dict[str, float]:
    """Average direct, indirect and total effect of x1 that made a Durbin panel."""
    W = np.asarray(data.weights.toarray())
    p = data.parameters
    S = np.linalg.solve(
        np.eye(len(W)) - p.get("rho", 0.0) * W,
        p["x1"] * np.eye(len(W)) + p.get("W.x1", 0.0) * W,
    )
    direct, total = float(np.trace(S)) / len(W), float(S.sum()) / len(W)
    return {"direct": direct, "indirect": total - direct, "total": total}


def of_result(result, data: SimulatedPanel, name: str, terms: tuple[str, ...]) -> Rejections:
    """Which intervals of coefficients and impacts miss the truth."""
    table = result.conf_int()
    found = {f"{name}: {term}": misses(table.loc[term], data.parameters[term]) for term in terms}
    if "rho" in table.index:
        impacts = result.impacts()
        for effect, value in true_impacts(data).items():
            row = impacts.loc[("x1", effect)]
            found[f"{name}: {effect} impact"] = misses(row, value, "conf_low", "conf_high")
    return found


def likelihood(n: int, T: int) -> Experiment:
    """Intervals of likelihood models: Wald, profile, impacts, robust and clustered."""

    def draw(seed: int) -> Rejections:
        data = drawn(n, T, "sdm", seed)
        panel = SpatialPanel(data.dependent, data.exog, lattice(n), model="sdm")
        fit = panel.fit()
        found = of_result(fit, data, "SDM, classical", ("rho", "x1", "W.x1"))
        low, high = fit.profile_interval("rho")
        found["SDM, profile: rho"] = not low <= RHO <= high
        simulated = fit.impacts("simulation", draws=400).loc[("x1", "indirect")]
        found["SDM, simulated: indirect impact"] = misses(
            simulated, true_impacts(data)["indirect"], "conf_low", "conf_high"
        )
        gamma = drawn(n, T, "sdm", seed, errors="gamma")
        fit = SpatialPanel(gamma.dependent, gamma.exog, lattice(n), model="sdm").fit(cov_type="qml")
        found |= of_result(fit, gamma, "SDM, qml, skewed errors", ("rho", "x1"))
        sem = drawn(n, T, "sem", seed)
        fit = SpatialPanel(sem.dependent, sem.exog, lattice(n), model="sem").fit()
        found |= of_result(fit, sem, "SEM, classical", ("lambda", "x1"))
        low, high = fit.profile_interval("lambda")
        found["SEM, profile: lambda"] = not low <= sem.parameters["lambda"] <= high
        return found

    return draw


def heteroskedastic(n: int, T: int) -> Experiment:
    """Intervals that hold whatever the variances: modified scores, White's, two stages, GMM."""

    def draw(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, errors="heteroskedastic")
        panel = SpatialPanel(data.dependent, data.exog, lattice(n), model="sar")
        found: Rejections = {}
        for kind in ("robust", "clustered"):
            found |= of_result(panel.fit(cov_type=kind), data, f"SAR, {kind}", ("rho", "x1"))
        stages = Spatial2SLS(data.dependent, data.exog, lattice(n))
        for kind, method in (
            ("robust", "2sls"),
            ("clustered", "2sls"),
            ("clustered", "gmm"),
            ("robust", "gmm-quadratic"),
        ):
            fit = stages.fit(kind, method=method)
            name = f"{method}, {kind}"
            table = fit.conf_int()
            for term in ("rho", "x1"):
                found[f"{name}: {term}"] = misses(table.loc[term], data.parameters[term])
        fit = stages.fit("robust")
        test = fit.anderson_rubin_test({"W.y" if "W.y" in fit.first_stage.index else "rho": RHO})
        found["Anderson-Rubin, robust"] = bool(test["p_value"] <= NOMINAL)
        found["overidentification, robust"] = bool(fit.overidentification["p_value"] <= NOMINAL)
        sem = drawn(n, T, "sem", seed, errors="heteroskedastic")
        fit = Spatial2SLS(sem.dependent, sem.exog, lattice(n), lag=False, error="ar").fit("robust")
        found |= of_result(fit, sem, "GMM errors, robust", ("lambda", "x1"))
        return found

    return draw


def least_squares(n: int, T: int) -> Experiment:
    """Intervals of a coefficient by least squares, errors correlated within units or periods."""
    W = lattice(n)
    matrix = W.matrix
    rows, columns = LATTICES[n]
    # Cells a hundredth of a degree apart at the equator: the kernel reaches their neighbours.
    places = np.array([(0.01 * j, 0.01 * i) for i in range(rows) for j in range(columns)])
    kernel = distance_kernel(places, 2.5)

    def draw(seed: int) -> Rejections:
        rng = np.random.default_rng([seed, n, T])
        index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])

        def panel(values: np.ndarray) -> pd.Series:
            return pd.Series(values.ravel(), index, name="y")

        def persistent() -> np.ndarray:
            e = rng.normal(size=(n, T + 20))
            for t in range(1, T + 20):
                e[:, t] = 0.5 * e[:, t - 1] + np.sqrt(0.75) * e[:, t]
            return e[:, 20:]

        found: Rejections = {}
        independent = rng.normal(size=(n, T))
        x = rng.normal(size=(n, T))
        designs = {
            "HC1": (x, independent * np.abs(x), {"cov_type": "robust"}),
            "HC3": (x, independent * np.abs(x), {"cov_type": "HC3"}),
            "clustered by unit": (persistent(), persistent(), {"cov_type": "clustered"}),
            "Driscoll-Kraay": (
                persistent(),
                persistent(),
                {"cov_type": "driscoll-kraay", "lags": T // 8},
            ),
            "Newey-West": (
                persistent(),
                persistent(),
                {"cov_type": "newey-west", "lags": T // 8},
            ),
            "Conley": (
                x + 0.5 * np.asarray(matrix @ x),
                independent + 0.5 * np.asarray(matrix @ independent),
                {"cov_type": "conley", "kernel": kernel},
            ),
        }
        for name, (regressor, error, options) in designs.items():
            fit = SpatialPanel(
                panel(error),
                panel(regressor).rename("x").to_frame(),
                W,
                model="slx",
                durbin=False,
            ).fit(**options)
            found[f"least squares, {name}"] = bool(fit.pvalues["x"] <= NOMINAL)
        return found

    return draw


def tests(n: int, T: int) -> Experiment:
    """Tests of dependence and of nested models where the null is true."""

    def draw(seed: int) -> Rejections:
        data = drawn(n, T, "slx", seed, theta=(0.0, 0.0))
        y, X, W = data.dependent, data.exog, lattice(n)
        found = {
            f"lm_tests, {name}": bool(p <= NOMINAL)
            for name, p in lm_tests(y, X, W)["p_value"].items()
        }
        found["moran_test"] = bool(moran_test(y, X, W)["p_value"] <= NOMINAL)
        residuals = SpatialPanel(y, X, W, model="slx", durbin=False).fit().resids
        found["randomised_cd, two-way residuals"] = bool(
            randomised_cd(residuals, seed=seed)["p_value"] <= NOMINAL
        )
        rng = np.random.default_rng([seed, n, T, 1])
        noise = pd.Series(rng.normal(size=len(y)), y.index)
        found["pesaran_cd"] = bool(pesaran_cd(noise)["p_value"] <= NOMINAL)
        found["pesaran_cd, neighbours"] = bool(pesaran_cd(noise, W)["p_value"] <= NOMINAL)
        components = error_component_tests(noise.rename("y"), X, W)["p_value"]
        found |= {
            f"error_component_tests, {name}": bool(p <= NOMINAL) for name, p in components.items()
        }
        sar = drawn(n, T, "sar", seed)
        small, full = (
            SpatialPanel(sar.dependent, sar.exog, lattice(n), model=model).fit()
            for model in ("sar", "sdm")
        )
        found["lr_test, SAR in SDM"] = bool(lr_test(small, full)["p_value"] <= NOMINAL)
        found["wald_test, SAR in SDM"] = bool(wald_test(full, "sar")["p_value"] <= NOMINAL)
        random = drawn(n, T, "sar", seed, effects="random")
        fixed, mixed = (
            SpatialPanel(
                random.dependent, random.exog, lattice(n), model="sar", effects=effects
            ).fit()
            for effects in ("unit", "random")
        )
        try:
            found["hausman_test, SAR"] = bool(hausman_test(fixed, mixed)["p_value"] <= NOMINAL)
        except SpatialError:  # the difference of covariances has no positive direction
            found["hausman_test, SAR"] = False
        return found

    return draw


def dynamic(n: int, T: int) -> Experiment:
    """Intervals of the bias-corrected dynamic Durbin model."""

    def draw(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, gamma=0.5, rho=0.2)
        fit = SpatialPanel(data.dependent, data.exog, lattice(n), model="sar", dynamic="time").fit()
        table = fit.conf_int()
        lag = next(name for name in table.index if name.startswith("L"))
        return {
            "dynamic SAR, Lee-Yu: lag": misses(table.loc[lag], 0.5),
            "dynamic SAR, Lee-Yu: rho": misses(table.loc["rho"], 0.2),
            "dynamic SAR, Lee-Yu: x1": misses(table.loc["x1"], data.parameters["x1"]),
        }

    return draw


def wild(n: int, T: int) -> Experiment:
    """The wild cluster bootstrap of rho, and t of the same clusters."""

    def draw(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, errors="heteroskedastic")
        fit = Spatial2SLS(data.dependent, data.exog, lattice(n)).fit("clustered")
        test = fit.wild_bootstrap("rho", RHO, 199, seed=seed)
        return {"wild bootstrap of rho, 2sls": bool(test.p_value <= NOMINAL)}

    return draw


def several(n: int, T: int) -> Experiment:
    """Intervals of two spatial lags in one likelihood."""
    rng = np.random.default_rng(n)
    near = lattice(n).matrix.toarray()
    order = rng.permutation(n)
    other = near[np.ix_(order, order)]

    def draw(seed: int) -> Rejections:
        rng = np.random.default_rng([seed, n, T])
        X = rng.normal(size=(n, T))
        e = rng.normal(size=(n, T))
        y = np.linalg.solve(np.eye(n) - 0.3 * near - 0.2 * other, X + e)
        index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])
        fit = SeveralLags(
            pd.Series(y.ravel(), index, name="y"),
            pd.DataFrame({"x": X.ravel()}, index),
            {"near": near, "other": other},
        ).fit()
        table = fit.conf_int()
        first, second = table.index[:2]
        return {
            "two lags: first rho": misses(table.loc[first], 0.3),
            "two lags: second rho": misses(table.loc[second], 0.2),
        }

    return draw


def designs() -> Iterator[tuple[str, str, int, Experiment]]:
    """Yield the group of procedures, the design, draws and the experiment."""
    groups: dict[str, Callable[[int, int], Experiment]] = {
        "likelihood": likelihood,
        "heteroskedastic": heteroskedastic,
        "least squares": least_squares,
        "tests": tests,
        "dynamic": dynamic,
    }
    for n, T in ((7, 5), (7, 18), (25, 5), (25, 18), (50, 5), (50, 18), (300, 5)):
        for group, make in groups.items():
            if group == "heteroskedastic" and (n, T) == (7, 5):
                continue  # too few observations for the instruments
            yield group, f"n {n}, T {T}", 300 if n < 300 else 150, make(n, T)
    for n in (7, 25):
        yield "wild", f"n {n}, T 18", 300, wild(n, 18)
    for n, T in ((25, 5), (50, 18)):
        yield "several", f"n {n}, T {T}", 200, several(n, T)


def verdict(rate: float, error: float, nominal: float = NOMINAL) -> str:
    """Say whether a rate is within its bounds, allowing for the error of the simulation."""
    low, high = (end / NOMINAL * nominal for end in GOOD)
    if rate > high + 2 * error:
        return "rejects too often"
    return "conservative" if rate < low - 2 * error else "holds"


def simulate(place: int) -> pd.DataFrame:
    """Simulate one of the designs and return its rows."""
    group, design, draws, experiment = list(designs())[place]
    began = time.process_time()
    done, refused = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(draws):
            try:
                done.append(experiment(seed))
            except SpatialError:
                refused += 1
    table = pd.DataFrame(done)
    error = float(np.sqrt(NOMINAL * (1 - NOMINAL) / len(table)))
    rates = table.mean()
    seconds = time.process_time() - began
    print(f"{group:16s} {design:14s} {len(table)} panels {seconds:.1f} s", flush=True)
    return pd.DataFrame(
        {
            "procedure": rates.index,
            "design": design,
            "nominal": NOMINAL,
            "rejects": rates.round(4).to_numpy(),
            "monte_carlo_error": round(error, 4),
            "draws": len(table),
            "refused": refused,
            "verdict": [verdict(rate, error) for rate in rates],
        }
    )


def run(only: str = "", at: str = "", jobs: int = 1) -> pd.DataFrame:
    """Simulate the designs of a group and a size, or all, and return the table."""
    places = [
        place
        for place, (group, design, *_) in enumerate(designs())
        if group.startswith(only) and design.startswith(at)
    ]
    if jobs == 1:
        return pd.concat(map(simulate, places), ignore_index=True)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        return pd.concat(pool.map(simulate, places), ignore_index=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="groups that begin with this text")
    parser.add_argument("--at", default="", help="designs that begin with this text")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    given = parser.parse_args()
    found = run(given.only, given.at, given.jobs)
    if given.only or given.at:
        print(found.to_string(index=False))
    else:
        found.sort_values("procedure", kind="stable").to_csv(TABLE, index=False)
