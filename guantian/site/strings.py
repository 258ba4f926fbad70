"""Texts of the page in two languages: English is shown, Chinese lies beside it in the page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import yaml


@cache
def strings() -> Mapping[str, Any]:
    """Return all texts: section to key to English and Chinese, or to the Chinese alone."""
    text = files("guantian.site").joinpath("strings.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def both(english: str, chinese: str = "", tag: str = "span", **attributes: str) -> str:
    """Return an element with a text in both languages; without Chinese it stays English.

    Examples
    --------
    >>> both("a < b", "甲 < 乙", "p", id="x")
    '<p id="x" data-zh="甲 &lt; 乙">a &lt; b</p>'
    >>> both("only")
    '<span>only</span>'
    """
    if chinese:
        attributes = {**attributes, "data-zh": chinese}
    said = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{said}>{escape(english)}</{tag}>"


def pair(section: str, key: str, **filled: str | tuple[str, str]) -> tuple[str, str]:
    """Return a text in English and in Chinese, its braces filled in.

    Parameters
    ----------
    section, key
        Where it stands in the file.
    filled
        Name in braces to a text, or to its English and Chinese.

    Examples
    --------
    >>> pair("verdict", "supported")
    ('supported', '支持')
    """
    texts = strings()[section][key]
    return fill(texts, **filled)


def fill(texts: tuple[str, str], **filled: str | tuple[str, str]) -> tuple[str, str]:
    """Fill in the braces of a text in both languages.

    Examples
    --------
    >>> fill(("{a} of two", "二之{a}"), a=("one", "一"))
    ('one of two', '二之一')
    """
    english, chinese = (
        text.format(**{name: v if isinstance(v, str) else v[place] for name, v in filled.items()})
        for place, text in enumerate(texts)
    )
    return english, chinese


def say(section: str, key: str, tag: str = "span", **filled: str | tuple[str, str]) -> str:
    """Return an element with a text of the file.

    Examples
    --------
    >>> say("verdict", "supported", "b")
    '<b data-zh="支持">supported</b>'
    """
    return both(*pair(section, key, **filled), tag)


def named(section: str, key: str, **filled: str | tuple[str, str]) -> str:
    """Return the attributes that name an element for a screen reader in both languages.

    Examples
    --------
    >>> named("map", "year")
    'aria-label="Year" data-zh-label="年份"'
    """
    english, chinese = pair(section, key, **filled)
    return f'aria-label="{escape(english)}" data-zh-label="{escape(chinese)}"'


def data_words(text: str, tag: str = "span", section: str = "words") -> str:
    """Return an element with a text of data in both languages; without Chinese it is marked.

    Examples
    --------
    >>> data_words("Counties"), data_words("Furlongs")
    ('<span data-zh="县">Counties</span>', '<span lang="en">Furlongs</span>')
    """
    zh = chinese(section, text)
    return both(text, zh, tag) if zh or not text else both(text, "", tag, lang="en")


def chinese(section: str, key: str) -> str:
    """Return the Chinese of a text whose English stands elsewhere, empty where there is none.

    Examples
    --------
    >>> chinese("units", "log points"), chinese("units", "furlongs")
    ('对数点', '')
    """
    return strings()[section].get(key, "")
