"""Make oracle_spreg.json: spatial 2SLS and GMM by spreg 1.9.0.

Run once by hand with spreg 1.9.0 and libpysal 4.14.1 installed; the tests read its output.
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


def kept(model, names):
    return {
        "names": names,
        "betas": np.ravel(model.betas).tolist(),
        "vm": np.asarray(model.vm).tolist(),
    }


warnings.simplefilter("ignore")
data, w = pd.read_csv(SIM / "cs_1000.csv"), weights("W_rook_1000.csv", 1000)
y, x = data[["y"]].to_numpy(), data[["x1", "x2"]].to_numpy()
slopes = ["const", "x1", "x2"]
once = {"step1c": False, "max_iter": 1}
panel = pd.read_csv(SIM / "panel_50.csv").sort_values(["t", "id"])
kkp = spreg.GM_KKP(
    panel[["y"]].to_numpy(),
    panel[["x1", "x2"]].to_numpy(),
    weights("W_rook_50.csv", 50),
    full_weights=False,
)
oracle = {
    "made_by": "spreg 1.9.0, libpysal 4.14.1; make_oracle.py",
    "gm_lag": kept(spreg.GM_Lag(y, x, w=w, w_lags=2), [*slopes, "rho"]),
    "gm_lag_white": kept(spreg.GM_Lag(y, x, w=w, w_lags=2, robust="white"), [*slopes, "rho"]),
    "gm_error_kp1999": kept(spreg.GM_Error(y, x, w=w), [*slopes, "lambda"]),
    "gm_combo_kp1998": kept(spreg.GM_Combo(y, x, w=w, w_lags=2), [*slopes, "rho", "lambda"]),
    "gm_combo_het": kept(
        spreg.GM_Combo_Het(y, x, w=w, w_lags=2, **once), [*slopes, "rho", "lambda"]
    ),
    "gm_error_het": kept(spreg.GM_Error_Het(y, x, w=w, **once), [*slopes, "lambda"]),
    "gm_kkp_partial": kept(kkp, [*slopes, "lambda", "sigma2_v", "sigma2_1"]),
}
(HERE / "oracle_spreg.json").write_text(json.dumps(oracle, indent=1) + "\n")
