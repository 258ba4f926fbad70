"""The table of recovery: what simulated panels say of the spatial estimators."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from guantian.present.format import number, per_cent
from guantian.present.tables import Table, captioned


def recovery_table(result: pd.DataFrame, n: int, T: int, seed: int) -> Table:
    """Return bias and coverage by specification and parameter.

    Parameters
    ----------
    result
        As `regiometrics.spatial.recovery.monte_carlo` gives it, with the column ``estimator``.
    n, T, seed
        Units, periods and seed of the simulated panels.
    """
    described = [_described(row) for row in result.to_dict("records")]
    body = pd.DataFrame(
        {
            "Estimator": described,
            "Parameter": result["parameter"],
            "True": result["true"].map(lambda value: number(value, 2)),
            "Bias": result["bias"].map(lambda value: number(value, 4)),
            "Spread": result["std_dev"].map(lambda value: number(value, 4)),
            "Mean error": result["mean_std_error"].map(lambda value: number(value, 4)),
            "Coverage, %": result["coverage"].map(lambda value: per_cent(value, 1)),
            "± (Monte Carlo)": result["coverage_error"].map(lambda value: per_cent(value, 1)),
            "Failed": result["failures"].map(lambda value: number(value, 0)),
        }
    )
    replications = int((result["replications"] + result["failures"]).max())
    table = captioned("spillovers", "recovery", body, "Parameter", group="Estimator")
    drawn = f"{replications} panels a specification, n = {n}, T = {T}, seed {seed}."
    return replace(table, notes=f"{drawn} {table.notes}")


def _described(row: dict) -> str:
    """Say what was fitted: estimator, model, effects, dynamics, correction."""
    parts = [row["estimator"], row["model"].upper(), f"effects {row['effects']}"]
    if row["dynamic"]:
        parts.append(f"{row['dynamic']} lag")
    if row["estimator"] == "QML":
        parts.append(f"correction {str(row['bias_correction']).lower()}")
        parts += ["profile intervals"] if row["interval"] == "profile" else []
    return ", ".join(parts)
