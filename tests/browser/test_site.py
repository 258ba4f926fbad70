"""The page opened as its readers would: by width, keyboard and finger, light and dark, offline."""

import csv
import json
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from guantian.claims.rules import VERDICTS, qualifier, verdict
from regiometrics.inference import holm, minimum_detectable_effect, tost

ROOT = Path(__file__).resolve().parents[2]
SITES = sorted((ROOT / "results").glob("**/site/index.html"))
WIDTHS = (320, 390, 820, 1280, 3840)
FAINTEST = 4.5  # contrast of text by WCAG 2.2, level AA; of large text 3
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0)
LEVELS = (0.005, 0.05, 0.2)
LIGHTEST, HEAVIEST = 700_000, 1_500_000  # bytes without and with data

CONTRAST = """() => {
  const parse = (text) => (text.match(/^rgba?\\(([^)]*)\\)$/)?.[1].split(/[ ,/]+/).map(Number));
  const light = (c) => [0, 1, 2].map((i) => { const v = c[i] / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const under = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const c = parse(getComputedStyle(at).backgroundColor);
      if (c && (c.length < 4 || c[3] === 1)) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const seen = element.checkVisibility() && !element.closest("svg, script, style");
    const c = parse(style.color);
    if (!text || !seen || !c) continue;
    let opacity = c[3] ?? 1;
    for (let at = element; at; at = at.parentElement) opacity *= getComputedStyle(at).opacity;
    const ground = under(element);
    const mixed = [0, 1, 2].map((i) => opacity * c[i] + (1 - opacity) * ground[i]);
    const [a, b] = [light(mixed), light(ground)].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24;
    found.push([(a + 0.05) / (b + 0.05) / (large ? 3 / 4.5 : 1), element.outerHTML.slice(0, 90)]);
  }
  return found.sort((x, y) => x[0] - y[0]);
}"""
OPEN_ALL = """() => { document.querySelectorAll('details').forEach((one) => { one.open = true; });
  document.querySelectorAll('.later').forEach((one) => one.draw?.()); }"""


def see(browser, address, width=1280, scheme="light", **how):
    """Open a page and wait for its script; what it asks for and complains of is kept."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True, **how
    )
    page.asked, page.complaints = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text))
    page.goto(address)
    page.wait_for_selector("html[data-ready]", timeout=20000)
    return page


@pytest.fixture(params=SITES or [None], ids=lambda path: path and path.parents[1].name)
def address(request):
    if request.param is None:
        pytest.skip("no page has been made: run make or make small first")
    return request.param.as_uri()


@pytest.fixture
def opened(address, browser):
    """Open the page at a width, in a scheme and with a state in the address."""
    pages = []

    def open_page(width=1280, scheme="light", state="", **how):
        pages.append(see(browser, address + state, width, scheme, **how))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_fetched_nothing_complains_and_nothing_overflows(opened, width):
    page = opened(width)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(200)
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_file_is_light(address):
    text = Path(address.removeprefix("file://")).read_text("utf-8")
    data = text.partition('<script id="packed"')[2].partition("</script>")[0]
    assert len(text.encode()) <= HEAVIEST
    assert len(text.encode()) - len(data) <= LIGHTEST


def test_all_claims_are_there_with_a_word_for_both_estimands(opened):
    page = opened()
    assert page.locator(".claim").count() == 22
    assert page.locator("[data-place]").count() == 2 * 24  # statements, for China and for the zone
    words = page.locator(".claim > summary .badge").all_inner_texts()
    assert {word.split(",")[0] for word in words} <= set(VERDICTS)
    assert len(words) == 2 * 24


def decided(tests, times, alpha):
    """Decide tests by the study's own rule at so many times the SEOI."""
    found = {}
    for estimand in {test["estimand"] for test in tests}:
        own = [t for t in tests if t["estimand"] == estimand and "effect" in t]
        number = [
            {key: np.nan if t[key] is None else t[key] for key in ("p", "error")} for t in own
        ]
        df = [np.inf if t["df"] is None else t["df"] for t in own]
        equivalence = holm(
            [
                float(tost(t["effect"], n["error"], times * t["seoi"], df=d))
                for t, n, d in zip(own, number, df, strict=True)
            ]
        )
        adjusted = holm([n["p"] for n in number])
        for t, n, d, p, q in zip(own, number, df, adjusted, equivalence, strict=True):
            side = "positive" if t["side"] > 0 else "negative"
            word = verdict(t["effect"], p, q, side, alpha=alpha)
            mde = minimum_detectable_effect(n["error"], df=d, confidence=1 - alpha)
            found[t["key"]] = word, qualifier(word, q, mde, times * t["seoi"], alpha)
    return {t["key"]: found.get(t["key"], ("not testable", "")) for t in tests}


def judged(page, tests, times, alpha):
    """Decide tests by the page's rule."""
    rule = (ROOT / "guantian/site/script/rule.js").read_text("utf-8")
    found = page.evaluate(
        f"([tests, times, alpha]) => {{ {rule} return judge(tests, times, alpha); }}",
        [tests, times, alpha],
    )
    return {one["key"]: (one["verdict"], one["qualifier"]) for one in found}


def invented_tests(count=300):
    """Tests of all kinds: sure and unsure, few and endless degrees of freedom, missing errors."""
    draw = np.random.default_rng(7)
    found = []
    for place in range(count):
        test = {"key": f"t{place}", "estimand": f"e{place % 12}"}
        if place % 11:
            error = float(10 ** draw.uniform(-2, 0.5))
            effect = float(draw.normal(0, 3) * error)
            df = [None, 1.0, 4.0, 29.0, 400.0][place % 5]
            test |= {"effect": effect, "side": int(draw.choice([-1, 1])), "seoi": 0.4, "df": df}
            test |= {"error": error, "p": float(draw.uniform() ** 6)}
            test |= {"error": None} if place % 29 == 1 else {}
            test |= {"p": None} if place % 31 == 1 else {}
        found.append(test)
    return found


def test_the_rule_of_the_page_is_the_rule_of_the_study(browser):
    page, tests = browser.new_page(), invented_tests()
    words = set()
    for times in SIZES:
        for alpha in LEVELS:
            ours, theirs = decided(tests, times, alpha), judged(page, tests, times, alpha)
            assert theirs == ours
            words |= set(ours.values())
    assert {word for word, _ in words} == set(VERDICTS)
    assert {also for _, also in words} == {"", "no power", "but smaller than the SEOI"}
    page.close()


def test_the_ledger_is_decided_alike_at_every_threshold(opened):
    page = opened()
    tests = json.loads(page.locator("#small").text_content())["tests"]
    declared = {test["key"]: (test["verdict"], test["qualifier"]) for test in tests}
    assert (
        judged(page, tests, 1, json.loads(page.locator("#small").text_content())["alpha"])
        == declared
    )
    for times in SIZES:
        for alpha in LEVELS:
            assert judged(page, tests, times, alpha) == decided(tests, times, alpha)


def test_sliders_move_verdicts_tell_so_and_stay_in_the_address(opened):
    page = opened(state="#k=4&a=0.2")
    tests = json.loads(page.locator("#small").text_content())["tests"]
    wanted = {key: word for key, (word, _) in decided(tests, 4, 0.2).items()}
    shown = page.locator(".badge[data-test]").evaluate_all(
        "all => all.map((one) => [one.dataset.test, one.className.match(/v-[a-z-]+/)[0]])"
    )
    assert {key: name for key, name in shown} == {
        key: f"v-{word.replace(' ', '-')}" for key, word in wanted.items()
    }
    grouped = page.locator("[data-place]").evaluate_all(
        "all => all.map((one) => [one.dataset.place, one.closest('.group').dataset.verdict])"
    )
    assert dict(grouped) == wanted
    also = {key: qualified for key, (_, qualified) in decided(tests, 4, 0.2).items()}
    said = page.locator("[data-also]").evaluate_all(
        "all => all.map((one) => [one.dataset.also, one.textContent])"
    )
    assert dict(said) == also
    changed = sum(wanted[test["key"]] != test["verdict"] for test in tests)
    assert f" {changed} verdicts differ" in page.locator("#changed").inner_text()
    page.locator("#times").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#times-said").inner_text() != "4"
    assert "k=3.36" in page.url
    page.locator("#reset").click()
    assert "k=" not in page.url
    assert "declared" in page.locator("#changed").inner_text()


def test_a_link_opens_its_claim_also_where_it_is_filtered_out(opened):
    page = opened()
    page.fill("#words", "no such words anywhere")
    assert page.locator(".claim:visible").count() == 0
    assert "0 of 22 claims shown" in page.locator("#shown").inner_text()
    place = page.locator("[data-place='S1.4.china']")
    place.evaluate("one => { one.closest('details').open = true; }")
    place.locator("a").click()
    claim = page.locator("[id='S1.4']")
    assert claim.locator(".inside").is_visible()
    page.wait_for_function("location.hash.includes('S1.4')")
    assert page.evaluate("document.activeElement.closest('.claim').id") == "S1.4"


def test_an_address_opens_a_claim_in_either_form(opened):
    for state in ("#S2.4", "#c=S2.4&lang=zh"):
        page = opened(state=state)
        assert page.locator("[id='S2.4'] .inside").is_visible()
        page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")


def test_words_and_verdicts_choose_claims(opened):
    page = opened()
    page.fill("#words", "border provincial")
    assert page.locator("[id='S1.2']").is_visible()
    assert 0 < page.locator(".claim:visible").count() < 12
    page.fill("#words", "省界")  # Chinese finds as well
    assert page.locator("[id='S1.2']").is_visible()
    page.fill("#words", "")
    button = page.locator(".filter", has_text="not testable")
    button.click()
    verdicts = page.eval_on_selector_all(".claim", "all => all.map(one => one.dataset.verdicts)")
    wanted = sum("not testable" in one.split("|") for one in verdicts)
    assert page.locator(".claim:visible").count() == wanted == int(button.locator("b").inner_text())


def test_a_verdict_is_told_by_more_than_colour(opened):
    marks = opened().evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".badge, .filter")].map(
          (one) => [one.className.match(/v-[a-z-]+/)[0] + " " + one.classList[0],
                    getComputedStyle(one, "::before").content]))"""
    )
    for kind in ("badge", "filter"):
        of_kind = [mark for name, mark in marks.items() if name.endswith(kind)]
        assert len(set(of_kind)) == len(of_kind) >= 2
        assert not {"none", "normal", '""'} & set(of_kind)


@pytest.mark.parametrize("name", ["Hanzhong", "han zhong", "汉中", "汉中市"])
def test_a_city_is_found_by_english_pinyin_and_chinese(opened, name):
    page = opened()
    page.fill("#city", name)
    page.press("#city", "Enter")
    assert "Hanzhong" in page.locator("#chosen").inner_text()
    assert "610700" in page.url


def test_three_cities_are_compared_and_a_fourth_is_refused(opened):
    page = opened(state="#city=620500,610300")
    assert page.locator("#main-chart .line.c1").count() >= 1
    assert page.locator("#cards .card").count() == 2
    for name in ("Lanzhou", "Longnan"):
        page.fill("#city", name)
        page.press("#city", "Enter")
    assert page.locator("#chosen button").count() == 3
    assert "Three cities" in page.locator("#city-said").inner_text()
    ends = page.locator("#main-chart .end").all_text_contents()
    assert {"Tianshui", "Baoji", "Lanzhou", "China", "Zone"} == set(ends)
    page.locator("#chosen button").first.click()
    assert page.locator("#cards .card").count() == 2


def test_any_indicator_is_drawn_with_its_gaps_and_given_as_a_file(opened):
    page = opened()
    options = page.locator("#variable option").evaluate_all("all => all.map((one) => one.value)")
    assert len(options) >= 30
    for name in options:
        page.locator("#variable").select_option(name)
        assert page.locator("#main-chart svg.lines, #main-chart p").count() >= 1
    assert page.complaints == []
    page.locator("#variable").select_option("gdp_growth_pct")
    with page.expect_download() as got:
        page.locator("#main-chart .tools button").first.click()
    lines = Path(got.value.path()).read_text("utf-8").splitlines()
    assert lines[0].startswith("year,")
    assert len(lines) == 1 + 24
    with page.expect_download() as got:
        page.locator("#main-chart .tools button").nth(1).click()
    picture = Path(got.value.path()).read_text("utf-8")
    assert picture.startswith("<svg")
    assert "var(--" not in picture
    page.locator("#main-chart .tools button").nth(2).click()
    assert "v=gdp_growth_pct" in page.url


def test_a_year_is_read_by_pointer_by_finger_and_by_keys(opened):
    page = opened(has_touch=True)
    chart = page.locator("#main-chart svg.lines")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    said = page.locator("#main-chart .readout")
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tapped = said.inner_text()
    assert tapped[:4].isdigit()
    page.locator("#main-chart .pointed").focus()
    page.keyboard.press("ArrowLeft")
    assert int(said.inner_text()[:4]) == int(tapped[:4]) - 1
    page.mouse.move(box["x"] + 70, box["y"] + 50)
    assert int(said.inner_text()[:4]) <= 2002


def test_map_series_and_flows_follow_a_city(opened):
    page = opened()
    first = page.locator(".map .city.on").get_attribute("data-code")
    page.locator("#chosen button").first.click()
    assert page.locator(".map .city.on").count() == 0
    page.fill("#city", "Tianshui")
    page.press("#city", "Enter")
    assert page.locator(".map .city.on").get_attribute("data-code") == "620500" != first
    assert page.locator("#map-table tr.on").count() == 1
    ends = page.locator(".network .link.on").evaluate_all(
        "links => links.map((one) => [one.dataset.a, one.dataset.b])"
    )
    assert ends
    assert all("620500" in pair for pair in ends)


def test_the_map_shows_counties_and_what_is_missing(opened):
    page = opened(state="#g=county")
    shapes = page.locator(".map .county")
    assert shapes.count() >= 60
    fills = shapes.evaluate_all("all => all.map((one) => one.style.fill)")
    assert any("hatch" in fill for fill in fills)
    assert len(set(fills)) > 10
    assert page.locator("#map-table tbody tr").count() == shapes.count()
    page.locator("#grain").select_option(index=0)
    assert page.locator(".map .county").count() == 0


def test_the_year_moves_by_arrow_keys_and_no_map_is_blank_without_a_word(opened):
    page = opened()
    page.locator("#year").focus()
    before = int(page.locator("#year-said").inner_text())
    page.keyboard.press("ArrowLeft")
    assert int(page.locator("#year-said").inner_text()) == before - 1
    assert str(before - 1) in page.locator("#map-caption").inner_text()
    page.locator("#map-variable").select_option("lights_per_1000")
    page.locator("#year").fill("2023")
    assert page.locator("#no-values").inner_text().startswith("No values for 2023; known are ")


def leaves(value):
    """The raw cells of a trail by table, column, unit, line and printed value."""
    return sorted(
        (cell.table, cell.column, cell.unit, cell.line or 0, cell.raw_value or 0.0)
        for cell in value.cells()
    )


@pytest.mark.parametrize(
    "variable", ["gdp_per_capita_yuan", "fiscal_gap_pct", "real_gdp_per_resident_yuan"]
)
def test_a_number_of_the_panel_opens_the_trail_that_the_command_prints(opened, variable):
    if not (ROOT / "data/processed/panel_provenance.parquet").exists():
        pytest.skip("no provenance has been made")
    from guantian.trace.follow import open_store

    page = opened(state=f"#m={variable}&y=2010")
    button = page.locator(f"[data-trail='panel 620500 2010 {variable}']")
    button.click()
    text = page.locator("#trail").inner_text()
    value = open_store(ROOT / "data", "620500").value("620500", 2010, variable)
    assert leaves(value)
    for table, column, unit, line, _ in leaves(value):
        if line:
            assert f"{table}.csv, {line}, {column}" in text
            assert f"({unit}, " in text
    items = page.locator("#trail li code").count()
    assert items >= len({cell[:4] for cell in leaves(value) if cell[3]})
    page.keyboard.press("Escape")
    assert not page.locator("#trail").is_visible()


def test_a_number_of_the_ledger_opens_its_declaration_and_row(opened):
    page = opened()
    button = page.locator("#answers [data-trail]:visible").first
    key = button.get_attribute("data-trail").partition(" ")[2]
    button.click()
    text = page.locator("#trail").inner_text()
    assert key in text
    assert button.inner_text() in text
    assert "results/estimates/" in text
    assert f"variant '{key.rpartition('.')[0]}'" in text


@pytest.mark.parametrize(
    ("state", "place", "said"),
    [
        ("", "#forest .value", "results/estimates/zones.parquet: analysis 'zones'"),
        ("#g=county", "#map-table .value", "guantian trace county "),
        (
            "#city=620100&v=capital_100m_yuan",
            "#main-chart table .value",
            "guantian trace panel 620100 ",
        ),
        ("", "#main-chart table .value", "data/raw/"),
        ("", "#cards .value", "data/raw/"),
    ],
)
def test_numbers_everywhere_open_their_trail(opened, state, place, said):
    page = opened(state=state)
    page.evaluate(OPEN_ALL)
    button = page.locator(place).first
    if place.startswith("#forest") and not page.locator(place).count():
        pytest.skip("the chapter on all approved zones has not been run")
    number = button.inner_text()
    button.click()
    text = page.locator("#trail").inner_text()
    assert said in text
    assert number in text


def test_zones_stand_side_by_side(opened):
    page = opened()
    options = page.locator("#statistic option")
    if options.count() == 0:
        pytest.skip("the chapter on all approved zones has not been run")
    assert page.locator(".forest tr.on").count() <= 1
    rows = page.locator(".forest tbody tr")
    assert rows.count() >= 2
    before = rows.first.inner_text()
    page.locator("#statistic").select_option(index=options.count() - 1)
    assert "z=" in page.url
    assert page.locator(".forest tbody tr").first.inner_text() != before


def test_chinese_is_kept_in_the_address_and_reaches_every_part(opened):
    page = opened()
    page.locator("#lang").click()
    assert "lang=zh" in page.url
    page = opened(state="#lang=zh")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    for place in ("h1", "#summary", "#shown", "#chosen", "#map-caption", "[id='S1.2'] .words"):
        text = page.locator(place).first.inner_text()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), place
    page.locator("#lang").click()
    assert "lang" not in page.url
    assert "compete" in page.locator("h1").inner_text()


def test_every_control_is_reached_by_keyboard_and_shows_it(opened):
    page = opened()
    controls = "a, button, select, input, summary"
    seen = "all => all.filter((one) => one.checkVisibility()).length"
    wanted = page.locator(controls).evaluate_all(seen)
    outlined = 0
    for _ in range(wanted + 120):
        page.keyboard.press("Tab")
        path, outline = page.evaluate(
            """() => { const at = document.activeElement;
              at.dataset.reached = "yes";
              return [at.tagName, getComputedStyle(at).outlineStyle]; }"""
        )
        if path == "BODY":
            break
        outlined += outline not in ("none", "")
    missed = page.locator(controls).evaluate_all(
        "all => all.filter((one) => one.checkVisibility() && !one.dataset.reached)"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert missed == []
    assert outlined >= wanted


def test_what_is_pressed_is_large_enough(opened):
    page = opened(390, has_touch=True)
    small = page.locator("button, select, summary, input").evaluate_all(
        "all => all.filter((one) => one.checkVisibility())"
        ".filter((one) => one.getBoundingClientRect().height < 24)"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert small == []


def test_what_is_printed_is_whole(opened):
    page = opened()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#panels svg.lines").count() >= 3
    assert page.locator("#map .scroll").evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert not page.locator("nav").is_visible()


def test_forced_colours_keep_what_tells(opened):
    page = opened(forced_colors="active")
    kept = "one => getComputedStyle(one).forcedColorAdjust"
    for place in (".chip i", ".ramp i", ".map .city"):
        assert page.locator(place).first.evaluate(kept) == "none"


def test_without_a_script_answers_and_ledger_are_whole(address, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("noscript p").is_visible()
    assert page.locator(".claim").count() == 22
    assert page.locator("#summary").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(opened, scheme):
    page = opened(scheme=scheme)
    page.locator(".filter").first.click()
    page.locator(".filter").first.click()
    page.evaluate(OPEN_ALL)
    ratio, faintest = page.evaluate(CONTRAST)[0]
    assert ratio >= FAINTEST, faintest


def test_dark_is_dark_and_charts_follow(opened):
    light, dark = opened(scheme="light"), opened(scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert light.evaluate(ground) != dark.evaluate(ground)
    label = "getComputedStyle(document.querySelector('svg.lines text')).fill"
    assert light.evaluate(label) != dark.evaluate(label)


def test_a_screen_reader_finds_its_way(opened):
    page = opened()
    assert page.locator("h1").count() == 1
    assert page.get_by_role("main").count() == page.get_by_role("navigation").count() == 1
    levels = page.locator("h1, h2, h3, h4").evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).map((one) => +one.tagName[1])"
    )
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = page.locator("svg[role=img], [role=region], [role=group]").evaluate_all(
        "all => all.filter((one) => !one.getAttribute('aria-label')"
        " && !one.getAttribute('aria-labelledby')).length"
    )
    assert unnamed == 0
    for section in page.locator("main section").all():
        heading = section.get_attribute("aria-labelledby")
        assert page.locator(f"#{heading}").count() == 1


ENGLISH = """() => [...document.querySelectorAll("body *")].filter((one) =>
  !one.closest("script, style, noscript, svg, footer, code, cite, [lang=en]")
  && [...one.childNodes].some((n) => n.nodeType === 3
    && /[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}/.test(n.data)))
  .map((one) => one.textContent.slice(0, 90))"""


def test_the_chinese_page_says_nothing_in_english_that_is_not_marked(opened):
    page = opened(state="#lang=zh")
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(500)
    assert page.evaluate(ENGLISH) == []


def test_published_results_are_beside_ours_in_both_languages(opened):
    page = opened()
    table = page.locator("#external table")
    table.evaluate("one => { one.closest('details').open = true; }")
    assert table.locator("tbody").count() >= 20
    assert "agrees" in table.inner_text()
    page.locator("#lang").click()
    assert "一致" in table.inner_text()


def test_tables_of_the_page_are_given_as_files(opened):
    page = opened()
    page.evaluate(OPEN_ALL)
    for place in ("#zones", "#external", "#map", "#flows"):
        with page.expect_download() as got:
            page.locator(f"{place} .tools button").first.click()
        lines = Path(got.value.path()).read_text("utf-8").splitlines()
        assert len(lines) > 5 and "," in lines[0]


def test_paper_has_the_claims_that_are_shown_open(opened):
    page = opened()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".claim:not([open])").count() == 0


def test_secondary_estimates_are_in_words_with_short_p_values(opened):
    page = opened(state="#c=S1.2")
    said = page.locator("[data-evidence='S1.2'] li").all_text_contents()
    assert len(said) > 20
    assert not [one for one in said if re.search(r"[a-z]_[a-z]|0\.0000|\d{4}\.0", one)]


def test_a_city_outside_the_zone_has_its_raw_cells(opened):
    if not (ROOT / "data/processed/panel_provenance.parquet").exists():
        pytest.skip("no provenance has been made")
    page = opened(state="#city=110000&v=gdp_growth_pct")
    chart = page.locator("#main-chart")
    chart.locator("details").last.evaluate("one => { one.open = true; }")
    chart.locator("[data-trail]").first.click()
    said = page.locator("#trail").inner_text()
    assert "city_accounts.csv" in said
    assert "guantian trace" not in said


@pytest.mark.parametrize("state", ["", "#c=S1.1&lang=zh&g=county"])
def test_axe_finds_no_violation(opened, state):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page = opened(state=state)
    page.evaluate(OPEN_ALL)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_hostile_texts_stay_texts(browser, tmp_path):
    sys.path.insert(0, str(ROOT / "tests/unit/site"))
    from made_site import HOSTILE, site_data

    from guantian.site import build_page

    made = tmp_path / "index.html"
    made.write_text(build_page(site_data(HOSTILE)), encoding="utf-8")
    for state in ("", "#lang=zh", "#g=county&c=S1.1", "#c=%3Cscript%3E&city=%3Cb%3E&v=%22"):
        page = see(browser, made.as_uri() + state)
        page.evaluate(OPEN_ALL)
        for place in ("#answers", "#forest", "#map-table", "#main-chart"):
            page.locator(f"{place} [data-trail]:visible").first.click()
            page.keyboard.press("Escape")
        page.fill("#city", HOSTILE)
        page.press("#city", "Enter")
        assert page.evaluate("window.hurt") is None
        assert page.complaints == []
        assert page.locator("b[onclick]").count() == 0
        page.close()


def test_no_cell_of_a_file_is_a_formula(browser, tmp_path, monkeypatch):
    """A spreadsheet would run it, whoever wrote the name."""
    monkeypatch.syspath_prepend(str(ROOT / "tests/unit/site"))
    import made_site

    from guantian.files import guarded_text
    from guantian.site import build_page

    name = "=cmd|' /C calc'!A0"
    monkeypatch.setitem(made_site.NAMES, "610100", name)
    made = tmp_path / "index.html"
    made.write_text(build_page(made_site.site_data()), encoding="utf-8")
    page = see(browser, made.as_uri())
    page.evaluate(OPEN_ALL)
    cells = []
    for button in page.locator(".tools button", has_text="CSV").all():
        with page.expect_download() as got:
            button.click()
        with open(got.value.path(), encoding="utf-8", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]
    assert f"'{name}" in cells
    assert [cell for cell in cells if guarded_text(cell) != cell] == []
