"""More designs of the spatial models: dynamics, random effects, gaps, the bootstrap."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from recovery_spatial_data import (
    NOMINAL,
    RHO,
    Pieces,
    Rejections,
    drawn,
    lattice,
    misses,
    of_result,
    of_terms,
    on_panel,
    persistent,
    rejects,
    wider,
)

from regiometrics.spatial import SeveralLags, Spatial2SLS, SpatialPanel
from regiometrics.spatial.errors import SpatialError

GAMMA, RHO_DYNAMIC = 0.5, 0.2
#: A twentieth of a second a panel, or more.
SLOW = ("SAR gaps", "by period", "SEM random baltagi")


def dynamic(n: int, T: int) -> Pieces:
    """Intervals of dynamic models: bias-corrected likelihood, its impacts and forecasts, 2SLS."""
    W = lattice(n)

    def likelihood(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, gamma=GAMMA, rho=RHO_DYNAMIC)
        fit = SpatialPanel(data.dependent, data.exog, W, model="sar", dynamic="time").fit()
        table, name = fit.conf_int(), "dynamic SAR, Lee-Yu"
        found = {
            f"{name}: lag": misses(table.loc["L.y"], GAMMA),
            f"{name}: rho": misses(table.loc["rho"], RHO_DYNAMIC),
            f"{name}: x1": misses(table.loc["x1"], data.parameters["x1"]),
        }
        # Rows sum to one: all totals are those of a single series.
        second = (1 + GAMMA / (1 - RHO_DYNAMIC)) / (1 - RHO_DYNAMIC)
        ends = ("conf_low", "conf_high")
        with contextlib.suppress(SpatialError):  # an explosive estimate has no long run
            path = fit.impact_path(1, cumulative=True).loc[1, "x1", "total"]
            long = fit.impacts().loc["long", "x1", "total"]
            found[f"{name}: total impact after a period"] = misses(path, second, *ends)
            found[f"{name}: long-run total impact"] = misses(
                long, 1 / (1 - RHO_DYNAMIC - GAMMA), *ends
            )
        return found

    return {"dynamic SAR": likelihood}


def other_dynamic(n: int, T: int) -> Pieces:
    """Forecasts of dynamic models, and two stages with a time lag."""
    W = lattice(n)

    def forecast(seed: int) -> Rejections:
        data = drawn(n, T + 1, "sar", seed, effects="unit", gamma=GAMMA, rho=RHO_DYNAMIC)
        last = data.dependent.index.get_level_values(1) == T
        y, X = data.dependent, data.exog
        fit = SpatialPanel(y[~last], X[~last], W, model="sar", effects="unit", dynamic="time").fit()
        row = fit.forecast(X[last], level=0.95).iloc[0]
        return {
            "dynamic SAR: forecast": misses(row, float(y[last].iloc[0]), "conf_low", "conf_high")
        }

    def stages(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, gamma=GAMMA, rho=RHO_DYNAMIC)
        fit = Spatial2SLS(data.dependent, data.exog, W, dynamic="time").fit("clustered")
        table, name = fit.conf_int(), "dynamic 2sls, clustered"
        return {
            f"{name}: lag": misses(table.loc["L.y"], GAMMA),
            f"{name}: x1": misses(table.loc["x1"], data.parameters["x1"]),
        }

    return {"forecast": forecast, "dynamic 2sls": stages}


def other_models(n: int, T: int) -> Pieces:
    """Intervals of the other models of the family, of random effects and of panels with gaps."""
    W = lattice(n)

    def fitted(name, model, terms, data=None, fit=None, of=of_terms, **options):
        def draw(seed: int) -> Rejections:
            panel = drawn(n, T, model, seed, **(data or {}))
            result = SpatialPanel(panel.dependent, panel.exog, W, model=model, **options).fit(
                **(fit or {})
            )
            return of(result, panel, name, terms)

        return draw

    def general(seed: int) -> Rejections:
        data = drawn(n, T, "gns", seed)
        fit = SpatialPanel(data.dependent, data.exog, W, model="gns").fit()
        found = of_terms(fit, data, "GNS, classical", ("rho", "lambda", "x1"))
        low, high = fit.profile_interval("rho")
        return found | {"GNS, profile: rho": not low <= RHO <= high}

    def serial(seed: int) -> Rejections:
        rng = np.random.default_rng([seed, n, T, 2])
        x, e = rng.normal(size=(n, T)), persistent(rng, n, T)
        y = np.linalg.solve(np.eye(n) - RHO * W.matrix.toarray(), x + e)
        fit = SpatialPanel(
            on_panel(y), on_panel(x, "x").to_frame(), W, model="sar", effects="none", serial="ar1"
        ).fit()
        table, name = fit.conf_int(), "SAR, serial errors"
        truth = {"rho": RHO, "psi": 0.5, "x": 1.0}
        return {f"{name}: {term}": misses(table.loc[term], value) for term, value in truth.items()}

    def along_time(effects: str) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            rng = np.random.default_rng([seed, n, T, 3])
            x, e = rng.normal(size=(2, n, T))
            if effects == "between":
                x, e = x + rng.normal(size=(n, 1)), e + rng.normal(size=(n, 1))
            elif effects == "first-difference":
                x, e = x.cumsum(axis=1), e.cumsum(axis=1)
            else:
                factor = rng.normal(size=T)
                x, e = (
                    x + rng.normal(1, 0.5, (n, 1)) * factor,
                    e + rng.normal(1, 0.5, (n, 1)) * factor,
                )
            y = np.linalg.solve(np.eye(n) - RHO * W.matrix.toarray(), x + e)
            panel = SpatialPanel(
                on_panel(y), on_panel(x, "x").to_frame(), W, model="sar", effects=effects
            )
            table, name = panel.fit().conf_int(), f"SAR, {effects}"
            return {
                f"{name}: rho": misses(table.loc["rho"], RHO),
                f"{name}: x": misses(table.loc["x"], 1.0),
            }

        return draw

    def with_gaps(model: str, kind: str) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            data = drawn(n, T, model, seed)
            kept = np.random.default_rng([seed, 4]).random(n * T) > 0.1
            panel = SpatialPanel(data.dependent[kept], data.exog[kept], W, model=model)
            terms = ("rho", "x1") if model == "sar" else ("x1",)
            result = panel.fit(cov_type=kind)
            return of_terms(result, data, f"{model.upper()} with gaps, {kind}", terms)

        return draw

    def by_period(seed: int) -> Rejections:
        rng = np.random.default_rng([seed, n, T, 5])
        x, e = rng.normal(size=(2, n, T))
        each = {t: (W.matrix.toarray(), wider(n))[t % 2] for t in range(T)}
        y = np.column_stack(
            [np.linalg.solve(np.eye(n) - RHO * each[t], x[:, t] + e[:, t]) for t in range(T)]
        )
        panel = SpatialPanel(on_panel(y), on_panel(x, "x").to_frame(), each, model="sar")
        table, name = panel.fit().conf_int(), "SAR, weights by period"
        return {
            f"{name}: rho": misses(table.loc["rho"], RHO),
            f"{name}: x": misses(table.loc["x"], 1.0),
        }

    def f_test(seed: int) -> Rejections:
        rng = np.random.default_rng([seed, n, T, 6])
        X = pd.DataFrame({name: on_panel(rng.normal(size=(n, T))) for name in ("a", "b")})
        y = on_panel(rng.normal(size=(n, T)))
        fit = SpatialPanel(y, X, W, model="slx", durbin=False).fit()
        return {"F of all slopes": rejects(fit.f_statistic)}

    pieces = {
        "SLX": fitted("SLX, classical", "slx", ("x1", "W.x1")),
        "SDEM": fitted("SDEM, classical", "sdem", ("lambda", "x1", "W.x1")),
        "SAC": fitted("SAC, classical", "sac", ("rho", "lambda", "x1")),
        "GNS": general,
        "SAR direct": fitted(
            "SAR, Lee-Yu direct", "sar", ("rho", "x1"), fit={"bias_correction": "lee-yu-direct"}
        ),
        "SAR observed": fitted(
            "SAR, observed information", "sar", ("rho", "x1"), fit={"information": "observed"}
        ),
        "SEM robust": fitted(
            "SEM, robust",
            "sem",
            ("lambda", "x1"),
            data={"errors": "heteroskedastic"},
            fit={"cov_type": "robust"},
        ),
        "SAR random": fitted(
            "SAR, random effects",
            "sar",
            ("rho", "x1"),
            data={"effects": "random"},
            of=of_result,
            effects="random",
        ),
        "SAR pooled": fitted(
            "SAR, pooled", "sar", ("rho", "x1"), data={"effects": "none"}, effects="none"
        ),
        "serial": serial,
        "SAR gaps": with_gaps("sar", "classical"),
        "SLX gaps": with_gaps("slx", "classical"),
        "SLX gaps clustered": with_gaps("slx", "clustered"),
        "by period": by_period,
        "F": f_test,
    }
    for kind in ("baltagi", "kkp"):
        pieces[f"SEM random {kind}"] = fitted(
            f"SEM, random effects, {kind}",
            "sem",
            ("lambda", "x1"),
            data={"effects": "random"},
            effects="random",
            random_errors=kind,
        )
    for effects in ("between", "first-difference", "factors"):
        pieces[effects] = along_time(effects)
    return pieces


def one_way(n: int, T: int) -> Pieces:
    """Intervals with effects of units or of periods alone."""

    def fitted(effects: str) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            data = drawn(n, T, "sar", seed, effects=effects)
            panel = SpatialPanel(
                data.dependent, data.exog, lattice(n), model="sar", effects=effects
            )
            return of_terms(panel.fit(), data, f"SAR, {effects} effects", ("rho", "x1"))

        return draw

    return {effects: fitted(effects) for effects in ("unit", "time")}


def other_stages(n: int, T: int) -> Pieces:
    """Intervals of two stages and moments with other errors."""
    W = lattice(n)

    def dependent_errors(kind: str, **options) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            rng = np.random.default_rng([seed, n, T, 7])
            x, e = persistent(rng, n, T), persistent(rng, n, T)
            if kind == "unadjusted":
                x, e = rng.normal(size=(2, n, T))
            y = np.linalg.solve(np.eye(n) - RHO * W.matrix.toarray(), x + e)
            stages = Spatial2SLS(on_panel(y), on_panel(x, "x").to_frame(), W)
            fit = stages.fit(kind, **options)
            table = fit.conf_int()
            impacts = fit.impacts().loc["x", "total"]
            return {
                f"2sls, {kind}: rho": misses(table.loc["rho"], RHO),
                f"2sls, {kind}: x": misses(table.loc["x"], 1.0),
                f"2sls, {kind}: total impact": misses(
                    impacts, 1 / (1 - RHO), "conf_low", "conf_high"
                ),
            }

        return draw

    def errors(name: str, effects: str, error: str, kind: str) -> Callable[[int], Rejections]:
        def draw(seed: int) -> Rejections:
            data = drawn(n, T, "sem", seed, effects=effects)
            stages = Spatial2SLS(
                data.dependent, data.exog, W, lag=False, error=error, effects=effects
            )
            return of_terms(stages.fit(kind), data, name, ("x1",))

        return draw

    return {
        "unadjusted": dependent_errors("unadjusted"),
        "newey-west": dependent_errors("newey-west", lags=T // 8),
        "driscoll-kraay": dependent_errors("driscoll-kraay", lags=T // 8),
        "homoskedastic": errors(
            "GMM errors, equal variances", "twoway", "ar-homoskedastic", "unadjusted"
        ),
        "random": errors("GMM random effects", "random", "ar", "unadjusted"),
    }


def wild(n: int, T: int) -> Pieces:
    """The wild cluster bootstrap of rho and of a slope."""

    def draw(seed: int) -> Rejections:
        data = drawn(n, T, "sar", seed, errors="heteroskedastic")
        fit = Spatial2SLS(data.dependent, data.exog, lattice(n)).fit("clustered")
        rho = fit.wild_bootstrap("rho", RHO, 199, seed=seed)
        slope = fit.wild_bootstrap("x1", data.parameters["x1"], 199, seed=seed)
        return {
            "wild bootstrap of rho, 2sls": bool(rho.p_value <= NOMINAL),
            "wild bootstrap of rho, 2sls, equal-tailed": bool(rho.p_value_equal_tailed <= NOMINAL),
            "wild bootstrap of a slope, 2sls": bool(slope.p_value <= NOMINAL),
        }

    return {"wild": draw}


def several(n: int, T: int) -> Pieces:
    """Intervals of two spatial lags in one likelihood."""
    near, other = lattice(n).matrix.toarray(), wider(n)

    def draw(seed: int) -> Rejections:
        rng = np.random.default_rng([seed, n, T])
        x, e = rng.normal(size=(2, n, T))
        y = np.linalg.solve(np.eye(n) - 0.3 * near - 0.2 * other, x + e)
        fit = SeveralLags(
            on_panel(y), on_panel(x, "x").to_frame(), {"near": near, "other": other}
        ).fit()
        table = fit.conf_int()
        total = fit.impacts().loc["x", "total"]
        return {
            "two lags: first rho": misses(table.loc["rho.near"], 0.3),
            "two lags: second rho": misses(table.loc["rho.other"], 0.2),
            "two lags: total impact": misses(total, 2.0, "conf_low", "conf_high"),
        }

    return {"several": draw}


def designs() -> Iterator[tuple[str, str, int, Pieces]]:
    """Yield the group of procedures, the design, draws and the procedures."""
    for n, T in ((7, 18), (25, 5), (50, 18), (300, 5)):
        draws = 150 if n < 300 else 40
        models = other_models(n, T)
        slow = {name: models.pop(name) for name in SLOW}
        yield "other models", f"n {n}, T {T}", draws, models
        if n == 25:
            yield "slow models", f"n {n}, T {T}", 60, slow
        yield "other stages", f"n {n}, T {T}", draws, other_stages(n, T)
        yield "other dynamic", f"n {n}, T {T}", draws, other_dynamic(n, T)
    yield "other dynamic", "n 7, T 5", 150, other_dynamic(7, 5)
    for n, T in ((7, 5), (7, 18), (25, 5), (50, 18)):
        yield "one-way effects", f"n {n}, T {T}", 150, one_way(n, T)
    for n, T in ((7, 5), (7, 18), (25, 18), (50, 5)):
        yield "wild", f"n {n}, T {T}", 300, wild(n, T)
    for n, T in ((7, 18), (25, 5), (50, 18)):
        yield "several", f"n {n}, T {T}", 200, several(n, T)
