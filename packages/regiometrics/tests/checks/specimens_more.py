"""One good call of what is public in `panel`, `weights` and `inference`, classes included.

Classes enter as functions that build and fit them, so that an argument of either is damaged.
`Specimen` is that of `specimens`, which the test hands over.
"""

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics import inference, panel, weights

RNG = np.random.default_rng(11)
INDEX = pd.MultiIndex.from_product([list("abcdefghijkl"), range(2000, 2010)], names=["u", "t"])
SERIES = pd.Series(RNG.normal(size=(12, 10)).cumsum(axis=1).ravel() * 0.3, INDEX, name="y")
FRAME = pd.DataFrame({"x": RNG.normal(size=120), "z": RNG.normal(size=120)}, INDEX)
SCORES = RNG.normal(size=(6, 5, 2))
BY_PERIOD = SCORES.transpose(1, 0, 2)
ROWS = SCORES.reshape(30, 2)
SQUARE = ROWS.T @ ROWS
RING = sparse.csr_array(np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), -1, axis=1))
IDS = list("abcdef")
KM = pd.DataFrame(np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0))), IDS, IDS)
OUTPUT = pd.Series(np.arange(1.0, 7), IDS)
PLACES = np.column_stack([RNG.uniform(100, 110, 6), RNG.uniform(30, 36, 6)])
PAIRS = pd.DataFrame(
    [(a, b, 1.0 + i + j) for i, a in enumerate(IDS) for j, b in enumerate(IDS) if i < j],
    columns=["code_a", "code_b", "rail_hours_modelled"],
)
FLOWS = PAIRS.set_axis(["origin_code", "destination_code", "flow_index"], axis=1)


def lsdvc(dependent, exog, time_effects, initial, order, draws, errors, seed):
    """Bias-corrected least squares with dummies."""
    model = panel.BiasCorrectedLSDV(dependent, exog, time_effects=time_effects)
    return model.fit(initial, order, draws=draws, errors=errors, seed=seed)


def gmm(dependent, exog, lags, system, transform, time_effects, collapse, steps, windmeijer):
    """Difference or system GMM."""
    model = panel.DynamicPanelGMM(
        dependent,
        exog,
        lags,
        system=system,
        transform=transform,
        time_effects=time_effects,
        collapse=collapse,
    )
    return model.fit(steps, windmeijer)


def half_panels(dependent, exog, lag, time_effects):
    """The half-panel jackknife."""
    return panel.HalfPanelJackknife(dependent, exog, lag, time_effects).fit()


def lag_value(value):
    """Test of a value of the lag's slope."""
    return LSDVC.lag_test(value)


def weights_of(source, ids, name, standardisation):
    """Weights from an array."""
    return weights.Weights.of(source, ids, name=name, standardisation=standardisation)


def standardised(kind):
    """Standardised weights."""
    return weights.Weights(RING, IDS).standardise(kind)


def subset(ids):
    """Weights of some units."""
    return weights.Weights(RING, IDS).subset(ids)


def reindexed(ids):
    """Weights in another order."""
    return weights.Weights(RING, IDS).reindex(ids)


LSDVC = panel.BiasCorrectedLSDV(SERIES).fit(draws=5, seed=0)
#: Public names by the function here that calls them, and those that have no arguments to damage.
CALLED_BY = {
    "BiasCorrectedLSDV": "lsdvc",
    "DynamicPanelGMM": "gmm",
    "HalfPanelJackknife": "half_panels",
    "Weights": "weights_of",
}
ELSEWHERE = {
    "Dependence": "the spatial models' options",
    "DynamicPanelGMMResult": "a result",
    "DynamicPanelResult": "a result",
    "HalfPanelResult": "a result",
    "LSDVCResult": "a result",
    "MeanGroupResult": "a result",
    "PanelArray": "a result",
    "UnitRootResult": "a result",
    "WildBootstrapResult": "a result",
    "cluster_meat": "groups by position; test_covariance tries them",
    "DuplicateObservationError": "an error",
    "NonFiniteValueError": "an error",
    "PanelError": "an error",
    "UnbalancedPanelError": "an error",
}


def specimens(s):
    """Return the specimens; `s` makes one."""
    dynamic = {"dependent": SERIES, "exog": FRAME}
    yield s(
        lsdvc,
        dynamic
        | {
            "time_effects": False,
            "initial": "iterated",
            "order": 2,
            "draws": 5,
            "errors": "normal",
            "seed": 0,
        },
        {"dependent": {"missing"}, "exog": {"missing"}},
    )
    yield s(
        gmm,
        dynamic
        | {
            "lags": 1,
            "system": False,
            "transform": "difference",
            "time_effects": False,
            "collapse": True,
            "steps": 2,
            "windmeijer": True,
        },
        {"dependent": {"missing"}, "exog": {"missing"}},
    )
    yield s(
        half_panels,
        dynamic | {"lag": True, "time_effects": False},
        {"dependent": {"missing"}, "exog": {"missing"}},
    )
    yield s(panel.mean_group, dynamic | {"factors": True, "trend": False})
    yield s(lag_value, {"value": 0.5})
    yield s(panel.to_array, {"frame": FRAME})
    yield s(panel.demean, {"values": SCORES, "effects": "twoway"})
    yield s(panel.orthonormal, {"values": SCORES, "effects": "twoway"})
    yield s(panel.sandwich, {"bread": SQUARE, "meat": SQUARE})
    yield s(panel.small_sample_factor, {"n_obs": 50, "n_params": 3, "n_groups": 5})
    yield s(panel.white_meat, {"scores": ROWS})
    yield s(panel.newey_west_meat, {"scores": SCORES, "lags": 2})
    yield s(panel.driscoll_kraay_meat, {"scores": SCORES, "lags": 2})
    yield s(
        panel.conley_meat,
        {"scores": BY_PERIOD, "kernel": RING + sparse.eye_array(6), "lags": 0},
    )
    yield s(panel.distance_kernel, {"coordinates": PLACES, "cutoff_km": 300.0, "shape": "bartlett"})
    yield s(panel.wild_weights, {"kind": "webb", "clusters": 8, "draws": 20, "seed": 0})
    yield s(
        weights_of,
        {"source": RING, "ids": IDS, "name": "ring", "standardisation": "none"},
        {"name": {"unknown option"}},
    )
    yield s(standardised, {"kind": "row"})
    yield s(subset, {"ids": IDS[:3]})
    yield s(reindexed, {"ids": IDS[::-1]})
    yield s(
        weights.adjacency_matrix,
        {"pairs": PAIRS[["code_a", "code_b"]], "units": IDS},
        {"pairs": {"no row", "duplicate row"}},
    )
    yield s(weights.check_adjacency, {"adjacency": RING})
    yield s(weights.components, {"adjacency": RING, "units": IDS})
    yield s(weights.islands, {"adjacency": RING, "units": IDS})
    yield s(weights.is_contiguous, {"adjacency": RING, "members": [0, 1, 2]})
    yield s(weights.queen_weights, {"adjacency": RING, "ids": IDS})
    yield s(
        weights.nearest_weights, {"distances": KM, "k": 2}, {"distances": {"infinite", "missing"}}
    )
    yield s(
        weights.inverse_distance_weights,
        {"distances": KM, "cutoff_km": 3.0, "power": 1.0},
        {
            "distances": {"infinite", "missing"},
            "cutoff_km": {"infinite"},
            "power": {"per cent", "zero"},
        },
    )
    yield s(weights.economic_weights, {"gdp_per_head": OUTPUT, "floor": 0.01})
    yield s(
        weights.flow_weights, {"flows": FLOWS, "ids": IDS, "symmetric": True}, {"flows": {"no row"}}
    )
    yield s(
        weights.travel_time_weights,
        {"times": PAIRS, "ids": IDS, "power": 1.0},
        {"times": {"no row"}, "power": {"per cent", "zero"}},
    )
    yield s(weights.pair_matrix, {"pairs": PAIRS, "column": "rail_hours_modelled", "rows": IDS})
    yield s(weights.match_labels, {"labels": pd.Index(IDS), "units": pd.Index(IDS[::-1])})
    yield s(
        inference.inference_row,
        {"estimate": 1.0, "error": 0.5, "confidence": 0.95, "df": 20.0, "null": 0.0},
        {"error": {"missing"}, "estimate": {"missing"}, "df": {"infinite"}},
    )
    yield s(
        inference.holm, {"p_values": np.array([0.01, 0.2, 0.5])}, {"p_values": {"longer", "empty"}}
    )
    yield s(
        inference.tost,
        {"estimate": 0.1, "std_error": 0.2, "bound": 1.0},
        {"estimate": {"array", "infinite"}, "std_error": {"array", "infinite"}},
    )
    yield s(
        inference.minimum_detectable_effect,
        {"std_error": 0.2, "confidence": 0.95, "power": 0.8},
        {"std_error": {"array"}},
    )
    yield s(
        inference.implied_error,
        {"low": -0.2, "high": 0.4, "confidence": 0.95},
        {"low": {"array"}, "high": {"array"}},
    )
