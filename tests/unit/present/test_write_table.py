"""Signs that LaTeX and HTML read as their own are escaped."""

import re

import pandas as pd

from guantian.present.tables import Table, write_table

SIGNS = Table(
    "signs",
    "Costs & <benefits>",
    pd.DataFrame({"Group": ["a_b"], "Name": ["50% & <c>"], "Value": ["\u22121"]}),
    "Sources: a_b & <d>.",
    group="Group",
    text=("Name",),
)


def test_latex_escapes_its_own_signs(tmp_path):
    write_table(SIGNS, tmp_path)
    text = (tmp_path / "signs.tex").read_text("utf-8")
    assert r"50\% \& " in text and r"a\_b" in text
    assert not re.search(r"(?<!\\)_", text) and not re.search(r"(?<!\\)%", text)


def test_html_escapes_its_own_signs_in_the_table(tmp_path):
    write_table(SIGNS, tmp_path)
    body = (tmp_path / "signs.html").read_text("utf-8").partition("<body>")[2]
    for tag in ("<benefits>", "<c>", "<d>"):
        assert tag not in body
    assert "50% &amp; &lt;c&gt;" in body


def test_html_escapes_the_title_of_the_page(tmp_path):
    write_table(SIGNS, tmp_path)
    text = (tmp_path / "signs.html").read_text("utf-8")
    assert "<title>Costs &amp; &lt;benefits&gt;</title>" in text
