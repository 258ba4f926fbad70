"""The page opened as its readers would: at three widths, by keyboard, light and dark, offline."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from guantian.claims.rules import VERDICTS

ROOT = Path(__file__).resolve().parents[2]
SITES = sorted((ROOT / "results").glob("**/site/index.html"))
WIDTHS = (390, 820, 1280)
FAINTEST = 4.5  # contrast of text by WCAG 2.2, level AA; of large text 3

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


@pytest.fixture(params=SITES or [None], ids=lambda path: path and path.parents[1].name)
def opened(request, browser):
    """Open the page at a width and in a scheme; what it asks for and complains of is kept."""
    if request.param is None:
        pytest.skip("no page has been made: run make or make small first")
    pages = []

    def open_page(width=1280, scheme="light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.asked, page.complaints = [], []
        page.on("request", lambda asked: page.asked.append(asked.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.append(said.text))
        page.goto(request.param.as_uri())
        page.wait_for_selector("html[data-ready]", timeout=20000)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_fetched_nothing_complains_and_nothing_overflows(opened, width):
    page = opened(width)
    page.evaluate("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert len(page.asked) == 1  # the page itself
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_claims_are_there_with_a_word(opened):
    page = opened()
    assert page.locator(".claim").count() == 22
    assert page.locator(".tile").count() == 2 * 24  # statements, for China and for the zone
    words = page.locator(".claim > summary .badge").all_inner_texts()
    said = {word.partition(": ")[2].split(",")[0].split(" (")[0] for word in words}
    assert said <= set(VERDICTS)
    assert len(words) == 2 * 24


def test_a_tile_opens_its_claim(opened):
    page = opened()
    page.locator(".tile").nth(4).click()  # the first claim has two statements
    claim = page.locator(".claim").nth(3)
    assert claim.get_attribute("open") is not None
    assert claim.locator(".inside").is_visible()
    claim.locator("> summary").click()
    assert not claim.locator(".inside").is_visible()
    page.locator(".tile").nth(4).click()  # the address does not change
    assert claim.locator(".inside").is_visible()


def test_a_tile_opens_its_claim_also_where_it_is_filtered_out(opened):
    page = opened()
    page.locator(".tile").nth(4).click()
    for button in page.locator(".filter").all():
        button.click()
    assert page.locator(".claim:visible").count() == 0
    assert page.locator("#shown").inner_text() == (
        "0 of 22 claims shown: press a word above to see its claims"
    )
    page.locator(".tile").nth(4).click()
    assert page.locator(".claim").nth(3).locator(".inside").is_visible()
    assert page.locator("#shown").inner_text() == "1 of 22 claims shown"
    page.locator(".tile").nth(5).click()
    assert page.locator("#shown").inner_text() == "2 of 22 claims shown"


def test_a_verdict_is_told_by_more_than_colour(opened):
    marks = opened().evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".tile, .badge, .filter")].map(
          (one) => [one.className.match(/v-[a-z-]+/)[0] + " " + one.classList[0],
                    getComputedStyle(one, "::before").content]))"""
    )
    for kind in ("tile", "badge", "filter"):
        of_kind = [mark for name, mark in marks.items() if name.endswith(kind)]
        assert len(set(of_kind)) == len(of_kind) >= 2
        assert not {"none", "normal", '""'} & set(of_kind)


def test_filters_hide_claims_and_say_so(opened):
    page = opened()
    button = page.locator(".filter").first
    word = button.get_attribute("data-verdict")
    verdicts = page.eval_on_selector_all(".claim", "all => all.map(one => one.dataset.verdicts)")
    assert int(button.locator("b").inner_text()) == sum(word in v.split("|") for v in verdicts)
    hidden = verdicts.count(word)  # a claim with another verdict as well stays
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator(".claim:visible").count() == 22 - hidden
    assert page.locator("#shown").inner_text() == f"{22 - hidden} of 22 claims shown"
    assert page.locator("#shown").is_visible()


def test_map_series_and_flows_are_linked(opened):
    page = opened()
    chip = page.locator(".chip").nth(1)
    chip.click()
    assert page.locator(".map .city.on").count() == 1
    assert page.locator("#map-table tr.on").count() == 1
    code = chip.get_attribute("data-code")
    lit = page.locator(".network .link.on")
    assert lit.count() > 0
    ends = lit.evaluate_all("links => links.map((one) => [one.dataset.a, one.dataset.b])")
    assert all(code in pair for pair in ends)
    before = page.locator("#map-table tbody").inner_text()
    page.locator("#variable").select_option(index=2)
    assert page.locator("#map-table tbody").inner_text() != before
    chip.click()
    assert page.locator(".map .city.on").count() == 0


def test_every_control_is_reached_by_keyboard_and_shows_it(opened):
    page = opened()
    wanted = page.locator("a, button, select, input, summary").evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).length"
    )
    reached, outlined = set(), 0
    for _ in range(wanted + 30):
        page.keyboard.press("Tab")
        path, outline = page.evaluate(
            """() => { const at = document.activeElement;
              at.dataset.reached = "yes";
              return [at.tagName, getComputedStyle(at).outlineStyle]; }"""
        )
        reached.add(path)
        outlined += outline not in ("none", "")
        if path == "BODY":
            break
    missed = page.locator("a, button, select, input, summary").evaluate_all(
        "all => all.filter((one) => one.checkVisibility() && !one.dataset.reached)"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert missed == []
    assert {"A", "BUTTON", "SELECT", "INPUT", "SUMMARY"} <= reached
    assert outlined >= wanted


def test_the_year_moves_by_arrow_keys(opened):
    page = opened()
    page.locator("#year").focus()
    before = int(page.locator("#year-said").inner_text())
    page.keyboard.press("ArrowLeft")
    assert int(page.locator("#year-said").inner_text()) == before - 1
    assert str(before - 1) in page.locator("#map-caption").inner_text()


def test_the_map_is_never_blank_without_a_word(opened):
    found = opened().evaluate(
        """() => {
          const one = (name) => document.querySelector(name);
          const slider = one("#year"), figure = one("#variable"), found = [];
          const blank = () => [...document.querySelectorAll("#map-table td")]
            .every((cell) => cell.textContent === "–");
          const move = (year) => { slider.value = year; slider.dispatchEvent(new Event("input")); };
          for (const option of figure.options) for (let y = +slider.min; y <= +slider.max; y++) {
            move(y);
            figure.value = option.value;
            figure.dispatchEvent(new Event("change"));
            const chosen = blank();
            move(y);
            found.push([y, chosen, blank(), one("#no-figures").textContent]);
          }
          return found;
        }"""
    )
    assert not any(chosen for _, chosen, *_ in found)  # it goes to a year with figures
    assert any(blank for *_, blank, _ in found)
    for year, _, blank, said in found:
        assert said.startswith(f"No figures for {year}; known are ") if blank else said == ""


def test_numbers_have_one_form(opened):
    page = opened()
    said = page.locator(".chart [aria-label]").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    shown = [text.partition("City: ")[2] for text in said if "City: " in text]
    assert any("\u202f" in text for text in shown)
    assert not [text for text in shown if re.search(r"\de[+-]?\d|\d,\d|: -\d", text)]
    axes = page.locator(".chart .role-axis-label text").all_text_contents()
    assert any("\u202f" in text for text in axes)
    assert not [text for text in axes if "," in text or text.startswith("-")]


def test_what_is_printed_is_whole(opened):
    page = opened()
    page.emulate_media(media="print")
    table = page.locator("#flows .scroll")
    assert table.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert page.locator(".chip").first.is_visible()  # the legend of the series
    ramp = page.locator(".ramp i")
    assert ramp.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact"


def test_without_a_script_a_sentence_says_what_is_missing(opened, browser):
    address = opened().url
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("noscript p").is_visible()
    assert page.locator(".claim").count() == 22
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(opened, scheme):
    page = opened(scheme=scheme)
    page.locator(".filter").first.click()  # switched off it is read as well
    page.locator("[data-curve] .mark-symbol path").first.hover(force=True)
    page.locator("#vg-tooltip-element td.key").first.wait_for(state="visible")
    page.evaluate("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    ratio, faintest = page.evaluate(CONTRAST)[0]
    assert ratio >= FAINTEST, faintest


def test_dark_is_dark_and_charts_follow(opened):
    light, dark = opened(scheme="light"), opened(scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert light.evaluate(ground) != dark.evaluate(ground)
    label = "document.querySelector('.chart text').getAttribute('fill')"
    assert light.evaluate(label) != dark.evaluate(label)


def test_a_screen_reader_finds_its_way(opened):
    page = opened()
    assert page.locator("h1").count() == 1
    assert page.get_by_role("main").count() == page.get_by_role("navigation").count() == 1
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map((one) => +one.tagName[1])")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = page.locator("svg[role=img]").evaluate_all(
        "all => all.filter((one) => !one.getAttribute('aria-label')).length"
    )
    assert unnamed == 0
    assert page.locator(".chart svg").count() == page.locator(".chart [aria-label]").evaluate_all(
        "all => new Set(all.map((one) => one.closest('.chart'))).size"
    )
    for section in page.locator("main section").all():
        heading = section.get_attribute("aria-labelledby")
        assert page.locator(f"#{heading}").count() == 1
