"""tianan2/chinese-elites: leaders of cities, topics of work reports."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, rounded, stata

REPOSITORY = "tianan2/chinese-elites"
FOLDER = "CPED_V1.0/dataverse_files"
LEADERS = {
    "city_code": "cityid",
    "year": "year",
    "secretary_first_year": "fy_msec",
    "secretary_tenure_years": "msec_tenure",
    "secretary_birth_year": "msec_birthyear",
    "secretary_tied_to_provincial_secretary": "msec2currentsec",
    "mayor_first_year": "fy_mayor",
    "mayor_tenure_years": "mayor_tenure",
    "mayor_birth_year": "mayor_birthyear",
    "mayor_tied_to_provincial_secretary": "mayor2currentsec",
}


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make both tables; names of officials are not taken."""
    leaders = columns(stata(read(f"{FOLDER}/citypanel_base.dta")), LEADERS, ("city_code",))
    reports = stata(read(f"{FOLDER}/econ_panel.dta"))
    wanted = {"city_code": "cityid", "year": "year"}
    wanted |= {f"topic_{number:02d}": f"G20_topic{number}" for number in range(20)}
    topics = columns(reports, wanted | {"policies_and_laws": "laws"}, ("city_code",))
    shares = [name for name in topics if name.startswith("topic_")]
    topics[shares] = topics[shares].astype("float64").round(5)
    return {
        "city_leaders": rounded(leaders),
        "city_work_report_topics": topics.dropna(subset=["topic_00"]),
    }
