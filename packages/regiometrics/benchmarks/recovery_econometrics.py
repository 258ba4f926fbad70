"""Size and coverage of the library's econometric tests and intervals, in the samples people have.

Run as a program it writes `recovery_econometrics.csv` beside this file: one row per procedure and
design, with the nominal and the simulated rate and its Monte-Carlo error. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import recovery_experiments_more as more
from recovery_experiments import (
    Experiment,
    autocorrelation,
    beta,
    changing_beta,
    conformal,
    dyadic,
    dynamic_gmm,
    honest,
    jackknife,
    log_t,
    lsdvc,
    matrices,
    pitman,
    placebo,
    pooled,
    prediction,
    sdid,
    spread,
    trend,
    unit_root,
    weak_sigma,
    wild,
)
from recovery_spatial_data import verdict, warned

from regiometrics.errors import EstimationError
from regiometrics.panel import im_pesaran_shin, pesaran_cips

TABLE = Path(__file__).with_name("recovery_econometrics.csv")
KEYS = ["procedure", "design"]
#: Procedure, design, nominal rate, draws and the experiment.
Design = tuple[str, str, float, int, Experiment]


def more_designs() -> Iterator[Design]:
    """Yield the designs after the first ones, whose seeds go by their place."""
    for n, T, slope in (
        (7, 18, 0.5),
        (7, 18, 0.9),
        (25, 18, 0.9),
        (50, 18, 0.9),
        (50, 18, 1.0),
        (50, 5, 0.5),
        (300, 18, 0.9),
    ):
        draws = 400 if n < 300 else 200
        name = f"n {n}, T {T}, slope {slope:g}"
        yield "half-panel jackknife", name, 0.05, draws, jackknife(n, T, slope)
    for n, T in ((50, 5), (300, 5), (300, 18)):
        for kind in ("interval", "Hansen"):
            name = f"n {n}, T {T}, slope 0.5"
            draw = dynamic_gmm(n, T, 0.5, kind)
            yield f"difference GMM, collapsed, {kind}", name, 0.05, 200, draw
    for n in (7, 25):
        cips = partial(pesaran_cips, draws=500, seed=0)
        for name, test in (("Im-Pesaran-Shin", im_pesaran_shin), ("CIPS", cips)):
            yield name, f"n {n}, T 18", 0.05, 200, unit_root(n, 18, test)
    for groups in (5, 18, 31):
        for between in (0.0, 1.0):
            name = f"G {groups}, between {between:g}"
            yield "pooled effects", name, 0.05, 2000, pooled(groups, between)
    for n in (7, 25, 50):
        yield "matrix correlation", f"n {n}", 0.05, 300, matrices(n)
    for n in (7, 25, 50, 300):
        yield "Moran's I, permutation", f"n {n}", 0.05, 300, autocorrelation(n)
    for n in (7, 25, 50):
        yield "trend of beta", f"n {n}, T 18", 0.05, 400, changing_beta(n, 18)
    for n, T in ((7, 18), (25, 18), (25, 50)):
        for shocks in ("subgaussian", "location-scale"):
            name = f"prediction interval, {shocks}"
            yield name, f"n {n}, T {T}", 0.05, 100, prediction(n, T, shocks)


def third_designs() -> Iterator[Design]:
    """Yield the designs after those: two-way slopes, effects, chains, maps, flows, system GMM."""
    for n in (7, 25, 50, 300):
        draws = 200 if n < 300 else 60
        yield "beta, two-way", f"n {n}, T 18", 0.05, draws, beta(n, 18, "two-way")
        yield "beta, speed", f"n {n}, T 18", 0.05, 300 if n < 300 else 150, more.speed(n, 18)
    yield "beta, two-way", "n 50, T 5", 0.05, 200, beta(50, 5, "two-way")
    for n in (7, 25, 50, 300):
        for kind in ("mean", "first window"):
            yield f"beta by period, {kind}", f"n {n}, T 18", 0.05, 400, changing_beta(n, 18, kind)
    yield "trend of beta", "n 300, T 18", 0.05, 400, changing_beta(300, 18)
    for n in (25, 300):
        yield "Pitman-Morgan", f"n {n}", 0.05, 2000, pitman(n)
        yield "log t", f"n {n}, T 18", 0.05, 300, log_t(n, 18)
        for T in (5, 18):
            name = f"n {n}, T {T}, autocorrelation 0"
            yield "weak sigma convergence", name, 0.05, 600, weak_sigma(n, T, 0.0)
    for T, rho in ((5, 0.0), (9, 0.0), (18, 0.9)):
        yield "Newey-West trend", f"T {T}, autocorrelation {rho:g}", 0.05, 1000, trend(T, rho)
    for T in (5, 18):
        yield "market trend", f"T {T}, autocorrelation 0", 0.05, 1000, more.market_trend(T, 0.0)
    for method, n, T, treated, kind in (
        ("did", 7, 18, 1, "placebo"),
        ("did", 25, 5, 3, "placebo"),
        ("sdid", 7, 18, 1, "placebo"),
        ("sdid", 25, 5, 3, "placebo"),
        ("sdid", 25, 18, 1, "placebo"),
        ("sdid", 50, 18, 5, "placebo"),
        ("sc", 50, 18, 1, "placebo"),
        ("sdid", 25, 18, 6, "jackknife"),
        ("sdid", 50, 18, 18, "jackknife"),
        ("did", 25, 18, 6, "jackknife"),
        ("did", 50, 18, 18, "jackknife"),
    ):
        name = f"n {n}, T {T}, treated {treated}"
        draw = more.effect(n, T, treated, method, kind)
        yield f"effect, {method}, {kind}", name, 0.05, 300, draw
    name = "M 0.01, violation at the bound"
    yield "robust interval, smoothness", name, 0.05, 40, more.smooth(0.01, True)
    for n, T in ((7, 18), (25, 5), (50, 18), (300, 5)):
        for kind in ("LR", "Q"):
            name = f"n {n}, T {T}"
            yield f"homogeneity of chains, {kind}", name, 0.05, 600, more.homogeneity(n, T, kind)
            yield f"spatial Markov, {kind}", name, 0.05, 300, more.unlinked(n, T, kind)
        yield "neighbour rank", f"n {n}, T {T}", 0.05, 200, more.unlinked(n, T, "rank")
        yield "quadrants, co-movement", f"n {n}, T {T}", 0.05, 300, more.unlinked(n, T, "quadrants")
        yield (
            "mobility, bootstrap",
            f"n {n}, T {T}",
            0.05,
            100,
            more.chain_interval(n, T, "bootstrap"),
        )
        yield "transition, error", f"n {n}, T {T}", 0.05, 600, more.chain_interval(n, T, "error")
    for n in (7, 25, 50, 300):
        yield "Geary's C, permutation", f"n {n}", 0.05, 300, autocorrelation(n, "geary")
        yield "Zipf's exponent", f"n {n}", 0.05, 2000, more.zipf(n)
        yield "between-group rank", f"n {n}", 0.05, 400, more.grouping(n)
        for factors in (False, True):
            name = "common correlated effects" if factors else "mean group"
            draws = 400 if n < 300 else 80
            yield name, f"n {n}, T 18", 0.05, draws, more.averaged(n, 18, factors)
    for n in (25, 50):
        yield "local Moran, permutation", f"n {n}", 0.05, 40, more.local(n)
    for kind in ("root", "weak"):
        yield f"spatial unit root, {kind}", "n 25", 0.05, 40, more.spatial_root(25, kind)
    for n in (7, 25, 50):
        for kind in ("two-way", "dyadic"):
            yield f"tobit gravity, {kind}", f"n {n}", 0.05, 300, more.censored(n, kind)
    yield "Poisson gravity, two-way", "n 300", 0.05, 60, dyadic(300, "two-way")
    yield "Poisson gravity, dyadic", "n 300", 0.05, 60, dyadic(300, "dyadic")
    for n, T in ((25, 5), (50, 5), (300, 5)):
        name = f"n {n}, T {T}, slope 0.5"
        draws = 300 if n < 300 else 100
        for kind in ("serial correlation", "Sargan", "Wald"):
            draw = dynamic_gmm(n, T, 0.5, kind)
            yield f"difference GMM, collapsed, {kind}", name, 0.05, draws, draw
        for steps in (1, 2):
            draw = dynamic_gmm(n, T, 0.5, "interval", system=True, steps=steps)
            yield f"system GMM, collapsed, {steps} step(s)", name, 0.05, draws, draw
    for name, test in (
        ("Im-Pesaran-Shin", im_pesaran_shin),
        ("CIPS", partial(pesaran_cips, draws=500, seed=0)),
    ):
        yield name, "n 50, T 18", 0.05, 200, unit_root(50, 18, test)
    for G in (18, 31):
        for kind in ("test", "equal-tailed"):
            name = f"G {G}, N {10 * G}, Rademacher"
            yield f"wild bootstrap, {kind}", name, 0.05, 1000, wild(G, 10, "rademacher", kind)
    yield (
        "wild bootstrap, equal-tailed",
        "G 5, N 50, Webb",
        0.05,
        1000,
        wild(5, 10, "webb", "equal-tailed"),
    )
    for n in (50, 300):
        yield "placebo rank, interval", f"n {n}, spatial 0", 0.05, 600, placebo(n, 0.0, "interval")
    yield "prediction interval, quantile", "n 25, T 50", 0.05, 60, prediction(25, 50, "quantile")
    name = "n 50, T 5, slope 0.5"
    yield "LSDVC, bootstrap error", name, 0.05, 80, lsdvc(50, 5, 0.5, "normal")


def designs() -> Iterator[Design]:
    """Yield procedure, design, nominal rate, draws and the experiment."""
    for n, T, slope in ((7, 18, 0.5), (7, 18, 0.9), (25, 18, 0.9), (50, 5, 0.5), (50, 5, 0.9)):
        name = f"n {n}, T {T}, slope {slope}"
        yield "LSDVC, score interval", name, 0.05, 80, lsdvc(n, T, slope, "score")
    for n, T, slope in ((7, 18, 0.5), (7, 18, 0.9), (50, 5, 0.9)):
        yield (
            "LSDVC, bootstrap error",
            f"n {n}, T {T}, slope {slope}",
            0.05,
            80,
            lsdvc(n, T, slope, "normal"),
        )
    yield "LSDVC, score interval", "n 300, T 5, slope 0.8", 0.05, 100, lsdvc(300, 5, 0.8, "score")
    for G in (5, 18, 31):
        yield (
            "wild bootstrap, test",
            f"G {G}, N {10 * G}, Webb",
            0.05,
            2000,
            wild(G, 10, "webb", "test"),
        )
        yield (
            "wild bootstrap, interval",
            f"G {G}, N {10 * G}, Webb",
            0.05,
            1000,
            wild(G, 10, "webb", "interval"),
        )
    for n in (7, 25, 50, 100):
        for kind in ("two-way", "dyadic"):
            yield (
                f"Poisson gravity, {kind}",
                f"n {n}",
                0.05,
                400 if n < 100 else 150,
                dyadic(n, kind),
            )
    for n, T, rho, lags in (
        (6, 18, 0.0, 0),
        (25, 18, 0.0, 0),
        (25, 18, 0.5, 0),
        (25, 18, 0.5, 1),
        (6, 18, 0.5, 1),
        (25, 7, 0.0, 0),
    ):
        name = f"n {n}, T {T}, autocorrelation {rho:g}, lags {lags}"
        yield "exposure slope", name, 0.05, 1500, spread(n, T, rho, lags)
    for n in (50, 300):
        for rho in (0.0, 0.6):
            yield "placebo rank", f"n {n}, spatial {rho:g}", 0.05, 800, placebo(n, rho)
    for n, T in ((25, 18), (50, 18), (50, 5)):
        yield "SDID, placebo rank", f"n {n}, T {T}", 0.05, 300 if n < 50 else 150, sdid(n, T)
    yield "SDID, placebo rank", "n 300, T 5", 0.05, 30, sdid(300, 5)
    for T in (9, 18):
        yield "conformal test", f"T {T}, level 0.2", 0.2, 400, conformal(T)
    for bound, violated in ((0.0, False), (0.5, True), (1.0, True), (2.0, True)):
        name = f"M {bound:g}, violation {'at the bound' if violated else 'none'}"
        yield "robust interval, relative magnitudes", name, 0.05, 300, honest(bound, violated)
    for n in (7, 25, 50, 300):
        yield "beta, cross-section", f"n {n}, T 18", 0.05, 400, beta(n, 18, "cross-section")
    for n in (7, 50):
        yield "Pitman-Morgan", f"n {n}", 0.05, 2000, pitman(n)
    for T, rho in ((18, 0.0), (18, 0.5), (50, 0.5)):
        yield "Newey-West trend", f"T {T}, autocorrelation {rho:g}", 0.05, 1500, trend(T, rho)
    for n, T, rho in ((7, 18, 0.0), (50, 18, 0.0), (50, 18, 0.5), (50, 50, 0.5)):
        name = f"n {n}, T {T}, autocorrelation {rho:g}"
        yield "weak sigma convergence", name, 0.05, 1500, weak_sigma(n, T, rho)
    for n, T in ((7, 18), (50, 18), (50, 50)):
        yield "log t", f"n {n}, T {T}", 0.05, 800, log_t(n, T)
    yield from more_designs()
    yield from third_designs()


def chosen(
    only: str = "", at: str = "", after: int = 0, before: int = 10_000, missing: bool = False
) -> list[int]:
    """Return the places of designs by the beginnings of their names, or of those without a row."""
    there = set()
    if missing:
        there = set(pd.read_csv(TABLE)[KEYS].itertuples(index=False, name=None))
    return [
        place
        for place, (procedure, design, *_) in enumerate(designs())
        if after <= place < before
        and procedure.startswith(only)
        and design.startswith(at)
        and (procedure, design) not in there
    ]


def simulate(place: int) -> pd.DataFrame:
    """Simulate one of the designs and return its row."""
    procedure, design, nominal, draws, experiment = list(designs())[place]
    rng = np.random.default_rng([2026, place])
    began = time.process_time()
    found, said = [], 0
    for _ in range(draws):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                found.append(bool(experiment(rng)))
            except EstimationError:
                continue
        said += warned(caught)
    rate = float(np.mean(found))
    error = np.sqrt(nominal * (1 - nominal) / len(found))
    row = {
        "procedure": procedure,
        "design": design,
        "nominal": nominal,
        "rejects": round(rate, 4),
        "monte_carlo_error": round(error, 4),
        "draws": len(found),
        "refused": draws - len(found),
        "warns": round(said / len(found), 3),
        "verdict": verdict(rate, error, nominal),
    }
    print(
        f"{place:3d} {procedure:38s} {design:40s} {rate:.3f} ({nominal:g} ± {error:.3f})"
        f" {row['verdict']} {row['warns']} {time.process_time() - began:.1f} s",
        flush=True,
    )
    return pd.DataFrame([row])


def run(only: str = "", at: str = "") -> pd.DataFrame:
    """Simulate the designs whose procedure and sizes begin with these texts."""
    return pd.concat(map(simulate, chosen(only, at)), ignore_index=True)


def merged(found: pd.DataFrame) -> pd.DataFrame:
    """Put new rows in the place of the table's, in the order of the designs."""
    table = pd.read_csv(TABLE)
    old = table[~pd.MultiIndex.from_frame(table[KEYS]).isin(pd.MultiIndex.from_frame(found[KEYS]))]
    both = pd.concat([old, found]).set_index(KEYS)
    order = pd.MultiIndex.from_tuples([design[:2] for design in designs()], names=KEYS)
    return both.loc[order[order.isin(both.index)]].reset_index()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="procedures that begin with this text")
    parser.add_argument("--at", default="", help="designs that begin with this text")
    parser.add_argument("--after", type=int, default=0, help="the first place")
    parser.add_argument("--before", type=int, default=10_000, help="the place after the last")
    parser.add_argument("--missing", action="store_true", help="designs without a row alone")
    # A row is written as soon as it is made: a run that is stopped loses one at most.
    for place in chosen(**vars(parser.parse_args())):
        merged(simulate(place)).to_csv(TABLE, index=False)
