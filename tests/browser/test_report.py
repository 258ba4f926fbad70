"""The report opened as a reader would: in a browser, without a network."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORTS = sorted((ROOT / "results").glob("**/report.html"))


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


@pytest.mark.parametrize(
    ("category", "result", "form"),
    [
        ("Zone", "Map of the zone", "img"),
        ("Data", "Corrections", "iframe"),
        ("Convergence", "Change of dispersion", "iframe"),
        ("Convergence", "Dispersion over time", "img"),
    ],
)
def test_a_reader_finds_and_opens_a_result(page, category, result, form):
    page.get_by_text(category, exact=True).first.click()
    row = page.locator("tr", has_text=result).first
    row.locator("[iconname=eye]").click()
    page.locator(f"div.flex {form}").first.wait_for(state="visible", timeout=5000)


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
