"""An invented study that the page shows; its texts may be hostile to HTML."""

import json
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
from made_claims import TEST, claim, declare, row, statement, tables
from shapely.geometry import box

from guantian.claims import Rule, decide_claims
from guantian.claims.printed import claims_numbers
from guantian.results import estimates
from guantian.site import SiteData
from guantian.site.shapes import picture
from guantian.site.trail import COLUMNS

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = """<script>window.hurt = 1</script>"'</script>&amp; ${x} $x <b onclick='x'> \\"""
CODES = ["610100", "610200", "620500"]
NAMES = dict(zip(CODES, ["Xi'an", "Tongchuan", "Tianshui"], strict=True))
YEARS = [2000, 2001, 2002, 2003]


def ledger(more=""):
    """A ledger with each verdict, an infinite interval and evidence."""
    test = {**TEST, "outcome": f"an outcome{more}", "sample": f"units{more}"}
    declared = declare(
        claim("S1.1", statement("S1.1", test, test), figures=["f"], caveats=[f"A caveat{more}"]),
        claim("S1.2", statement("S1.2", test, test, quotation=f"quoted{more}")),
        claim("S2.1", statement("S2.1", test, None, unit=f"points{more}")),
        claim("S2.a", statement("S2.a", None, None, claim=f"None{more}")),
    )
    words = {"outcome": "gdp", "term": "mean"}
    rows = [
        row("S1.1", 1.0, 0.1, conf_high=np.inf, p_value=0.001),
        row("S1.1", 0.0, 0.1, "zone", p_value=0.9, df=4.0),
        row("S1.2", -0.8, 0.2, p_value=0.004, df=30.0),
        row("S1.2", 0.2, 0.4, "zone", p_value=0.6, df=6.0),
        row("S2.1", 0.3, 0.1, p_value=0.02),
        row("S1.1", 0.3, 0.1, analysis="secondary", group="province", p_value=0.9, **words),
    ]
    return decide_claims(declared, tables(*rows), Rule())


def shapes():
    """Five squares side by side, of which three are the zone's."""
    squares = [box(20000 * i, 0, 20000 * i + 20000, 40000) for i in range(5)]
    return gpd.GeoDataFrame(geometry=squares, index=[*CODES, "999998", "999999"])


def panel(more=""):
    """Two variables of four cities over four years, one with a gap."""
    codes = [*CODES, "440100"]
    index = pd.MultiIndex.from_product([codes, YEARS], names=["city_code", "year"])
    names = {**NAMES, "440100": "Guangzhou"}
    found = pd.DataFrame(index=index)
    found["name_en"] = [names[code] + more for code, _ in index]
    chinese = {"610100": "西安市", "610200": "铜川市", "620500": "天水市", "440100": "广州市"}
    found["name_zh"] = [chinese[code] + more for code, _ in index]
    found["in_nation"] = 1
    values = np.arange(16.0) * 1000
    found["gdp_100m_yuan"] = np.where(values == 1000, np.nan, values)
    found["real_gdp_per_resident_yuan"] = values + 7
    found["gdp_growth_pct"] = np.tile([9.0, 11.0, 10.0, 10.5], 4)
    found["gdp_growth_first_published_pct"] = np.tile([10.0, 12.0, 11.0, 11.5], 4)
    return found


def provenance():
    """Where a value of the first city is from: a raw cell; of the real one, a value and a cell."""
    cell = {
        "unit": CODES[0],
        "year": 2002,
        "variable": "gdp_100m_yuan",
        "value_status": "A",
        "table": "city_accounts",
        "column": "gdp_100m_yuan",
        "source_unit": CODES[0],
        "source_year": 2002,
        "line": 12,
        "raw_value": 2000.0,
        "used_value": 2000.0,
        "status": "A",
        "action": "as_printed",
        "erratum": "",
        "break": "",
        "vintage": "",
    }
    other = {**cell, "variable": "gdp_per_resident_yuan", "table": "panel", "source_unit": CODES[0]}
    people = {**other, "column": "resident_population_10k"}
    return pd.DataFrame([cell, other, people])[list(COLUMNS)]


def site_data(more=""):
    """Return what the page shows; `more` is put into every text that data may hold."""
    decided = ledger(more)
    names = pd.DataFrame(
        {"title": "Title" + more, "unit": "yuan at prices of the base year; x", "formula": ""},
        index=[name for name in panel() if name not in ("name_en", "name_zh", "in_nation")],
    )
    names["source"] = [f"t.{name}" for name in names.index]
    index = pd.MultiIndex.from_product([["610102", "620502"], YEARS], names=["unit_code", "year"])
    county = pd.DataFrame(index=index)
    county["name_zh"] = "新城区" + more
    county["city_code"] = [{"610102": "610100", "620502": "620500"}[code] for code, _ in index]
    county["county_codes"] = [code for code, _ in index]
    for name in ("gdp_10k_yuan", "population_10k", "lights"):
        county[name] = np.arange(8.0)
    outlines = gpd.GeoDataFrame(
        geometry=[box(0, 0, 9000, 9000), box(45000, 0, 59000, 9000)], index=["610102", "620502"]
    )
    zone = {
        "id": "made",
        "name_en": "Zone" + more,
        "name_zh": "区" + more,
        "members": [{"code": code, "name_en": name + more} for code, name in NAMES.items()],
    }
    found = [
        {"analysis": "zones", "sample": sample, "group": group, "term": "growth"}
        | {"variant": "revised", "estimate": at, "conf_low": at - 1, "conf_high": at + 1}
        | {"p_adjusted": 0.5, "benchmark": 5.0}
        for sample, group, at in (("zone", "made", 9.0), ("zone", "else", 7.0), ("china", "", 8.0))
    ]
    every = {
        name: SimpleNamespace(
            id=name, name_en=f"{name}{more}", name_zh=f"{name}区{more}", year=2009, approved="2009"
        )
        for name in ("made", "else")
    }
    rows = [(CODES[0], CODES[1], 4.0), (CODES[1], CODES[0], 5.0), (CODES[0], CODES[2], 1.0)]
    shares = {"analysis": "shares", "unit": CODES[0], "method": "shapley", "estimate": 0.4}
    gains = pd.DataFrame([{**shares, "conf_low": 0.3, "conf_high": 0.5}])
    city = {"analysis": "city", "unit": CODES[0], "estimate": 0.02}
    return SiteData(
        zone=zone,
        about=zone,
        panel=panel(more),
        codebook=names,
        provenance=provenance(),
        variables=["gdp_100m_yuan", "gdp_growth_pct"],
        picture=picture(shapes(), CODES),
        flows=pd.DataFrame(rows, columns=["origin_code", "destination_code", "flow_index"]),
        claims=json.loads(decided.to_json()),
        words=claims_numbers(decided.claims, decided.tests, decided.illustrations, Rule()),
        size="three",
        breaks=pd.DataFrame(
            [("t", "*", "gdp_100m_yuan", 2002, "sensor", f"another satellite{more}")],
            columns=["table", "unit", "column", "year", "kind", "reason"],
        ),
        placebo=pd.DataFrame(
            [["main", *CODES]], columns=["set", "member_1", "member_2", "member_3"]
        ),
        base_year=2002,
        growth_years=(2000, 2003),
        alpha=0.05,
        confidence=0.95,
        counties=(
            county,
            pd.DataFrame({"title": "T" + more, "unit": "u"}, index=county.columns[3:]),
            outlines,
        ),
        zones=estimates(found, chapter="zones"),
        every_zone=every,
        external=pd.DataFrame(
            {
                "check": ["made_2020", "made_2020"],
                "study": f"A study{more}",
                "design": f"A design{more}",
                "published": f"a result{more}",
                "why": f"Why{more}",
                "unit": f"points{more}",
                "decimals": 1,
                "estimate": [0.5, np.nan],
                "conf_low": [0.1, np.nan],
                "conf_high": [0.9, np.nan],
                "what": [f"A row{more}", ""],
                "note": ["", f"none{more}"],
                "verdict": ["agrees", "absent"],
            }
        ),
        clubs=pd.DataFrame(
            [("reported", "nation", CODES[0], 1)], columns=["spec", "sample", "city_code", "club"]
        ),
        plan=pd.DataFrame([{**city, "conf_low": -0.1, "conf_high": 0.1}]),
        core=gains,
        folder=str(ROOT / "data"),
        citation={"authors": ["A" + more], "title": "T", "version": "1", "license": "MIT"},
        sources=3,
        tables=4,
    )
