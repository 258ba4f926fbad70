"""Whether two fitted models can be compared: same data, one a special case of the other."""

from __future__ import annotations

import numpy as np

from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.panel_data import TERMS, Design
from regiometrics.spatial.results import SpatialPanelResult
from regiometrics.spatial.weights import SpatialWeights

# Restrictions of each model on the one that nests it.
NESTED = {
    ("sar", "sdm"), ("sem", "sdm"), ("slx", "sdm"), ("slx", "sdem"), ("sem", "sdem"),
    ("sar", "sac"), ("sem", "sac"), ("sac", "gns"), ("sdm", "gns"), ("sdem", "gns"),
    ("sar", "gns"), ("sem", "gns"), ("slx", "gns"),
}  # fmt: skip


def check_likelihood_model(*results: object) -> None:
    """Refuse what `SpatialPanel` did not fit."""
    for result in results:
        if not isinstance(result, SpatialPanelResult):
            raise SpecificationError(
                f"A {type(result).__name__} was given; expected the result of SpatialPanel.fit, "
                "which has a likelihood."
            )


def check_nested(restricted: SpatialPanelResult, full: SpatialPanelResult) -> None:
    """Refuse models of which one is no case of the other, or that are of different data.

    Parameters
    ----------
    restricted, full : SpatialPanelResult
        The two fitted models.

    Raises
    ------
    SpecificationError
        With the regressor, weights or term in which they differ.
    """
    a, b = restricted.specification, full.specification
    if a.model != b.model and (a.model, b.model) not in NESTED:
        raise SpecificationError(f"'{a.model}' is not nested in '{b.model}'; expected it to be.")
    check_same_outcome(restricted.design, full.design)
    for name in restricted.design.names:
        if name not in full.design.names:
            raise SpecificationError(
                f"Regressor '{name}' of the restricted model is not in the full one; expected all "
                "of the restricted model's."
            )
        check_same_regressor(restricted.design, full.design, name)
    (lag, _, error), (full_lag, _, full_error) = TERMS[a.model], TERMS[b.model]
    if lag and full_lag:
        _check_same_weights(restricted.design.weights, full.design.weights, "of the spatial lag")
    if error and full_error:
        _check_same_weights(_errors(restricted), _errors(full), "of the spatial errors")
        if a.random_errors != b.random_errors:
            raise SpecificationError(
                f"random_errors is {a.random_errors!r} and {b.random_errors!r}; expected one: "
                "neither process is a case of the other."
            )
    if error and not full_error:
        _check_same_weights(_errors(restricted), full.design.weights, "of errors and of the lag")
        if a.random_errors == "baltagi":
            raise SpecificationError(
                "random_errors is 'baltagi' in the spatial error model; expected 'kkp', whose unit "
                "effects follow the errors' process: the Durbin model nests no other."
            )
        check_common_factors(full, restricted.design.base)


def check_common_factors(durbin: SpatialPanelResult, regressors: tuple[str, ...]) -> None:
    """Refuse a Durbin model of which the spatial error model is no case.

    (I - lambda W) y = (I - lambda W) (X beta + effects) + e: every regressor must be there with its
    lag, and constants and time effects must be lags of themselves.

    Parameters
    ----------
    durbin : SpatialPanelResult
        The fitted spatial Durbin model.
    regressors : tuple of str
        The regressors of the spatial error model.
    """
    design = durbin.design
    for name in regressors:
        if name not in design.lagged:
            raise SpecificationError(
                f"Regressor '{name}' has no spatial lag in the Durbin model; expected one for "
                "each: without it the spatial error model is not nested."
            )
    if not nests_errors(design, durbin.specification.effects):
        raise SpecificationError(
            "The rows of the weights have different sums; expected one sum: the spatial lag of a "
            "constant or of time effects is otherwise not in the Durbin model, which does not "
            "nest the spatial error model."
        )


def nests_errors(design: Design, effects: str) -> bool:
    """Whether constants and period effects are their own spatial lags, times a number."""
    return effects == "unit" or design.weights.row_sum is not None


def check_hausman(fixed: SpatialPanelResult, random: SpatialPanelResult) -> None:
    """Refuse a fixed-effects and a random-effects fit of different models or data.

    Parameters
    ----------
    fixed, random : SpatialPanelResult
        The models with fixed and with random effects.

    Raises
    ------
    SpecificationError
        With what differs. Regressors that do not vary over time may be in the latter alone.
    """
    one, two = fixed.specification, random.specification
    if fixed.is_modified or fixed.options.of_scores:
        raise SpecificationError(
            f"The fixed-effects estimates have cov_type '{one.cov_type}'; expected 'classical': "
            "the test's variance is a difference that holds where random effects are efficient."
        )
    if one.effects != "unit" or two.effects != "random":
        raise SpecificationError(
            f"The effects are '{one.effects}' and '{two.effects}'; expected 'unit' and 'random'."
        )
    if one.model != two.model or one.dynamic != two.dynamic:
        raise SpecificationError("The models differ; expected one model with two kinds of effects.")
    a, b = fixed.design, random.design
    check_same_outcome(a, b)
    has_lag, _, has_error = TERMS[one.model]
    if has_lag:
        _check_same_weights(a.weights, b.weights, "of the spatial lag")
    if has_error:
        _check_same_weights(_errors(fixed), _errors(random), "of the spatial errors")
    for name in dict.fromkeys((*a.names, *b.names)):
        if name in a.names and name in b.names:
            check_same_regressor(a, b, name)
            continue
        which, other, design = ("fixed", "random", a) if name in a.names else ("random", "fixed", b)
        values = design.Z[:, :, design.names.index(name)]
        if which == "fixed" or not np.allclose(values, values[0], rtol=1e-10, atol=0.0):
            raise SpecificationError(
                f"Regressor '{name}' is in the {which}-effects model only; expected it in the "
                f"{other}-effects model too."
            )


def check_same_outcome(a: Design, b: Design) -> None:
    """Refuse outcomes that differ in value, unit or period."""
    same = (
        a.y.shape == b.y.shape
        and a.units.equals(b.units)
        and a.periods.equals(b.periods)
        and np.array_equal(a.y, b.y, equal_nan=True)
    )
    if not same:
        raise SpecificationError(
            f"The outcomes '{a.outcome}' and '{b.outcome}' differ in values, units or periods; "
            "expected the same: likelihoods of different data cannot be compared."
        )


def check_same_regressor(a: Design, b: Design, name: str) -> None:
    """Refuse a regressor that has other values in the other model; spatial lags tell weights."""
    x, z = (design.Z[:, :, design.names.index(name)] for design in (a, b))
    if not np.allclose(x, z, rtol=1e-9, atol=1e-12 * np.abs(x).max()):
        raise SpecificationError(
            f"Regressor '{name}' has different values in the two models; expected the same data "
            "and weights."
        )


def _check_same_weights(a: SpatialWeights, b: SpatialWeights, which: str) -> None:
    gap = abs(a.matrix - b.matrix)
    if gap.nnz and gap.max() > 1e-12 * abs(a.matrix).max():
        raise SpecificationError(f"The weights {which} differ; expected one matrix.")


def _errors(result: SpatialPanelResult) -> SpatialWeights:
    error = result.structure.error
    assert error is not None  # the callers have checked that the model has spatial errors
    return error.weights
