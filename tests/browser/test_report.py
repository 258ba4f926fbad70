"""The report opened as a reader would: in a browser, without a network."""

import json
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORTS = sorted((ROOT / "results").glob("**/report.html"))
LIST = "tr [iconname=information-circle]"  # a button for each result of a list


@pytest.fixture(params=REPORTS or [None], ids=lambda path: path and path.parent.name)
def page(request, browser):
    if request.param is None:
        pytest.skip("no report has been made: run make or make small first")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.asked, page.complaints = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(request.param.as_uri())
    yield page
    page.close()


def held(page):
    """Read what the report holds: path to label and caption."""
    return page.evaluate(
        "Object.fromEntries(Object.entries(results)"
        ".map(([path, { labels, caption }]) => [path, { labels, caption }]))"
    )


@pytest.mark.parametrize(
    ("category", "result", "form"),
    [
        ("Zone", "Map of the zone", "img"),
        ("Data", "Corrections", "iframe"),
        ("Convergence", "Change of dispersion", "iframe"),
        ("Convergence", "Dispersion of output and lights per head", "img"),
    ],
)
def test_a_reader_finds_and_opens_a_result(page, category, result, form):
    page.get_by_text(category, exact=True).first.click()
    row = page.locator("tr", has_text=result).first
    row.locator("[iconname=eye]").click()
    page.locator(f"div.flex {form}").first.wait_for(state="visible", timeout=5000)


def test_a_tall_image_is_seen_from_its_top(page):
    """Snakemake alone centres what is higher than the window and cuts its top off."""
    page.set_viewport_size({"width": 1280, "height": 400})
    page.get_by_text("Zone", exact=True).first.click()
    page.locator("tr", has_text="Map of the zone").first.locator("[iconname=eye]").click()
    image = page.locator("div.flex img[src^='data:image/png']").first
    image.wait_for(state="visible", timeout=5000)
    place = image.bounding_box()
    assert place["height"] > 400, "the image is higher than the window"
    assert place["y"] >= 0 and place["x"] >= 0
    assert place["x"] + place["width"] <= 1280


def test_every_category_lists_all_its_results(page):
    for category, groups in page.evaluate("categories").items():
        page.get_by_text(category, exact=True).first.click()
        page.locator(LIST).first.wait_for(state="visible", timeout=5000)
        wanted = sum(len(paths) for paths in groups.values())
        assert (category, page.locator(LIST).count()) == (category, wanted)
        page.locator("nav ol a").first.click()  # home
    assert page.complaints == []


@pytest.mark.parametrize("term", ["border", "claims", "burden", "flows", "zone", "e"])
def test_a_search_lists_all_that_it_finds(page, term):
    wanted = sum(term in path for path in held(page))
    assert wanted
    field = page.locator("input").first
    field.fill(term)
    field.press("Enter")
    page.locator(LIST).first.wait_for(state="visible", timeout=5000)
    assert page.locator(LIST).count() == wanted
    assert page.complaints == []


def test_no_two_results_have_one_name(page):
    """A list holds results by their labels: of two alike it shows one."""
    names = Counter(json.dumps(result["labels"]) for result in held(page).values())
    assert [name for name, count in names.items() if count > 1] == []


def test_captions_and_first_page_are_sound(page):
    shown = page.inner_text("body") + "".join(result["caption"] for result in held(page).values())
    assert "published figures" in shown
    assert "System Message" not in shown


def test_a_caption_says_what_is_seen(page):
    page.get_by_text("Convergence", exact=True).first.click()
    page.locator("tr", has_text="Change of dispersion").locator(
        "[iconname=information-circle]"
    ).click()
    page.get_by_text("Pitman and Morgan").first.wait_for(state="visible", timeout=5000)


def test_nothing_is_fetched_and_nothing_fails(page):
    page.wait_for_load_state("load")
    assert not [url for url in page.asked if url.startswith(("http:", "https:"))]
    assert page.complaints == []
