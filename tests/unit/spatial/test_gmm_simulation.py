"""The table of bias and coverage of spatial 2SLS: its numbers, and that the seed alone decides."""

import numpy as np
import pytest

from guantian.spatial.errors import SpecificationError
from guantian.spatial.gmm import Spatial2SLS
from guantian.spatial.gmm_simulation import monte_carlo_gmm
from guantian.spatial.simulate import rook_lattice, simulate_panel


def test_rows_are_those_of_the_fits():
    table = monte_carlo_gmm([{"model": "sar", "effects": "unit", "rho": 0.3}], 3, n=25, T=4, seed=7)
    fits = []
    for seed in (7, 8, 9):
        data = simulate_panel(25, 4, "sar", "unit", weights=rook_lattice(5, 5), rho=0.3, seed=seed)
        fits.append(Spatial2SLS(data.dependent, data.exog, data.weights, effects="unit").fit())
    row = table.set_index("parameter").loc["rho"]
    values = np.array([fit.params["rho"] for fit in fits])
    assert row["true"] == 0.3
    assert row["bias"] == pytest.approx(values.mean() - 0.3)
    assert row["std_dev"] == pytest.approx(values.std(ddof=1))
    inside = [
        low <= 0.3 <= high for low, high in (fit.conf_int().loc["rho"].tolist() for fit in fits)
    ]
    assert row["coverage"] == pytest.approx(np.mean(inside))
    assert (row["replications"], row["failures"]) == (3, 0)


@pytest.mark.parametrize("model", ["sem", "sac", "sdm"])
def test_models_have_the_parameters_of_their_process(model):
    table = monte_carlo_gmm([{"model": model}], 2, n=49, T=4)
    lag, error = model != "sem", model != "sdm"
    names = {"x1", "x2"} | ({"rho"} if lag else set()) | ({"lambda"} if error else set())
    names |= {"W.x1", "W.x2"} if model == "sdm" else set()
    assert set(table["parameter"]) == names


def test_unknown_models_are_refused():
    with pytest.raises(SpecificationError, match="'slx'; expected one of sar"):
        monte_carlo_gmm([{"model": "slx"}], 1)
