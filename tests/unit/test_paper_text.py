"""The text holds no number of its own, cites all that it shows, and can be read."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from guantian import labels
from guantian.paper.declared import QUANTITIES
from guantian.present.captions import captions, files
from guantian.registry import CHAPTERS, ORDER

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "paper"
KIT = {
    "style.typ",
    "guards.typ",
    "alt.typ",
    "zh.typ",
    "kit_zh.typ",
    "captions_zh.typ",
}  # they hold no running text
CHINESE = [*sorted(PAPER.glob("*zh.typ")), *sorted((PAPER / "sections").glob("*_zh.typ"))]
MAIN = [PAPER / "main.typ", *sorted({*(PAPER / "sections").glob("*.typ")} - {*CHINESE})]
APPENDIX = [
    PAPER / "appendix.typ",
    *sorted((PAPER / "appendix").glob("*.typ")),
    *sorted((ROOT / "guantian/chapters").rglob("*.typ")),
]
TEXTS = [path for path in MAIN + APPENDIX + CHINESE if path.name not in KIT]
FACTS = yaml.safe_load((PAPER / "facts.yaml").read_text("utf-8"))
# Years name events; "times 100" and "= 100" name a scale; HC3, H77 and the documents are names.
ALLOWED = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|times 100\b|= 100\b|\bHC3\b|\bDocument [12]\b|\b[A-Z]\d\d\b"
)
# Where two calls print numbers: how many.
PRINTS = {"est": 1, "fall": 1, "ci": 2, "fall-ci": 2, "both": 3, "pv": 1, "count": 1}


def names(path):
    return str(path.relative_to(ROOT))


def call_end(text, start):
    """The place after the bracket that closes the one at ``start``."""
    opening, depth, quoted = text[start], 0, False
    closing = {"(": ")", "[": "]"}[opening]
    for place in range(start, len(text)):
        sign = text[place]
        if sign == '"' and opening == "(":
            quoted = not quoted
        if not quoted:
            depth += (sign == opening) - (sign == closing)
            if depth == 0:
                return place + 1
    raise AssertionError(f"a bracket is not closed: {text[start : start + 60]!r}")


FLOATS = ("picture", "printed", "ruled", "formula", "ledger-table", "tests-table")
CALL = re.compile(r"#([a-z][\w-]*)")
NAMING_CALL = re.compile(r"#?\b[a-z][\w-]*\(\"")


def running(text):
    """Running text of Typst: numbers that it prints as digits, estimates marked by ``≈``."""
    text = re.sub(
        r"^#(?:import|include|let|set|show|place|bibliography)\b.*$", "", text, flags=re.M
    )
    text = re.sub(r"(?<!:)//.*", "", text)
    made, place = [], 0
    while call := CALL.search(text, place):
        made.append(text[place : call.start()])
        name, place = call[1], call.end()
        inside = ""
        if place < len(text) and text[place] == "(":
            end = call_end(text, place)
            inside, place = text[place:end], end
        elif text[place : place + 1] == ".":
            tail = re.compile(r"(?:\.[a-z]\w*)+").match(text, place)
            place = tail.end() if tail else place
            made.append("7" if tail else "")
        if name in FLOATS:
            continue
        if name == "fact":
            made.append(str(FACTS[inside.strip('()"')]["value"]))
        marks = {"est": "≈", "fall": "≈", "both": "≈"}.get(name, "")
        made.append(marks + " ".join(["7"] * PRINTS.get(name, 0)))
        if name == "guard":  # its sentence is what the next bracket holds
            assert text[place] == "[", inside
            end = call_end(text, place)
            made.append(running(text[place + 1 : end - 1]))
            place = end
    made.append(text[place:])
    found = "".join(made)
    found = re.sub(r"\$[^$]*\$", "x", found)
    return re.sub(r"@[\w-]*\w|<[\w-]+>", "", found)


def sentences(path):
    """Sentences of the running text, headings left out."""
    text = running(path.read_text(encoding="utf-8"))
    text = re.sub(r"^=+ .*$", "", text, flags=re.M)
    for block in re.split(r"\n\s*\n", text):
        for sentence in re.split(
            r"(?<=[.!?])[\])”\"*_]*\s+(?=[A-Z*_\[“\"7≈])", " ".join(block.split())
        ):
            if re.search(r"[a-z]{2}", sentence):
                yield sentence.strip()


def numbers_in(sentence):
    """Numbers in digits that are no years."""
    return re.findall(r"\d[\d.\u202f]*", re.sub(r"\b(?:19|20)\d\d\b", "", sentence))


def prose(text):
    """The text without comments, code, labels, formulas and calls."""
    text = re.sub(r"//.*", "", text)
    text = re.sub(r"^#(?:import|include|let)\b.*$", "", text, flags=re.M)
    text = re.sub(r"\$[^$]*\$", "", text)
    text = re.sub(r"^\s*(?:columns|size|text-columns|width): .*$", "", text, flags=re.M)
    text = re.sub(r"#(?:set|counter|bibliography|cite)\b.*", "", text)
    while guard := text.find("#guard(") + 1:
        text = text[: guard - 1] + text[call_end(text, guard + 5) :]
    made, place = [], 0
    while call := NAMING_CALL.search(text, place):
        made.append(text[place : call.start()])
        place = call_end(text, call.end() - 2)
    made.append(text[place:])
    return re.sub(r"[@<#][\w.-]+", "", "".join(made))


@pytest.mark.parametrize("path", TEXTS, ids=names)
def test_no_number_is_typed(path):
    text = ALLOWED.sub("", prose(path.read_text(encoding="utf-8")))
    typed = [line.strip() for line in text.splitlines() if re.search(r"\d", line)]
    assert typed == []


@pytest.mark.parametrize("said", ["the ratio was 0.96 then", "in 7 cities", "a rise of 12%"])
def test_a_typed_number_is_found(said):
    assert re.search(r"\d", ALLOWED.sub("", prose(said)))


def keys_of(path):
    return set(re.findall(r"^@\w+\{(\w+),", path.read_text("utf-8"), flags=re.M))


def test_every_reference_is_cited_and_known():
    """Typst fails on unknown keys; here the other way round: nothing is listed and not cited."""
    text = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    keys = keys_of(PAPER / "references.bib")
    assert {key for key in keys if not re.search(rf"@{key}\b|<{key}>", text)} == set()


BIBLIOGRAPHIES = [PAPER / "references.bib", ROOT / "data/citations.bib"]


def entries(path):
    """Kind, key and body of each entry of a bibliography."""
    text = path.read_text("utf-8")
    return re.findall(r"^@(\w+)\{(\w+),\n(.*?)^\}$", text, flags=re.M | re.S)


@pytest.mark.parametrize("path", BIBLIOGRAPHIES, ids=names)
def test_every_reference_is_complete(path):
    """An article has author, title, journal and year, and a place there; DOIs are of their form."""
    found = entries(path)
    assert len(found) == len(keys_of(path))
    dois = []
    for kind, key, body in found:
        fields = set(re.findall(r"\b([a-z]+)\s*=\s*[{\d]", body))
        given = re.search(r"\bdoi\s*=\s*\{([^}]*)\}", body)
        if given:
            assert re.fullmatch(r"10\.\d{4,5}/[^\s{}]+", given[1]), key
            dois.append(given[1].lower())
        if kind == "article":
            assert {"author", "title", "journal", "year"} <= fields, key
            assert {"pages", "doi", "url"} & fields, key
    assert len(dois) == len(set(dois))


def test_titles_of_the_bibliographies_can_be_set(root):
    """The signs of titles in Chinese are in the font that sets them."""
    from fontTools.ttLib import TTFont

    text = "".join(
        re.sub(r"^\s*annote = .*$", "", path.read_text("utf-8"), flags=re.M)
        for path in BIBLIOGRAPHIES
    )
    with TTFont(root / "assets/fonts/NotoSansSC-Regular.otf", lazy=True) as font:
        known = set(font.getBestCmap())
    lacking = {sign for sign in text if ord(sign) > 0x2E7F and ord(sign) not in known}
    assert lacking == set()


def test_every_data_set_is_cited():
    """The appendix cites what data/sources.csv names, table by table."""
    sources = pd.read_csv(ROOT / "data/sources.csv", keep_default_na=False)
    cited = set(" ".join(sources["citations"]).split())
    assert keys_of(ROOT / "data/citations.bib") == cited
    assert "/data/sources.csv" in (PAPER / "appendix/data.typ").read_text("utf-8")


SHOWING = re.compile(r"^ *#(picture|printed|ruled)(?=\()", flags=re.M)


def shown_in(text):
    """Yield kind, arguments and whole of each call that shows a figure or a table."""
    for call in SHOWING.finditer(text):
        end = call_end(text, call.end())
        yield call[1], text[call.end() + 1 : end - 1], text[call.start() : end]


def floats_and_citations(text):
    """Labels of figures and tables, and the labels that the text around them cites."""
    named, rest = [], re.sub(r"//.*", "", text)
    for _, given, call in shown_in(text):
        named += re.findall(r"^\s*(?:\"\w+\",\s*label: )?<([\w-]+)>", given)
        rest = rest.replace(call, "")
    return named, set(re.findall(r"@([\w-]*\w)", rest))


@pytest.mark.parametrize("path", APPENDIX, ids=names)
def test_every_figure_and_table_is_cited_in_the_text_of_its_file(path):
    """A reader meets no table or figure that the text beside it does not introduce."""
    text = path.read_text(encoding="utf-8")
    named, cited = floats_and_citations(text)
    assert len(named) == len(list(shown_in(text)))
    assert [label for label in named if label not in cited] == []


def main_floats():
    found = [floats_and_citations(path.read_text("utf-8")) for path in MAIN]
    return [label for named, _ in found for label in named], set().union(*(c for _, c in found))


def test_every_figure_and_table_of_the_main_paper_is_cited():
    named, cited = main_floats()
    assert [label for label in named if label not in cited] == []


# style.typ shows what captions.yaml has, the Chinese texts what config/zh.yaml has.
SPEAKING = sorted(
    {*PAPER.rglob("*.typ"), *(ROOT / "guantian").rglob("*.typ")} - {PAPER / "style.typ"}
)
FIRST = {
    "ruled": r"\s*<[\w-]+>,\s*[\w(]",
    "picture": r'\s*"\w+"(?:,\s*[a-z-]+: |,?\s*$)',
    "printed": r'\s*"\w+"(?:,\s*[a-z-]+: |,?\s*$)',
}


def own_words(text, translated=False):
    """What a text says itself beside a figure or table."""
    text = re.sub(r"(?<!:)//.*", "", text)
    found = re.findall(r"\b(?:caption|notes|alt): *[\[\"].*", text)
    if not translated:
        found += re.findall(r"(?<!set )\bfigure\(.*", text)
        for kind, given, call in shown_in(text):
            said = re.search(r"\b(?:caption|notes|alt|title):", given)
            if said or not re.match(FIRST[kind], given) or (kind != "ruled" and "[" in given):
                found.append(call)
    return found


@pytest.mark.parametrize("path", SPEAKING, ids=names)
def test_no_text_gives_a_title_a_caption_or_notes_of_its_own(path):
    """They are in captions.yaml, from which report, tables, page and paper take the same words."""
    assert own_words(path.read_text("utf-8"), translated=path.stem.endswith("zh")) == []


@pytest.mark.parametrize(
    "text",
    [
        '#picture("a", [A line.], label: <a>)',
        '#printed(\n  "a",\n  [A table],\n  label: <a>,\n)',
        '#printed("a", label: <a>, notes: [Read it so.])',
        "#ruled(\n  <a>,\n  [A table],\n  ([A],),\n  (),\n)",
        '#figure(image("a.svg"), caption: [A line.])',
        '#picture("a", label: <a>, alt: "A line.")',
    ],
)
def test_a_caption_in_a_text_is_found(text):
    assert own_words(text) != []


def test_what_the_texts_show_has_captions_and_the_other_way_round():
    known = {key for chapter in files() for key in captions(chapter)}
    groups = {"picture": "figures", "printed": "tables", "ruled": "typeset"}
    shown = {
        (groups[kind], re.search(r"\w[\w-]*", given)[0])
        for path in {*TEXTS, PAPER / "brief.typ"} - {*CHINESE}
        for kind, given, _ in shown_in(path.read_text("utf-8"))
    }
    assert shown <= known
    assert {key for key in known - shown if key[0] == "typeset"} == set()


def test_no_semicolon_is_swallowed():
    """Typst takes a semicolon right after `#name.part` as the end of the expression."""
    text = "".join(path.read_text(encoding="utf-8") for path in [*TEXTS, PAPER / "brief.typ"])
    assert re.findall(r"#[A-Za-z_]+(?:\.[A-Za-z_]+)+;", text) == []


# What a reader can take in ---------------------------------------------------------------------

KINDS = ("picture", "ruled|printed")


@pytest.mark.parametrize("kind", KINDS)
def test_the_main_paper_has_eight_figures_and_eight_tables_at_most(kind):
    text = "".join(path.read_text("utf-8") for path in MAIN)
    assert 1 <= len(re.findall(rf"^#(?:{kind})\(", text, flags=re.M)) <= 8


def test_the_abstract_is_short():
    said = list(sentences(PAPER / "sections/abstract.typ"))
    assert 0 < sum(len(sentence.split()) for sentence in said) <= 150
    assert sum(len(numbers_in(sentence)) for sentence in said) <= 4


@pytest.mark.parametrize("path", MAIN[1:], ids=names)
def test_a_sentence_has_two_estimates_and_four_numbers_at_most(path):
    said = list(sentences(path))
    assert [each for each in said if each.count("≈") > 2] == []
    assert [each for each in said if len(numbers_in(each)) > 4] == []


def test_sentences_are_short_and_their_numbers_few():
    said = [sentence for path in MAIN[1:] for sentence in sentences(path)]
    words = sum(len(each.split()) for each in said) / len(said)
    numbers = sum(len(numbers_in(each)) for each in said) / len(said)
    assert words <= 22, f"{words:.1f} words a sentence"
    assert numbers <= 1.2, f"{numbers:.2f} numbers a sentence"
    assert [each for each in said if len(each.split()) > 60] == []


# Words of the glossary's left column whose other meanings do not occur in a paper.
BANNED = (
    *("likeness", "alike", "nought", "told from", "told apart", "held against", "to be had"),
    *("would have been found", "could have been found", "feign", "in step", "core and rest"),
    *("outlay", "surroundings", "patience", "anew", "swept", "goes with", "judged by hand"),
    *("hundredths of a log point", "did not change detectably", "not surely", "unusual"),
    *("the nation", "these figures", "the figures", "ledger's word", "stands in", "stands for"),
)


@pytest.mark.parametrize("path", MAIN[1:], ids=names)
def test_the_glossary_holds(path):
    text = " ".join(running(path.read_text("utf-8")).lower().split())
    assert [word for word in BANNED if re.search(rf"\b{word}\b", text)] == []


def test_the_measures_count_what_they_should():
    text = (
        'Growth was #est("a.x") percent #ci("a.x") in 2009. '
        '#guard(expect(verdict("S1.2"), "supported"))['
        'It fell by #both("b") @fig.] Then #n.panel.cities cities (of @tab) stayed.\n'
    )
    said = re.split(r"(?<=\.) ", running(text).strip())
    assert [len(numbers_in(each)) for each in said] == [3, 3, 1]
    assert [each.count("≈") for each in said] == [1, 1, 0]


# What binds the text to results ------------------------------------------------------------------


def test_facts_have_sources_and_are_used():
    text = "".join(path.read_text("utf-8") for path in MAIN)
    known = keys_of(PAPER / "references.bib") | {"protocol"}
    assert {fact["source"] for fact in FACTS.values()} <= known
    assert set(re.findall(r'fact\("(\w+)"\)', text)) == set(FACTS)


def test_the_main_paper_names_every_quantity_and_no_other():
    text = "".join(path.read_text("utf-8") for path in MAIN)
    calls = (
        r"(?:est|fall|ci|fall-ci|both|pv|count|many|Many|value|low|high|row"
        r"|expect-(?:in)?significant|distance-of)"
    )
    used = set(re.findall(rf'\b{calls}\("([a-z0-9_.]+)"', text))
    assert used == {quantity.key for quantity in QUANTITIES}


def test_the_chinese_summary_has_words_for_every_statement(root):
    strings = yaml.safe_load((root / "config/zh.yaml").read_text("utf-8"))
    claims = yaml.safe_load((root / "config/claims.yaml").read_text("utf-8"))["claims"]
    statements = [each for claim in claims for each in claim["statements"]]
    assert list(strings["claims"]) == [each["part"] for each in statements]
    units = {each[side]["unit"] for each in statements for side in ("china", "zone")
             if "unit" in each.get(side, {})}  # fmt: skip
    units |= {each["unit"] for each in statements if "unit" in each}
    assert units <= set(strings["units"])
    assert set(labels.keys("verdict")) <= set(strings["words"]["verdict"])


def test_the_chinese_summary_has_every_caption(root):
    strings = yaml.safe_load((root / "config/zh.yaml").read_text("utf-8"))
    main, chapters = strings["captions"]["main"], strings["captions"]
    shown, _ = main_floats()
    assert sorted([*main["figures"], *main["tables"]]) == sorted(shown)
    there = {
        name: {(kind, key) for kind, texts in found.items() for key in texts}
        for name, found in chapters.items()
        if name != "main"
    }
    # A chapter without a place in the study is not translated yet.
    known = [name for name in files() if name in ORDER or name not in CHAPTERS]
    made = {name: {key for key in captions(name) if key[0] != "typeset"} for name in known}
    assert there == made
    assert set(strings["chapters"]) == set(chapters)


def test_the_figures_of_the_summary_are_in_chinese(root):
    """Every word of the registry that they show is translated, with a text in the place of each."""
    from fontTools.ttLib import TTFont

    strings = yaml.safe_load((root / "config/zh.yaml").read_text("utf-8"))
    words = strings["words"]
    with labels.in_words(words):  # refuses keys that the registry does not have
        assert labels.label("axis", "flow_ratio") == words["axis"]["flow_ratio"]
    for kind in ("flow_row", "map_key", "estimand"):
        assert set(words[kind]) == set(labels.keys(kind))
    drawn = re.findall(r'picture\("(\w+)"', "".join(path.read_text("utf-8") for path in CHINESE))
    assert set(drawn) == set(strings["alternatives"])
    rule = (root / "workflow/rules/paper.smk").read_text("utf-8")
    assert all(f'"{name}"' in rule for name in drawn)
    said = "".join(text for texts in words.values() for text in texts.values())
    said += "".join(strings["claims"].values())
    for font in ("Regular", "Bold"):
        with TTFont(root / f"assets/fonts/NotoSansSC-{font}.otf", lazy=True) as file:
            known = set(file.getBestCmap())
        assert {sign for sign in said if ord(sign) not in known} == set()


def test_the_chinese_font_has_every_sign(root):
    from fontTools.ttLib import TTFont

    texts = [path.read_text("utf-8") for path in [root / "config/zh.yaml", *CHINESE]]
    with TTFont(root / "assets/fonts/NotoSerifSC-Regular.otf", lazy=True) as font:
        known = set(font.getBestCmap())
    lacking = {sign for sign in "".join(texts) if ord(sign) > 0x2E7F and ord(sign) not in known}
    assert lacking == set()
