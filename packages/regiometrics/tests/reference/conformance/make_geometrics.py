"""Make oracle_geometrics.json: sigma and beta convergence and clubs by geometrics 0.1.3.

Run once by hand with geometrics 0.1.3 installed; the tests read its output.
"""

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import geometrics
import pandas as pd

HERE = Path(__file__).parent
REFERENCE = HERE.parent

warnings.simplefilter("ignore")
wide = pd.read_csv(REFERENCE / "usjoin/usjoin.csv").drop(columns="STATE_FIPS")
states = wide.melt("Name", var_name="year", value_name="income").astype({"year": int})
ids = {"entity": "Name", "time": "year"}
sigma = geometrics.analyze_sigma_convergence(states, "income", vcov="iid", **ids)
beta = {
    vcov: geometrics.analyze_beta_convergence(
        states, "income", start=1929, end=2009, vcov=vcov, **ids
    )
    for vcov in ("iid", "hetero")
}
wide = pd.read_csv(REFERENCE / "clubs/filteredGDP.csv")
output = wide.melt("Countries", var_name="year", value_name="log_output")
output["year"] = output["year"].str[1:].astype(int)
clubs = {
    merge: geometrics.analyze_convergence_clubs(
        output,
        "log_output",
        entity="Countries",
        time="year",
        hp_filter=False,
        trim=1 / 3,
        merge=merge,
    )
    for merge in ("ps", "none")
}
by_year = sigma.df.set_index("year")
oracle = {
    "made_by": f"geometrics {version('geometrics')}; make_geometrics.py",
    "sigma": {
        "slope_of_log_std": sigma.std_slope,
        "std_error": sigma.std_se,
        **{name: by_year.loc[[1929, 2009], name].tolist() for name in ("std", "gini", "cv")},
    },
    "beta": {
        "slope": beta["iid"].beta_direct,
        "std_error_iid": beta["iid"].se_direct,
        "std_error_hetero": beta["hetero"].se_direct,
        "speed": beta["iid"].speed,
        "half_life": beta["iid"].half_life,
    },
    "clubs": {
        merge: {
            "beta": found.global_beta,
            "t": found.global_tstat,
            "clubs": found.n_clubs,
            "divergent": found.n_divergent,
            "sizes": found.membership.iloc[:, -1].value_counts().sort_index().tolist(),
        }
        for merge, found in clubs.items()
    },
}
(HERE / "oracle_geometrics.json").write_text(json.dumps(oracle, indent=1) + "\n")
