"""The brief on another zone says what is so for that zone, whatever it lacks."""

import io
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import typst

from guantian.files import write_csv
from guantian.present.captions import typeset_captions

ROOT = Path(__file__).resolve().parents[2]
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><path d="M0 0H9"/></svg>'
VALUES = {"confidence": "95", "power": "0.8", "base_year": 2010, "treated_year": 2018}
OTHERS = {"Alpha zone": "12.0", "Beta zone": "9.5", "Gamma zone": "–"}


@pytest.fixture
def brief(tmp_path):
    """The text of the brief on a made zone, its lines joined."""
    for pattern in ("paper/*.typ", "guantian/labels.yaml"):
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    results = tmp_path / "results"
    for name in ("figures", "tables", "paper"):
        (results / name).mkdir(parents=True)
    for name in ("zones", "zone_map", "levels", "sigma"):
        (results / f"figures/{name}.svg").write_text(PICTURE, "utf-8")

    def made(statistics, verdicts, **zone):
        marked = f"{zone.get('name', 'Delta zone')} *"
        rows = [
            {
                **{"Statistic": name, "Zone": zone_name, "Estimate": estimate},
                **{"95% interval": "–" if estimate == "–" else "[1.00, 2.00]", "p": "–"},
                **{"MDE": "–", "Not estimable because of": reason},
            }
            for name, (own, reason) in statistics.items()
            for zone_name, estimate in (OTHERS | {marked: own}).items()
        ]
        write_csv(pd.DataFrame(rows), results / "tables/zones_detail.csv")
        claims = pd.DataFrame(
            {
                **{"Claim": part, "Quotation": "words", "SEOI": "1 point"},
                "Zone: effect [95%]": "–" if said == "Not testable" else "0.1 [0.0, 0.2]",
                **{"Zone: p": "–", "Zone: verdict": said},
            }
            for part, said in verdicts.items()
        )
        claims.to_csv(results / "tables/claims.csv", index=False)
        own = {"zone_is_test": True, "zone_seoi": 2.0, "zone_unit": "points a year"}
        parts = pd.DataFrame({"part": list(verdicts), **own})
        none = pd.DataFrame({"part": ["S2.e"], "zone_is_test": [False]})
        pd.concat([parts, none]).to_csv(results / "claims.csv", index=False)
        about = {"name": "Epsilon zone", "name_zh": "甲"}
        facts = {"name": "Delta zone", "name_zh": "丁", "approved": "January 2018"}
        numbers = {"confidence": "95", "power": "0.8", "zone": {**facts, "claimed": about, **zone}}
        (results / "paper/numbers.json").write_text(json.dumps(numbers), "utf-8")
        said = typeset_captions(None, zone="delta", zone_name="Delta zone", **VALUES)
        (results / "paper/captions.json").write_text(json.dumps(said), "utf-8")
        pdf = typst.compile(
            tmp_path / "paper/brief.typ",
            root=tmp_path,
            font_paths=[str(ROOT / "assets/fonts")],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
        from pypdf import PdfReader

        pages = PdfReader(io.BytesIO(pdf)).pages
        return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))

    return made


THREE = {"size": "three", "provinces": "one", "members": "A, B and C"}


def test_a_zone_of_one_province_without_a_year_after_approval(brief):
    text = brief(
        {
            "Real growth, revised": ("10.0", ""),
            "Provincial border in flows": ("–", "one province"),
            "Effect of approval on real output": ("–", "2 years after approval, 3 needed"),
        },
        {"S1.1a": "Supported", "S1.2": "Not testable", "S1.10": "Not testable"},
        **THREE,
    )
    assert "approved in January 2018 and has three members in one province: A, B and C." in text
    assert "Of three statistics one can be estimated for this zone" in text
    assert "2 of 3" in text, "the zone's rank among the zones with an estimate"
    assert "2 years after approval" in text and "percent a year" in text
    assert "Three primary tests of the study are declared for a single zone, and one" in text
    assert "Of these one supports the claim." in text
    assert "Not estimated are S1.2 and S1.10" in text
    assert (
        "on every member, of comparable placebo groups or of years after approval, or because all"
        in text
    )
    assert "S2.e" not in text
    assert "2 points a year" in text and "1 point 0" not in text, "the SEOI of the zone's own test"
    assert "Member cities of the Delta zone among" in text and "the zone under study marked" in text
    assert "Shangluo" not in text, "a sentence of a caption about another zone"
    assert "Main statistics of the zone and its rank" in text


def test_a_zone_without_data(brief):
    text = brief(
        {"Real growth, revised": ("–", "data of 0 of 3 members")},
        {"S1.1a": "Not testable"},
        **THREE | {"provinces": "three"},
    )
    assert "in three provinces: A, B and C." in text
    assert "Of one statistic none can be estimated" in text
    assert "One primary test of the study is declared for a single zone, and none" in text
    assert "Of these" not in text and "are in one province" not in text
    reason = (
        "for want of data on every member, of comparable placebo groups or of years after approval."
    )
    assert f"Not estimated is S1.1a, {reason}" in text


def test_a_zone_whose_name_a_spreadsheet_would_run(brief):
    """The table leads the name by an apostrophe; the zone is found all the same."""
    name = "=Delta $x$ #eval(1) *b* _u_ @statistics"
    text = brief(
        {"Real growth, revised": ("10.0", "")}, {"S1.1a": "Supported"}, **THREE | {"name": name}
    )
    assert f"study for the {name}." in text
    assert "Of one statistic all can be estimated for this zone" in text
    assert "2 of 3" in text


def test_a_zone_with_all(brief):
    text = brief(
        {"Real growth, revised": ("13.0", ""), "Change of dispersion (sigma)": ("−1.2", "")},
        {"S1.1a": "Supported", "S1.2": "Inconclusive (no power)", "S1.3": "Inconclusive"},
        **THREE | {"provinces": "two"},
    )
    assert "Of two statistics all can be estimated for this zone" in text
    assert "1 of 3" in text and "3 of 3" in text
    assert "Of these one supports the claim and two are inconclusive." in text
    assert "Not estimated" not in text
