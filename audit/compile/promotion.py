"""maswiebe/meritocratic_promotion: growth targets, growth achieved and promotions."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, csv, rounded

REPOSITORY = "maswiebe/meritocratic_promotion"


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make the table of targets; a row for each person becomes one for each city and year.

    The total tax of the same repository is matched by Chinese names, and not made here.
    """
    people = csv(read("data/promotion.csv"), sep="\t")
    made = pd.to_numeric(people["planMade"], errors="coerce")
    # Where no target is known the source writes 2.9 and says so in planMadeNm.
    people["planMade"] = made.where(people["planMadeNm"] != "0")
    wanted = {
        "city_code": "city",
        "year": "year",
        "growth_actual_pct": "real",
        "target_city_pct": "planMade",
        "target_province_pct": "planFaced",
    }
    table = columns(people, wanted, ("city_code",))
    key = ["city_code", "year"]
    for name, post in (("secretary_promoted", "1"), ("mayor_promoted", "0")):
        promoted = pd.to_numeric(people["promotion"], errors="coerce")
        table[name] = promoted.where(people["pos"] == post)
    groups = table.groupby(key, sort=True)
    first = table.drop_duplicates(key).set_index(key)
    most = groups[["secretary_promoted", "mayor_promoted"]].max()
    return {"city_growth_targets": rounded(first.assign(**most).sort_index().reset_index())}
