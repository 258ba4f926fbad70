"""The page's parts on invented data; the page in a browser is tested in tests/browser."""

import base64
import json
import re
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_site import CODES, HOSTILE, NAMES, ROOT, ledger, panel, provenance, shapes, site_data

from guantian.chapters.external.compare import VERDICTS, read_external
from guantian.data.variables import VARIABLES
from guantian.declarations import read_claims
from guantian.site import build_page
from guantian.site.breaks import known_breaks
from guantian.site.charts import choice_summary, curve_choices, curve_samples, curve_section
from guantian.site.cities import cards, panel_data, shown_variables
from guantian.site.flows import links_between, network
from guantian.site.ledger import answers, entries, filters, for_rule, interval_picture, summary
from guantian.site.shapes import picture
from guantian.site.strings import fill, strings
from guantian.site.trail import provenance_data
from guantian.site.zones import zone_data

SPANS = {"w": {"label": "Lights", "first": 2001, "last": 2012}}
BREAKS = pd.DataFrame(
    [
        ("t", "*", "c", 2002, "sensor", "another <satellite>"),
        ("t", "6101*", "people", 2002, "census", "another census"),
        ("t", "62*", "c", 2001, "vintage", "before all data"),
    ],
    columns=["table", "unit", "column", "year", "kind", "reason"],
)
FLOWS = pd.DataFrame(
    [
        *[("610100", "610200", 4.0), ("610200", "610100", 5.0), ("610100", "620500", 1.0)],
        *[("610100", "610100", 99.0), ("610100", "440100", 99.0), ("610200", "620500", 0.0)],
    ],
    columns=["origin_code", "destination_code", "flow_index"],
)


@pytest.fixture(scope="module")
def data():
    return site_data()


@pytest.fixture(scope="module")
def claims():
    return json.loads(ledger().to_json())


def held(page, name):
    """What a script element of the page holds."""
    return re.search(rf'<script id="{name}"[^>]*>(.*?)</script>', page, re.DOTALL)[1]


def unpacked(page):
    return json.loads(zlib.decompress(base64.b64decode(held(page, "packed")), -zlib.MAX_WBITS))


def test_page_is_one_file_that_asks_for_nothing(data):
    page = build_page(data)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert not re.search(r"""(?:src)=["']""", page)
    assert page.count("</script>") == 3
    assert "$" not in page.split('<script id="small"')[0]  # nothing left unfilled
    assert unpacked(page)["panel"]["variables"]["gdp_100m_yuan"]["values"][1] == [
        0,
        None,
        2000,
        3000,
    ]


def test_the_same_page_every_time(data):
    assert build_page(data) == build_page(data)


def test_the_page_without_data_is_light(data):
    page = build_page(data)
    assert len(page.encode()) - len(held(page, "packed")) < 200_000


def test_hostile_texts_are_escaped_everywhere():
    page = build_page(site_data(HOSTILE))
    assert page.count("</script>") == 3
    assert page.count("<script") == 3
    assert "<b onclick" not in page
    assert HOSTILE in unpacked(page)["panel"]["cities"][1][1]
    assert json.loads(held(page, "small"))["zones"]["zones"][0][1].endswith(HOSTILE)


def test_every_text_is_in_both_languages_and_filled_alike():
    braces = re.compile(r"\{\w+\}")
    sections = ("declared", "external_design", "external_published", "external_why")
    for name in ("claims", "statements", "units", "statistics", "variables", *sections):
        assert all(isinstance(text, str) and text for text in strings()[name].values())
    for section, texts in strings().items():
        for key, value in texts.items():
            if isinstance(value, str) or key == "texts":
                continue
            english, chinese = value
            assert sorted(braces.findall(english)) == sorted(braces.findall(chinese)), (
                section,
                key,
            )
    for english, chinese in strings()["sure"]["texts"]:
        assert sorted(braces.findall(english)) == sorted(braces.findall(chinese))


def test_every_claim_and_panel_variable_of_the_strings_exists():
    import yaml

    declared = yaml.safe_load((ROOT / "config/claims.yaml").read_text("utf-8"))["claims"]
    assert set(strings()["claims"]) == {claim["id"] for claim in declared}
    parts = {one["part"] for claim in declared for one in claim["statements"]}
    assert set(strings()["statements"]) <= parts
    of_counties = {"gdp_10k_yuan", "population_10k", "lights"}
    assert set(strings()["variables"]) <= {one.name for one in VARIABLES} | of_counties


def test_words_of_the_script_are_used_and_known():
    script = "".join(
        path.read_text("utf-8") for path in sorted((ROOT / "guantian/site/script").glob("*.js"))
    )
    asked = set(re.findall(r"""(?:say\(|small\.words\.)"?(\w+)["(,);]""", script))
    assert asked - {"key", "name"} <= set(strings()["script"]) | {
        "cut",
        "breaks",
        "answers",
        "words",
    }
    actions = {"as_printed", "summed", "emptied"}  # of cells: asked for by the provenance's words
    for key in set(strings()["script"]) - actions:
        assert re.search(rf"\b{key}\b", script), key


def test_numbers_are_put_into_texts():
    assert fill(["{a} of {b}", "{b}之{a}"], a="1", b=("two", "二")) == ("1 of two", "二之1")


def test_answers_put_each_statement_under_its_verdict(claims):
    text = answers(claims)
    china = text.partition('data-estimand="zone"')[0]
    assert re.search(r'data-verdict="supported".*?data-place="S1\.1\.china"', china)
    assert re.search(r'data-verdict="contradicted".*?data-place="S1\.2\.china"', china)
    assert text.count("data-place=") == 8
    assert "For China: two supported, one contradicted" in summary(claims)
    assert ">no power</small>" in text
    assert "支持 2" in summary(claims)


def test_a_claim_shows_unit_side_picture_and_both_verdicts_while_closed(claims):
    closed = entries(claims).partition("</summary>")[0]
    assert closed.count("data-test=") == 4  # a picture and a badge each for China and the zone
    assert "predicted above 0" in closed
    assert "<b>1.00</b>" in closed
    assert "points</span>" in closed
    assert 'class="badge v-supported" data-test="S1.1.china"' in closed
    assert 'class="badge v-no-relevant-effect" data-test="S1.1.zone"' in closed


def test_filters_count_the_verdicts_for_china(claims):
    text = filters(claims)
    assert re.search(
        r'data-verdict="supported"><span data-zh="支持">supported</span> <b>2</b>', text
    )
    assert re.search(r'data-verdict="no relevant effect">.*?<b>0</b>', text)


def test_the_rule_gets_what_python_decided_with(claims):
    from regiometrics.inference import tost

    rows = {row["key"]: row for row in for_rule(claims, 0.95)}
    for claim in claims:
        for test in claim["tests"]:
            row = rows[f"{test['part']}.{test['estimand']}"]
            if test["estimate"] is None:
                assert "effect" not in row
                continue
            df = np.inf if row["df"] is None else row["df"]
            p = tost(row["effect"], row["error"], row["seoi"], df=df)
            assert p == pytest.approx(test["p_equivalence"], rel=1e-9)


def test_an_interval_that_runs_off_ends_in_an_arrow(claims):
    test = claims[0]["tests"][0]
    drawn = interval_picture(test)
    assert test["scaled_high"] == "∞"
    assert drawn.count('class="end"') == 1
    assert "above zero on the claimed side: 2.0, from 1.6 to ∞." in drawn
    assert "not estimated" in interval_picture({**test, "scaled": None})


def test_links_hold_both_directions_and_only_members():
    assert links_between(FLOWS, CODES).to_dict("records") == [
        {"a": "610100", "b": "610200", "flow": 9.0},
        {"a": "610100", "b": "620500", "flow": 1.0},
    ]


def test_width_of_a_link_is_the_root_of_its_flow():
    names = {code: (name, "市") for code, name in NAMES.items()}
    drawn = network(links_between(FLOWS, CODES), picture(shapes(), CODES), names)
    widths = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', drawn)]
    assert widths[0] / widths[1] == pytest.approx(3, abs=0.05)
    none = links_between(FLOWS.iloc[:0], CODES)
    assert "No flows are recorded" in network(none, picture(shapes(), CODES), names)


def test_shapes_fill_the_picture_and_points_lie_inside():
    drawn = picture(shapes(), CODES)
    assert drawn.width == 1000
    assert 600 < drawn.height < 760  # three by two, with a margin
    x = [drawn.points[code][0] for code in CODES]
    assert x == sorted(x)
    assert all(0 < value < drawn.width for value in x)
    assert drawn.around.startswith("M")


def test_indicators_leave_out_marks_and_copies():
    found = panel()
    found["copied_pct"] = found["gdp_100m_yuan"]
    found["mark"] = 1.0
    codebook = pd.DataFrame(index=found.columns)
    names = shown_variables(found, codebook)
    assert "mark" not in names
    assert "copied_pct" in names
    assert "gdp_100m_yuan" not in names  # the later name of the same values counts


def test_medians_and_bands_of_china_the_zone_and_placebo_zones():
    made = site_data()
    wide = pd.DataFrame(
        [["main", *CODES], ["main", CODES[0], CODES[1], "440100"]],
        columns=["set", "member_1", "member_2", "member_3"],
    )
    found = panel_data(made.panel, made.codebook, CODES, wide, made.breaks, 2002)
    variable = found["variables"]["real_gdp_per_resident_yuan"]
    values = made.panel["real_gdp_per_resident_yuan"].unstack("year")
    assert variable["nation"][1] == pytest.approx(values.median().tolist(), rel=1e-3)
    assert variable["zone"] == pytest.approx(values.loc[CODES].median().tolist(), rel=1e-3)
    assert variable["placebo"][0][0] == pytest.approx(4007, rel=1e-3)  # both sets have this median
    assert found["variables"]["gdp_100m_yuan"]["breaks"] == [
        [2002, CODES, ["another satellite", ""], 1]
    ]
    assert found["variables"]["gdp_100m_yuan"]["zone"][1] == pytest.approx(7000)  # of known ones


def test_a_card_has_growth_in_both_vintages_with_intervals():
    made = site_data()
    found = cards(made.panel, made.clubs, made.plan, made.core, (2000, 2003))["cities"]
    mean, low, high, count = found[CODES[0]]["growth"]
    assert (mean, count) == (10.12, 4)
    assert low < mean < high
    assert found[CODES[0]]["first"][0] == 11.12
    assert found[CODES[0]]["club"] == 1
    assert found[CODES[0]]["plan"] == [2, -10, 10]
    assert found[CODES[0]]["gains"] == {"Shapley value": [40, 30, 50]}
    assert "club" not in found[CODES[1]]


def again(found):
    """The table as the page's script makes it: differences summed up, words for their places."""
    columns, words = dict(found["columns"]), found["words"]
    for name in (*words, "year", "line"):
        columns[name] = np.cumsum(columns[name]).tolist()
    columns["source_year"] = [
        None if step is None else year + step
        for year, step in zip(columns["year"], columns["source_year"], strict=True)
    ]
    return {
        name: [words[name][at] for at in column] if name in words else column
        for name, column in columns.items()
    }


def test_provenance_keeps_every_row_of_the_zone():
    rows = provenance()
    found = provenance_data(rows, CODES, ROOT / "data")
    summed = again(found)
    used = summed.pop("used_value")
    assert summed == rows.drop(columns="used_value").to_dict("list")
    assert used == ["", "", ""]
    replaced = provenance_data(rows.assign(action="replaced"), CODES, ROOT / "data")
    assert replaced["columns"]["used_value"] == [2000, 2000, 2000]
    assert found["files"]["city_accounts"] == "data/raw/city_accounts.csv"
    assert found["sources"]["city_accounts.gdp_100m_yuan"]["accessed"]


def test_other_cities_have_the_trails_of_some_variables_and_of_what_these_are_made_of():
    rows = provenance().assign(unit="440100", source_unit="440100")
    assert again(provenance_data(rows, CODES, ROOT / "data"))["unit"] == []
    wanted = ["gdp_per_resident_yuan"]
    found = provenance_data(rows, CODES, ROOT / "data", wanted)
    assert {*wanted, "gdp_100m_yuan"} <= set(found["everywhere"])
    summed = again(found)
    assert summed["unit"] == ["440100"] * 3
    assert set(summed["raw_value"]) == {""}  # printed and used as they are
    corrected = rows.assign(action="emptied")
    found = provenance_data(corrected, CODES, ROOT / "data", wanted)
    assert "" not in found["columns"]["raw_value"]
    early = rows.assign(year=1995)
    assert provenance_data(early, CODES, ROOT / "data", wanted)["columns"]["unit"] == []


def test_all_that_is_declared_has_its_chinese():
    """After a change of config/claims.yaml: say it in the section `declared` of strings.yaml."""
    claims = read_claims(ROOT / "config/claims.yaml").for_zone(own=True).claims
    texts = {caveat for claim in claims for caveat in claim.caveats}
    for claim in claims:
        for one in claim.statements:
            for _, test in one.tests():
                names = ("outcome", "sample", "estimator", "reason", "seen", "substitution")
                texts |= {str(getattr(test, name, "") or "") for name in names}
            texts |= set(one.untested.values())
    assert sorted(texts - {""} - set(strings()["declared"])) == []


def test_published_results_have_their_chinese():
    checks = read_external(ROOT / "config/external_checks.yaml")
    assert {check.id for check in checks} <= set(strings()["external_why"])
    assert {check.design for check in checks} <= set(strings()["external_design"])
    numbers = re.compile(r"[−\d.]+")
    said = {check.published for check in checks if not numbers.fullmatch(check.published)}
    assert said <= set(strings()["external_published"])
    assert set(strings()["external_verdict"]) == set(VERDICTS)


def test_published_results_are_beside_ours(data):
    page = build_page(data)
    table = re.search(r'<table class="external">.*?</table>', page, re.DOTALL)[0]
    assert '0.5 [0.1, 0.9] <span lang="en">points</span>' in table
    assert table.count("<tbody>") == 1
    assert ">none<" in table
    assert "No published results" in build_page(replace(data, external=data.external.head(0)))


def test_zones_are_in_the_order_of_approval_with_china_last(data):
    found = zone_data(data.zones, data.every_zone, "made")
    assert [zone[0] for zone in found["zones"]] == ["else", "made", "china"]
    growth = found["statistics"][0]
    assert growth["reference"] == 5.0
    assert growth["values"]["made"]["text"] == "9.0 [8.0, 10.0]"
    assert zone_data(None, data.every_zone, "made")["statistics"] == []
    assert "No results on the approved zones" in build_page(replace(data, zones=None))


def test_curve_is_taken_apart_ordered_and_drawn_whole():
    rows = pd.DataFrame(
        {
            "analysis": "specification_curve",
            "variant": ["w", "w", "v"],
            "group": ["none", "all", "none"],
            "effect": "none",
            "weights": "none",
            "errors": "HC3",
            "sample": ["zone", "zone", "nation"],
            "estimate": [0.02, -0.03, 0.01],
            "conf_low": [-0.01, -0.04, 0.005],
            "conf_high": [0.05, -0.02, 0.02],
        }
    )
    curve = curve_choices(rows, SPANS)
    zone = curve[curve["sample"] == "zone"]
    assert zone["estimate"].tolist() == [-3, 2]
    assert zone["rank"].tolist() == [1, 2]
    assert zone["clear"].tolist() == [True, False]
    assert curve_samples(curve) == ["zone", "nation"]
    summed = {(row["choice"], row["value"]): row for row in choice_summary(curve, "zone")}
    assert summed["Controls", "All three"]["below"] == 1
    assert summed["Outcome and years", "Lights (2001–2012)"]["median"] == pytest.approx(-0.5)
    drawn = curve_section(curve)
    assert "Zone: 2 slopes, median −0.50; the interval is below zero in 1" in drawn
    assert len(re.findall(r"h\.01", drawn)) == 3  # every slope is a dot inside the axis
    assert "no specification curve" in curve_section(curve.iloc[:0])
    assert "no specification curve" in curve_section(None)


def test_breaks_are_those_of_the_columns_behind_within_the_data():
    codebook = pd.DataFrame(
        {"source": ["t.c", "t.people", "made"], "formula": ["", "", "1e4 * gdp / people"]},
        index=["gdp", "people", "per_head"],
    )
    years = {code: pd.Index([2001, 2002]) for code in CODES}
    found = known_breaks("per_head", codebook, BREAKS, years)
    assert [(one.year, one.cities, one.cuts) for one in found] == [
        (2002, ("610100",), False),
        (2002, tuple(CODES), True),  # what is measured, by another instrument
    ]
    assert known_breaks("gdp", codebook, BREAKS, dict.fromkeys(CODES, pd.Index([2002]))) == []


def test_the_page_says_about_whom_by_whom_and_how_to_cite(data):
    page = build_page(data)
    assert "Study: A, version 1, licence MIT. Data: 3 public sources, 4 raw tables." in page
    assert "The claims were made with" not in page
    about = {"name_en": "Other & Zone", "name_zh": "他"}
    page = build_page(replace(data, about=about))
    assert "The claims were made with the Other &amp; Zone in view." in page
