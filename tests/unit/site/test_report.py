"""Names in Snakemake's report are data: none ends a script of the page and begins another."""

import json
import re
from html.parser import HTMLParser

import pytest

from guantian.errors import DataError
from guantian.report import VARIABLES, without_tags

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!-- \" ' \\ 中\n"


class Scripts(HTMLParser):
    """Texts of scripts, and tags, as a browser finds them."""

    def __init__(self):
        super().__init__()
        self.texts, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "script":
            self.texts.append("")

    def handle_data(self, data):
        if self.texts:
            self.texts[-1] += data


def page():
    """What Snakemake's template makes of data."""
    scripts = (
        f'    <script id="{name}">\n    var {name} = {json.dumps({"a": HOSTILE})};\n    </script>'
        for name in VARIABLES
    )
    code = "    <script>\n    if (1 < 2) { var data = [1]; }\n    </script>"
    return "\n".join(["<html><body>", code, *scripts, "</body></html>"])


def test_no_name_ends_a_script():
    before, after = Scripts(), Scripts()
    before.feed(page())
    after.feed(without_tags(page()))
    assert "img" in before.tags, "what would have run"
    assert after.tags == ["html", "body", *["script"] * (1 + len(VARIABLES))]
    assert not any(text.startswith("alert") for text in after.texts)


def test_the_data_are_the_same():
    held = re.findall(r"^    var \w+ = (.*);$", without_tags(page()), re.MULTILINE)
    assert [json.loads(text) for text in held] == [{"a": HOSTILE}] * len(VARIABLES)
    assert "if (1 < 2)" in without_tags(page()), "code stays"


def test_another_form_of_the_report_is_not_taken_for_safe():
    with pytest.raises(DataError, match="The report has no results where it was expected"):
        without_tags(page().replace("var results", "let results"))


def test_the_template_of_snakemake_is_that_form():
    from importlib.resources import files

    template = files("snakemake.report.html_reporter.template").joinpath("index.html.jinja2")
    named = re.findall(r"^    var (\w+) = \{\{", template.read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(VARIABLES)
