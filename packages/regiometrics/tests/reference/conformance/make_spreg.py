"""Make oracle_spreg.json: likelihood models, impacts and panel tests by spreg 1.9.0.

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
    found = np.ravel(model.betas).tolist()
    return {
        "params": dict(zip(names, found, strict=True)),
        "std_errors": dict(zip(names, np.sqrt(np.diag(model.vm)).tolist(), strict=False)),
        "loglik": float(np.squeeze(model.logll)),
        "sigma2": float(np.squeeze(model.sig2)),
    }


warnings.simplefilter("ignore")
cross, w = pd.read_csv(SIM / "cs_1000.csv"), weights("W_rook_1000.csv", 1000)
y, x = cross[["y"]].to_numpy(), cross[["x1", "x2"]].to_numpy()
slopes = ["x1", "x2"]
durbin = spreg.ML_Lag(y, x, w=w, slx_lags=1, spat_impacts="full")
multipliers = [float(value) for value in durbin.sp_multipliers["full"]]
ols = spreg.OLS(y, x)
lm = spreg.LMtests(ols, w)
oracle = {
    "made_by": f"spreg {spreg.__version__}, libpysal {libpysal.__version__}; make_spreg.py",
    "ml_lag": kept(spreg.ML_Lag(y, x, w=w), ["const", *slopes, "rho"]),
    "ml_error": kept(spreg.ML_Error(y, x, w=w), ["const", *slopes, "lambda"]),
    "ml_durbin": kept(durbin, ["const", *slopes, "W.x1", "W.x2", "rho"])
    | {"multipliers": dict(zip(("direct", "indirect", "total"), multipliers, strict=True))},
    "lm": {
        "lm_lag": float(lm.lml[0]),
        "lm_error": float(lm.lme[0]),
        "robust_lm_lag": float(lm.rlml[0]),
        "robust_lm_error": float(lm.rlme[0]),
        "sarma": float(lm.sarma[0]),
    },
}
for n in (50, 200):
    panel, w = (
        pd.read_csv(SIM / f"panel_{n}.csv").sort_values(["t", "id"]),
        weights(f"W_rook_{n}.csv", n),
    )
    y, x = panel[["y"]].to_numpy(), panel[["x1", "x2"]].to_numpy()
    oracle |= {
        f"fe_lag_{n}": kept(spreg.Panel_FE_Lag(y, x, w), [*slopes, "rho"]),
        f"fe_error_{n}": kept(spreg.Panel_FE_Error(y, x, w), [*slopes, "lambda"]),
        f"re_lag_{n}": kept(spreg.Panel_RE_Lag(y, x, w), ["const", *slopes, "rho", "phi"]),
        f"panel_lm_{n}": {
            "lm_lag": float(spreg.panel_LMlag(y, x, w)[0]),
            "lm_error": float(spreg.panel_LMerror(y, x, w)[0]),
        },
    }
(HERE / "oracle_spreg.json").write_text(json.dumps(oracle, indent=1) + "\n")
