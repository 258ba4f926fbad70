"""Make oracle_spreg_two_way.json: panels with unit and period effects by spreg 1.9.1.

Run once by hand under Python 3.12 with spreg 1.9.1 and libpysal 4.15.1; the tests read its output.
"""

import json
import warnings
from pathlib import Path

import libpysal
import numpy as np
import pandas as pd
import spreg

HERE = Path(__file__).parent
SIM = HERE.parent / "sim"


def weights(name, n):
    neighbours, values = {i: [] for i in range(n)}, {i: [] for i in range(n)}
    for i, j, w in pd.read_csv(SIM / name).itertuples(index=False):
        neighbours[int(i)].append(int(j))
        values[int(i)].append(w)
    W = libpysal.weights.W(neighbours, values, silence_warnings=True)
    W.transform = "r"
    return W


def kept(model, last):
    """Keep slopes and the spatial parameter; dummies of periods are left out."""
    betas, errors = np.ravel(model.betas), np.sqrt(np.diag(model.vm))
    places = {"x1": 0, "x2": 1, last: len(betas) - 1}
    return {
        "params": {name: float(betas[place]) for name, place in places.items()},
        "std_errors": {name: float(errors[place]) for name, place in places.items()},
        "loglik": float(np.squeeze(model.logll)),
        "sigma2": float(np.squeeze(model.sig2)),
    }


warnings.simplefilter("ignore")
made = {
    "made_by": f"spreg {spreg.__version__}, libpysal {libpysal.__version__}; make_spreg_two_way.py"
}
for n in (50, 200):
    panel, w = (
        pd.read_csv(SIM / f"panel_{n}.csv").sort_values(["t", "id"]),
        weights(f"W_rook_{n}.csv", n),
    )
    y, x = panel[["y"]].to_numpy(), panel[["x1", "x2"]].to_numpy()
    for name, model, last in (
        ("lag", spreg.ML_LagFE, "rho"),
        ("error", spreg.ML_ErrorFE, "lambda"),
    ):
        made[f"{name}_{n}"] = kept(model(y, x, w, time_effects=True), last)
(HERE / "oracle_spreg_two_way.json").write_text(json.dumps(made, indent=1) + "\n")
