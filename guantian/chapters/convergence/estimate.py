"""The chapter's specifications run on the panel: what goes in, what comes out, what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from guantian.results import tidy
from regiometrics.convergence.beta import BetaResult, beta_convergence
from regiometrics.convergence.sigma import SigmaResult, sigma_convergence

SAMPLES = ("zone", "region", "nation")
SPEC_COLUMNS = ["spec", "outcome", "first", "last", "comparison", "label"]
SMALLEST_SAMPLE = 5  # a slope and an intercept leave three degrees of freedom


@dataclass(frozen=True)
class Selection:
    """The cities of one comparison.

    Attributes
    ----------
    cities
        Sample name to codes: those with complete figures in every spec of the comparison.
    excluded
        A row a city left out: comparison, city_code, name_en, in_zone, in_region, reason.
    """

    cities: Mapping[str, list[str]]
    excluded: pd.DataFrame


def check_specs(specs: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Return the specs where panel and spec agree; ValueError with a sentence where not."""
    if list(specs.columns) != SPEC_COLUMNS:
        raise ValueError(
            f"The specifications have the columns {list(specs.columns)}, not {SPEC_COLUMNS}."
        )
    years = panel.index.get_level_values("year")
    for row in specs.itertuples():
        if row.outcome not in panel.columns:
            raise ValueError(f"Specification {row.spec}: the panel has no variable {row.outcome}.")
        if not years.min() <= row.first < row.last <= years.max():
            raise ValueError(
                f"Specification {row.spec}: {row.first} to {row.last} is not within the panel's "
                f"years {years.min()} to {years.max()}."
            )
    if specs["spec"].duplicated().any():
        twice = specs.loc[specs["spec"].duplicated(), "spec"].iloc[0]
        raise ValueError(f"Specification {twice} stands more than once.")
    return specs


def values_of(panel: pd.DataFrame, spec, cities: list[str]) -> pd.DataFrame:
    """Years in rows, cities in columns: the outcome of one specification (a row of the specs)."""
    window = panel.loc[(cities, slice(spec.first, spec.last)), spec.outcome]
    return window.unstack("city_code")


def select(panel: pd.DataFrame, specs: pd.DataFrame) -> Selection:
    """Find the common set of cities of one comparison's specifications."""
    cities = panel.groupby(level="city_code")[["name_en", "in_zone", "in_region", "in_nation"]]
    cities = cities.first().query("in_nation == 1")
    reason = pd.Series("", index=cities.index)
    for spec in specs.itertuples():
        values = values_of(panel, spec, list(cities.index))
        gaps = values.isna() | (values <= 0)
        for code in values.columns[gaps.any()]:
            years = gaps.index[gaps[code]]
            reason[code] = reason[code] or _reason(spec.outcome, years, len(values))
    kept = cities[reason == ""]
    left_out = cities.assign(reason=reason)[reason != ""].reset_index()
    left_out.insert(0, "comparison", specs["comparison"].iloc[0])
    samples = {name: sorted(kept.index[kept[f"in_{name}"] == 1]) for name in SAMPLES}
    return Selection(samples, left_out.drop(columns="in_nation"))


def run_convergence(
    panel: pd.DataFrame, specs: pd.DataFrame, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Run every specification on zone, region and nation.

    Parameters
    ----------
    panel
        Index (city_code, year).
    specs
        Columns `SPEC_COLUMNS`; specifications of one ``comparison`` share one set of cities.
    confidence
        Of the intervals.

    Returns
    -------
    estimates, excluded, members
        The tidy estimates; the cities left out with the reason; the cities kept, a row a
        comparison, sample and city.
    """
    specs = check_specs(specs, panel)
    frames, excluded, members = [], [], []
    for comparison, group in specs.groupby("comparison", sort=True):
        selection = select(panel, group)
        excluded.append(selection.excluded)
        for sample, cities in selection.cities.items():
            members += [(comparison, sample, code) for code in cities]
            if len(cities) < SMALLEST_SAMPLE:
                continue
            for spec in group.itertuples():
                values = values_of(panel, spec, cities)
                frames += list(_estimates(values, spec, sample, confidence))
    if not frames:
        raise ValueError("No sample of any specification has enough cities with complete figures.")
    kept = pd.DataFrame(members, columns=["comparison", "sample", "city_code"])
    return (
        pd.concat(frames, ignore_index=True),
        pd.concat(excluded, ignore_index=True),
        kept,
    )


def _reason(outcome: str, years: pd.Index, wanted: int) -> str:
    if len(years) == wanted:
        return f"{outcome} has no positive figure in any year"
    return f"{outcome} has no positive figure in {', '.join(map(str, years))}"


def _estimates(
    values: pd.DataFrame, spec, sample: str, confidence: float
) -> Iterator[pd.DataFrame]:
    key = {
        "spec": spec.spec,
        "sample": sample,
        "outcome": spec.outcome,
        "weights": "none",
        "n_units": values.shape[1],
        "n_periods": values.shape[0],
    }
    sigma = sigma_convergence(values, confidence)
    yield tidy(_sigma_rows(sigma), analysis="sigma", n_obs=values.size, **key)
    for method in ("cross-section", "two-way"):
        beta = beta_convergence(values, method, confidence)
        name = f"beta_{method.replace('-', '_')}"
        yield tidy(_beta_rows(beta), analysis=name, n_obs=beta.n_obs, **key)


def _sigma_rows(result: SigmaResult) -> list[dict]:
    described = {
        "estimator": "description",
        "note": "spread of the whole group in the year",
    }
    rows = [
        {"term": f"{measure}[{period}]", "estimate": value, **described}
        for measure, series in result.dispersion.items()
        for period, value in series.items()
    ]
    rows.append(
        {
            "term": "ratio",
            "estimate": result.ratio,
            "p_value": result.ratio_pvalue,
            **_interval(result.ratio_conf_int),
            "estimator": "Pitman-Morgan",
            "note": "last over first standard deviation of logs; 1 = no change",
        }
    )
    rows.append(
        {
            "term": "trend",
            "estimate": result.trend,
            "std_error": result.trend_std_error,
            "statistic": result.trend / result.trend_std_error,
            "p_value": result.trend_pvalue,
            **_interval(result.trend_conf_int),
            "estimator": "OLS on the year",
            "cov_type": f"Newey-West, {result.lags} lags",
        }
    )
    return rows


def _beta_rows(result: BetaResult) -> list[dict]:
    how = {
        "estimator": f"OLS, {result.method}",
        "cov_type": f"{result.cov_type}, t({result.df})",
    }
    (row,) = result.tidy(result.confidence).to_dict("records")
    biased = "biased downwards (Nickell)" if result.method == "two-way" else ""
    return [
        {**row, **how, "note": biased},
        {
            "term": "speed",
            "estimate": result.speed,
            **_interval(result.speed_conf_int),
            **how,
        },
        {
            "term": "half_life",
            "estimate": result.half_life,
            **_interval(result.half_life_conf_int),
            **how,
        },
        {
            "term": "detectable",
            "estimate": result.mde,
            **how,
            "note": "absolute slope found with power 0.8",
        },
    ]


def _interval(limits: tuple[float, float]) -> dict[str, float]:
    return {"conf_low": limits[0], "conf_high": limits[1]}
