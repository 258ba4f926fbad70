"""The documentation opened by double click: pages, and a search that needs no network."""

from pathlib import Path

import pytest

BUILT = Path(__file__).resolve().parents[2] / "docs/_build/html"


@pytest.fixture(scope="module")
def page(browser):
    if not (BUILT / "index.html").exists():
        pytest.skip("the documentation has not been built: run make docs first")
    opened = browser.new_page()
    opened.context.set_offline(True)
    asked = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.asked = asked
    yield opened
    opened.close()


def test_the_first_page_leads_on(page):
    page.goto((BUILT / "index.html").as_uri())
    assert "Guantian" in page.title()
    page.click("article a:has-text('Convergence clubs')")
    assert page.locator("h1").first.inner_text().startswith("Convergence clubs")


@pytest.mark.parametrize("word", ["placebo_zones", "clubs"])
def test_search_finds_pages_without_a_network(page, word):
    page.goto((BUILT / "search.html").as_uri() + f"?q={word}")
    page.wait_for_selector("ul.search li a", timeout=20_000)
    assert page.locator("ul.search li").count() >= 2


def test_nothing_is_asked_of_the_network(page):
    assert page.asked
    assert {url.partition(":")[0] for url in page.asked} <= {"file", "data"}
