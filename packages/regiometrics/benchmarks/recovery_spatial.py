"""Size and coverage of the spatial models' intervals and tests, in the samples people have.

Run as a program it writes `recovery_spatial.csv` beside this file: one row per procedure and
design, with the nominal and the simulated rate of rejection (one minus coverage), its Monte-Carlo
error, and the share of the samples in which the library warned. One simulated panel serves all
procedures of a design. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import recovery_spatial_more as more
from recovery_spatial_data import (
    LATTICES,
    NOMINAL,
    RHO,
    Pieces,
    Rejections,
    drawn,
    lattice,
    misses,
    of_result,
    on_panel,
    persistent,
    rejects,
    true_impacts,
    verdict,
    warned,
)

from regiometrics.panel.covariance import distance_kernel
from regiometrics.spatial import (
    Spatial2SLS,
    SpatialPanel,
    error_component_tests,
    hausman_test,
    lm_tests,
    lr_test,
    moran_test,
    pesaran_cd,
    randomised_cd,
    wald_test,
)
from regiometrics.spatial.errors import SpatialError

TABLE = Path(__file__).with_name("recovery_spatial.csv")
SIZES = ((7, 5), (7, 18), (25, 5), (25, 18), (50, 5), (50, 18), (300, 5))


def likelihood(n: int, T: int) -> Pieces:
    """Intervals of likelihood models: Wald, profile, impacts, robust and clustered."""
    W = lattice(n)

    def durbin(seed: int) -> Rejections:
        data = drawn(n, T, "sdm", seed)
        fit = SpatialPanel(data.dependent, data.exog, W, model="sdm").fit()
        found = of_result(fit, data, "SDM, classical", ("rho", "x1", "W.x1"))
        low, high = fit.profile_interval("rho")
        found["SDM, profile: rho"] = not low <= RHO <= high
        simulated = fit.impacts("simulation", draws=400).loc[("x1", "indirect")]
        truth = true_impacts(data)["indirect"]
        found["SDM, simulated: indirect impact"] = misses(simulated, truth, "conf_low", "conf_high")
        return found

    def skewed(seed: int) -> Rejections:
        data = drawn(n, T, "sdm", seed, errors="gamma")
        fit = SpatialPanel(data.dependent, data.exog, W, model="sdm").fit(cov_type="qml")
        return of_result(fit, data, "SDM, qml, skewed errors", ("rho", "x1"))

    def errors(seed: int) -> Rejections:
        data = drawn(n, T, "sem", seed)
        fit = SpatialPanel(data.dependent, data.exog, W, model="sem").fit()
        found = of_result(fit, data, "SEM, classical", ("lambda", "x1"))
        low, high = fit.profile_interval("lambda")
        found["SEM, profile: lambda"] = not low <= data.parameters["lambda"] <= high
        return found

    return {"SDM": durbin, "SDM, qml": skewed, "SEM": errors}


def heteroskedastic(n: int, T: int) -> Pieces:
    """Intervals that hold whatever the variances: modified scores, White's, two stages, GMM."""
    W = lattice(n)

    def modified(kind: str) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            data = drawn(n, T, "sar", seed, errors="heteroskedastic")
            panel = SpatialPanel(data.dependent, data.exog, W, model="sar")
            return of_result(panel.fit(cov_type=kind), data, f"SAR, {kind}", ("rho", "x1"))

        return draw

    def stages(kind: str, method: str) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            data = drawn(n, T, "sar", seed, errors="heteroskedastic")
            fit = Spatial2SLS(data.dependent, data.exog, W).fit(kind, method=method)
            table = fit.conf_int()
            found = {
                f"{method}, {kind}: {term}": misses(table.loc[term], data.parameters[term])
                for term in ("rho", "x1")
            }
            if (method, kind) == ("2sls", "robust"):
                found["Anderson-Rubin, robust"] = rejects(fit.anderson_rubin_test({"rho": RHO}))
                found["overidentification, robust"] = rejects(fit.overidentification)
            return found

        return draw

    def errors(seed: int) -> Rejections:
        data = drawn(n, T, "sem", seed, errors="heteroskedastic")
        stages = Spatial2SLS(data.dependent, data.exog, W, lag=False, error="ar")
        return of_result(stages.fit("robust"), data, "GMM errors, robust", ("lambda", "x1"))

    return {
        "SAR, robust": modified("robust"),
        "SAR, clustered": modified("clustered"),
        "2sls, robust": stages("robust", "2sls"),
        "2sls, clustered": stages("clustered", "2sls"),
        "gmm, clustered": stages("clustered", "gmm"),
        "gmm-quadratic, robust": stages("robust", "gmm-quadratic"),
        "GMM errors": errors,
    }


def least_squares(n: int, T: int) -> Pieces:
    """Intervals of a coefficient by least squares, errors correlated within units or periods."""
    W = lattice(n)
    rows, columns = LATTICES[n]
    # Cells a hundredth of a degree apart at the equator: the kernel reaches their neighbours.
    places = np.array([(0.01 * j, 0.01 * i) for i in range(rows) for j in range(columns)])
    kernel = distance_kernel(places, 2.5)

    @lru_cache(maxsize=1)
    def samples(seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([seed, n, T])
        e, x = rng.normal(size=(n, T)), rng.normal(size=(n, T))
        made = {"independent": (x, e * np.abs(x))}
        for name in ("clustered", "Driscoll-Kraay", "Newey-West"):
            made[name] = persistent(rng, n, T), persistent(rng, n, T)
        made["spatial"] = tuple(values + 0.5 * np.asarray(W.matrix @ values) for values in (x, e))
        made["common"] = tuple(
            values + rng.normal(size=(n, 1)) * rng.normal(size=T) for values in (x, e)
        )
        return made

    designs = {
        "HC0": ("independent", {"cov_type": "HC0"}),
        "HC1": ("independent", {"cov_type": "robust"}),
        "HC2": ("independent", {"cov_type": "HC2"}),
        "HC3": ("independent", {"cov_type": "HC3"}),
        "clustered by unit": ("clustered", {"cov_type": "clustered"}),
        "clustered by period": ("common", {"cov_type": "clustered", "clusters": "time"}),
        "clustered both ways": ("common", {"cov_type": "clustered", "clusters": "twoway"}),
        "Driscoll-Kraay": ("Driscoll-Kraay", {"cov_type": "driscoll-kraay", "lags": T // 8}),
        "Newey-West": ("Newey-West", {"cov_type": "newey-west", "lags": T // 8}),
        "Conley": ("spatial", {"cov_type": "conley", "kernel": kernel}),
    }

    def regression(name: str) -> Callable[[int], Rejections]:
        sample, options = designs[name]

        def draw(seed: int) -> Rejections:
            regressor, error = samples(seed)[sample]
            X = on_panel(regressor, "x").to_frame()
            panel = SpatialPanel(on_panel(error), X, W, model="slx", durbin=False)
            fit = panel.fit(**options)
            return {f"least squares, {name}": bool(fit.pvalues["x"] <= NOMINAL)}

        return draw

    return {f"least squares, {name}": regression(name) for name in designs}


def tests(n: int, T: int) -> Pieces:
    """Tests of dependence and of nested models where the null is true."""
    W = lattice(n)

    def pooled(seed: int):
        data = drawn(n, T, "slx", seed, theta=(0.0, 0.0))
        return data.dependent, data.exog

    def noise(seed: int) -> pd.Series:
        return on_panel(np.random.default_rng([seed, n, T, 1]).normal(size=(n, T)))

    def named(name: str, table: pd.DataFrame) -> Rejections:
        return {f"{name}, {test}": bool(p <= NOMINAL) for test, p in table["p_value"].items()}

    def residuals(seed: int) -> Rejections:
        y, X = pooled(seed)
        left = SpatialPanel(y, X, W, model="slx", durbin=False).fit().resids
        return {"randomised_cd, two-way residuals": rejects(randomised_cd(left, seed=seed))}

    def nested(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed)
        small, full = (
            SpatialPanel(data.dependent, data.exog, W, model=model).fit()
            for model in ("sar", "sdm")
        )
        return {
            "lr_test, SAR in SDM": rejects(lr_test(small, full)),
            "wald_test, SAR in SDM": rejects(wald_test(full, "sar")),
        }

    def hausman(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, effects="random")
        fits = [
            SpatialPanel(data.dependent, data.exog, W, model="sar", effects=effects).fit()
            for effects in ("unit", "random")
        ]
        try:
            return {"hausman_test, SAR": rejects(hausman_test(*fits))}
        except SpatialError:  # the difference of covariances has no positive direction
            return {"hausman_test, SAR": False}

    return {
        "lm_tests": lambda seed: named("lm_tests", lm_tests(*pooled(seed), W)),
        "moran_test": lambda seed: {"moran_test": rejects(moran_test(*pooled(seed), W))},
        "randomised_cd": residuals,
        "pesaran_cd": lambda seed: {"pesaran_cd": rejects(pesaran_cd(noise(seed)))},
        "pesaran_cd, neighbours": lambda seed: {
            "pesaran_cd, neighbours": rejects(pesaran_cd(noise(seed), W))
        },
        "error_component_tests": lambda seed: named(
            "error_component_tests", error_component_tests(noise(seed), pooled(seed)[1], W)
        ),
        "nested": nested,
        "hausman_test": hausman,
    }


def designs() -> Iterator[tuple[str, str, int, Pieces]]:
    """Yield the group of procedures, the design, draws and the procedures."""
    groups: dict[str, Callable[[int, int], Pieces]] = {
        "likelihood": likelihood,
        "heteroskedastic": heteroskedastic,
        "least squares": least_squares,
        "tests": tests,
        "dynamic": more.dynamic,
    }
    for n, T in SIZES:
        for group, make in groups.items():
            if group == "heteroskedastic" and (n, T) == (7, 5):
                continue  # too few observations for the instruments
            yield group, f"n {n}, T {T}", 300 if n < 300 else 150, make(n, T)
    yield from more.designs()


def simulate(place: int, piece: str = "") -> pd.DataFrame:
    """Simulate one of the designs, or its pieces that begin with a text, and return its rows."""
    group, design, draws, pieces = list(designs())[place]
    pieces = {name: draw for name, draw in pieces.items() if name.startswith(piece)}
    if not pieces:
        return pd.DataFrame()
    began = time.process_time()
    done: list[Rejections] = []
    said: list[Rejections] = []
    for seed in range(draws):
        done.append({})
        said.append({})
        for piece in pieces.values():
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    found = piece(seed)
                except SpatialError:
                    continue
            done[-1] |= found
            said[-1] |= dict.fromkeys(found, warned(caught))
    table = pd.DataFrame(done).astype(float)
    count = table.notna().sum()
    error = np.sqrt(NOMINAL * (1 - NOMINAL) / count)
    rates = table.mean()
    seconds = time.process_time() - began
    print(f"{group:16s} {design:14s} {draws} panels {seconds:.1f} s", flush=True)
    return pd.DataFrame(
        {
            "procedure": rates.index,
            "design": design,
            "nominal": NOMINAL,
            "rejects": rates.round(4).to_numpy(),
            "monte_carlo_error": error.round(4).to_numpy(),
            "draws": count.to_numpy(),
            "refused": (draws - count).to_numpy(),
            "warns": pd.DataFrame(said).astype(float).mean().round(3).to_numpy(),
            "verdict": [verdict(rate, e) for rate, e in zip(rates, error, strict=True)],
        }
    )


def run(only: str = "", at: str = "", piece: str = "", jobs: int = 1) -> pd.DataFrame:
    """Simulate the designs of a group and a size, or some of their pieces, and return the table."""
    places = [
        place
        for place, (group, design, *_) in enumerate(designs())
        if group.startswith(only) and design.startswith(at)
    ]
    one = partial(simulate, piece=piece)
    if jobs == 1:
        return pd.concat(map(one, places), ignore_index=True)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        return pd.concat(pool.map(one, places), ignore_index=True)


def merged(found: pd.DataFrame) -> pd.DataFrame:
    """Put new rows in the place of the table's rows of the same procedures and designs."""
    keys = ["procedure", "design"]
    old = pd.read_csv(TABLE)
    old = old[~pd.MultiIndex.from_frame(old[keys]).isin(pd.MultiIndex.from_frame(found[keys]))]
    return pd.concat([old, found], ignore_index=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="groups that begin with this text")
    parser.add_argument("--at", default="", help="designs that begin with this text")
    parser.add_argument("--piece", default="", help="procedures of a group, by their beginning")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    given = parser.parse_args()
    found = run(given.only, given.at, given.piece, given.jobs)
    if given.only or given.at or given.piece:
        found = merged(found)
    found.sort_values("procedure", kind="stable").to_csv(TABLE, index=False)
