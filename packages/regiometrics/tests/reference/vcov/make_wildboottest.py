"""Make oracle_wildboottest.json: wild cluster bootstraps by wildboottest 0.3.2.

Run once by hand with wildboottest 0.3.2 and statsmodels installed; the tests read its output.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from wildboottest.wildboottest import wildboottest

HERE = Path(__file__).parent
warnings.simplefilter("ignore")
data = pd.read_csv(HERE.parent / "cigar/data.csv")
data = data.assign(const=1.0, logpop=np.log(data["pop"]), cluster=data["unit"] % 10)
terms = ["const", "logp", "logy", "logpop"]
y = (data["logc"] - data.groupby("year")["logc"].transform("mean")).rename("y")
oracle = {
    "made_by": (
        "wildboottest 0.3.2, bootstrap_type '11', Rademacher, all 2^10 patterns; logc less its "
        "year's mean on const, logp, logy, log(pop) of cigar/data.csv; clusters unit % 10; it "
        "compares |t*| > |t|, so that ties are counted as rounding falls"
    )
}
for term in terms[1:]:
    for impose, name in ((True, "null_imposed"), (False, "null_not_imposed")):
        result = wildboottest(
            sm.OLS(y, data[terms]),
            param=term,
            cluster=data["cluster"],
            B=9999,
            weights_type="rademacher",
            impose_null=impose,
            bootstrap_type="11",
            seed=1,
            show=False,
        )
        oracle[f"{term}_{name}"] = {
            "t": float(np.ravel(result["statistic"])[0]),
            "p": float(np.ravel(result["p-value"])[0]),
        }
(HERE / "oracle_wildboottest.json").write_text(json.dumps(oracle, indent=1) + "\n")
