"""The ledger as HTML: readable without a script, and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import asinh, isfinite, isnan
from typing import Any

from guantian.claims.ledger import error_of_test
from guantian.claims.printed import printed_effect, printed_seoi, printed_size
from guantian.claims.rules import SIGNS, VERDICTS
from guantian.declarations import ESTIMANDS
from guantian.present.format import count_word, joined, number, p_value
from guantian.site.strings import both, chinese, data_words, named, pair, say

REACH = 16.0  # of the scale on which one is the smallest effect of interest
TICKS = (1, 4, 16)
WIDE, HIGH = 176, 16
ENDLESS = 1e300  # an infinite standard error, which JSON has not
OPEN = ("supported", "contradicted", "no relevant effect")  # groups shown open on the first screen


def css_class(verdict: str) -> str:
    """Return the class by which a verdict is coloured.

    Examples
    --------
    >>> css_class("no relevant effect")
    'v-no-relevant-effect'
    """
    return "v-" + verdict.replace(" ", "-")


def test_key(test: Mapping) -> str:
    """Return how the page names a test: its statement and estimand."""
    return f"{test['part']}.{test['estimand']}"


def for_rule(claims: Iterable[Mapping], confidence: float) -> list[dict[str, Any]]:
    """Return what the rule of the verdicts needs of every test, for the page's own thresholds.

    Parameters
    ----------
    claims
        The ledger, as its JSON holds it.
    confidence
        Of the intervals.

    Returns
    -------
    list
        A dict per test in the ledger's order: ``key``, ``estimand``, ``claim`` (its id),
        ``verdict``, ``qualifier``, and, where estimated, ``effect`` (from the benchmark), ``side``
        (the predicted sign), ``seoi``, ``error`` and ``df`` of the equivalence test (null: no
        error, and infinite degrees of freedom), and ``p``.
    """
    found = []
    for claim in claims:
        for test in claim["tests"]:
            row = {
                "key": test_key(test),
                "claim": claim["id"],
                "estimand": test["estimand"],
                "verdict": test["verdict"],
                "qualifier": test["qualifier"],
            }
            if test["estimate"] is not None:
                names = ("estimate", "std_error", "conf_low", "conf_high", "df")
                cell = {name: as_number(test[name]) for name in names}
                error, df = error_of_test(cell, confidence)
                row |= {
                    "effect": test["estimate"] - test["benchmark"],
                    "side": SIGNS[test["direction"]],
                    "seoi": test["seoi"],
                    "error": None if isnan(error) else min(error, ENDLESS),
                    "df": df if isfinite(df) else None,
                    "p": test["p_value"],
                }
            found.append(row)
    return found


def badge(test: Mapping) -> str:
    """Return a test's verdict; its mark differs as well as its colour."""
    return (
        f'<span class="badge {css_class(test["verdict"])}" data-test="{escape(test_key(test))}">'
        f"{verdict_in_words(test)}</span>"
    )


def verdict_in_words(test: Mapping) -> str:
    """Return a verdict with what must be known as well, in both languages."""
    english, zh = pair("verdict", test["verdict"])
    if test["qualifier"]:
        also = pair("qualifier", test["qualifier"])
        english, zh = f"{english}, {also[0]}", f"{zh}，{also[1]}"
    return both(english, zh)


def answers(claims: Sequence[Mapping]) -> str:
    """Return what was found, in words: for each estimand the statements under their verdicts."""
    columns = []
    for name in ESTIMANDS:
        tests = _of(claims, name)
        groups = "".join(
            _group(word, [t for t in tests if t["verdict"] == word]) for word in VERDICTS
        )
        columns.append(
            f'<div class="answer" data-estimand="{name}">{say("estimand", name, "h3")}'
            f"{groups}</div>"
        )
    return f'<div class="columns-two">{"".join(columns)}</div>'


def _group(word: str, tests: Sequence[Mapping]) -> str:
    items = "".join(
        f'<li data-place="{escape(test_key(test))}"><a href="#{escape(test["id"])}">'
        f"{escape(test['part'])}</a> {statement_words(test)} {value_button(test)}{_also(test)}</li>"
        for test in tests
    )
    state = " open" if word in OPEN else ""
    hidden = "" if tests else " hidden"
    return (
        f'<details class="group {css_class(word)}" data-verdict="{escape(word)}"{state}{hidden}>'
        f'<summary>{say("verdict", word, "b")} <span class="count">{len(tests)}</span></summary>'
        f"<ul>{items}</ul></details>"
    )


def _also(test: Mapping) -> str:
    """Say beside an answer what must be known as well, such as that a test has no power."""
    texts = pair("qualifier", test["qualifier"]) if test["qualifier"] else ("", "")
    return both(*texts, "small", **{"data-also": test_key(test)})


def summary(claims: Sequence[Mapping]) -> str:
    """Say how many statements have which verdict, for China and for the zone."""
    said = {name: _counted([test["verdict"] for test in _of(claims, name)]) for name in ESTIMANDS}
    return both(*pair("answers", "summary", **said), "p", id="summary", role="status")


def _counted(words: Sequence[str]) -> tuple[str, str]:
    kinds = [word for word in VERDICTS if word in words]
    english = joined(f"{count_word(words.count(word))} {word}" for word in kinds)
    zh = "、".join(f"{pair('verdict', word)[1]} {words.count(word)}" for word in kinds)
    return english, zh


def _of(claims: Sequence[Mapping], estimand: str) -> list[dict]:
    return [
        {**test, "id": claim["id"]}
        for claim in claims
        for test in claim["tests"]
        if test["estimand"] == estimand
    ]


def statement_words(test: Mapping) -> str:
    """Return a statement in both languages."""
    zh = chinese("statements", test["part"]) or chinese("claims", test["part"])
    return both(test["claim"], zh)


def value_button(test: Mapping) -> str:
    """Return a test's effect with interval and unit, which opens its trail when pressed."""
    if test["estimate"] is None:
        return ""
    effect, span = printed_effect(test)
    return (
        f'<button type="button" class="value" data-trail="test {escape(test_key(test))}" '
        f"{_titled()}><b>{effect}</b> {span} {unit(test)}</button>"
    )


def _titled() -> str:
    english, zh = pair("ledger", "trail")
    return f'title="{escape(english)}" data-zh-title="{escape(zh)}"'


def unit(test: Mapping) -> str:
    """Return a test's unit in both languages."""
    return both(test["unit"], chinese("units", test["unit"]))


def filters(claims: Sequence[Mapping]) -> str:
    """Return a button per verdict for China: pressed, only claims with it are shown."""
    found = []
    for verdict in VERDICTS:
        count = sum(verdict in _verdicts(claim) for claim in claims)
        found.append(
            f'<button type="button" class="filter {css_class(verdict)}" aria-pressed="false" '
            f'data-verdict="{escape(verdict)}">{say("verdict", verdict)} <b>{count}</b></button>'
        )
    return "".join(found)


def _verdicts(claim: Mapping) -> list[str]:
    """Return a claim's verdicts for China, the main answer, once each."""
    found = (test["verdict"] for test in claim["tests"] if test["estimand"] == "china")
    return list(dict.fromkeys(found))


def entries(claims: Sequence[Mapping]) -> str:
    """Return every claim as an entry that opens."""
    after = [*[claim["id"] for claim in claims[1:]], ""]
    return "".join(_entry(claim, follows) for claim, follows in zip(claims, after, strict=True))


def _entry(claim: Mapping, follows: str) -> str:
    name = escape(claim["id"])
    heads = "".join(_head(test, claim) for test in claim["tests"])
    on = f'<a href="#{escape(follows)}">{say("ledger", "next")} ›</a>' if follows else ""
    return (
        f'<details class="claim" id="{name}" data-verdicts="{escape("|".join(_verdicts(claim)))}">'
        f'<summary><span class="id">{name}</span>'
        f"{both(claim['claim'], chinese('claims', claim['id']), **{'class': 'words'})}"
        f'<span class="heads">{heads}</span></summary>'
        f'<div class="inside">{_quotations(claim)}{_tests(claim)}'
        f'<div class="evidence" data-evidence="{name}"></div>'
        f"{_illustrations(claim)}{_caveats(claim)}{_links(claim)}"
        f'<p class="links"><a href="#{name}">{say("ledger", "link")}</a> {on}</p></div></details>'
    )


def _head(test: Mapping, claim: Mapping) -> str:
    """Return a test's line in the closed entry: whose, picture, effect, predicted side, verdict."""
    english, zh = pair("estimand", test["estimand"])
    if test["part"] != claim["id"]:
        english, zh = f"{test['part']}, {english}", f"{test['part']}，{zh}"
    shown = side = ""
    if test["is_test"]:
        shown = interval_picture(test)
        side = f"<small>{_side(test)}</small>"
    if test["estimate"] is not None:
        effect, span = printed_effect(test)
        shown += f'<span class="effect"><b>{effect}</b> {span} {unit(test)}</span>'
    return (
        f'<span class="head">{both(english, zh, **{"class": "whose"})}{shown}{side}'
        f"{badge(test)}</span>"
    )


def _side(test: Mapping) -> str:
    key = {"positive": "above", "negative": "below"}[test["direction"]]
    return say("ledger", key, at=printed_seoi(test["benchmark"]))


def _quotations(claim: Mapping) -> str:
    said = dict.fromkeys((test["part"], test["quotation"]) for test in claim["tests"])
    return "".join(
        f'<p lang="en">{escape(part)}: <q>{escape(quotation)}</q></p>' for part, quotation in said
    )


def _tests(claim: Mapping) -> str:
    heads = ("test", "interval", "effect", "p", "equivalence", "mde", "size", "verdict")
    cells = "".join(
        f'<th scope="col">{_column(head)}{_axis() if head == "interval" else ""}</th>'
        for head in heads
    )
    rows = "".join(_test(test) for test in claim["tests"])
    return (
        f'<div class="scroll" tabindex="0" role="region" {_region(claim)}>'
        f'<table class="parts"><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _column(head: str) -> str:
    """Return the head of a column; one in letters says what they stand for."""
    if head != "mde":
        return say("ledger", head)
    english, zh = pair("ledger", "mde_said")
    return both(*pair("ledger", head), "abbr", title=english, **{"data-zh-title": zh})


def _region(claim: Mapping) -> str:
    english, zh = pair("ledger", "head")
    return (
        f'aria-label="{escape(claim["id"])}: {escape(english)}" '
        f'data-zh-label="{escape(claim["id"])}：{escape(zh)}"'
    )


def _test(test: Mapping) -> str:
    english, zh = pair("estimand", test["estimand"])
    name = both(f"{test['part']}, {english}", f"{test['part']}，{zh}")
    if not test["is_test"]:
        return (
            f'<tr><th scope="row">{name}{declared_text(test["untested"], "small")}</th>'
            f'<td colspan="6">{say("ledger", "no_test")}</td><td>{badge(test)}</td></tr>'
        )
    size = as_number(test["size_at_5pct"])
    cells = [
        interval_picture(test),
        value_button(test) or say("ledger", "not_estimated"),
        p_value(as_number(test["p_adjusted"])),
        p_value(as_number(test["p_equivalence_adjusted"])),
        printed_size(test["mde"], test),
        number(100 * size, 1),
        badge(test),
    ]
    return (
        f'<tr><th scope="row">{name}{declared_text(test["outcome"], "small")}</th>'
        + "".join(f'<td class="n">{cell}</td>' for cell in cells)
        + f'</tr><tr class="more"><td class="declared" colspan="8">{_declared(test)}</td></tr>'
    )


def declared_text(text: str, tag: str = "span") -> str:
    """Return a text of the declarations; one without Chinese is marked as English."""
    return data_words(text, tag, "declared")


def _declared(test: Mapping) -> str:
    """Return what was declared of a test: its parts, each in both languages."""
    size = {"seoi": printed_seoi(test["seoi"])}
    size |= {"unit": (test["unit"], chinese("units", test["unit"]) or test["unit"])}
    seen = (
        f"{say('ledger', 'seen')} {declared_text(test['seen'])}"
        if test["seen"]
        else say("ledger", "unseen")
    )
    parts = [
        f"{declared_text(test['sample'])}{say('ledger', 'stop')}",
        f"{declared_text(test['estimator'])}{say('ledger', 'stop')}",
        say("ledger", "size_declared", **size),
        declared_text(test["reason"]),
        say("ledger", "declared", date=str(test["declared"])),
        seen,
        *(
            f"{say('ledger', name)} {declared_text(test[name])}"
            for name in ("untested", "substitution", "changes")
            if test[name]
        ),
    ]
    return " ".join(parts)


def interval_picture(test: Mapping) -> str:
    """Draw a test's interval: the claim's side to the right, the equivalence bounds shaded."""
    if test["scaled"] is None:
        return say("ledger", "not_estimated")
    low, middle, high = (as_number(test[name]) for name in ("scaled_low", "scaled", "scaled_high"))
    if low != low or high != high:
        low = high = middle
    x = [round(_place(value), 1) for value in (low, middle, high, 0.0, -1.0, 1.0)]
    heads = "".join(
        f'<path class="end" d="M{edge} {HIGH / 2 - 3}l{step} 3l{-step} 3z"/>'
        for edge, step, out in ((4, -4, low < -REACH), (WIDE - 4, 4, high > REACH))
        if out
    )
    ends = {"middle": number(middle, 1), "low": number(low, 1), "high": number(high, 1)}
    return (
        f'<svg class="interval {css_class(test["verdict"])}" data-test="{escape(test_key(test))}" '
        f'viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img" '
        f"{named('ledger', 'times', **ends)}>"
        f'<rect class="bounds" x="{x[4]}" y="0" width="{round(x[5] - x[4], 1)}" height="{HIGH}"/>'
        f'<path class="zero" d="M{x[3]} 0V{HIGH}"/>'
        f'<path class="span" d="M{x[0]} {HIGH / 2}H{x[2]}"/>{heads}'
        f'<circle cx="{x[1]}" cy="{HIGH / 2}" r="3.2"/></svg>'
    )


def _place(value: float) -> float:
    """Place a value so that effects of many SEOI are shown beside those near zero."""
    held = min(max(value, -REACH), REACH)
    return WIDE * (1 + asinh(held) / asinh(REACH)) / 2


def _axis() -> str:
    """Draw the scale of the intervals, for the head of their column."""
    ticks = [*(-tick for tick in reversed(TICKS)), 0, *TICKS]
    x = [round(_place(tick), 1) for tick in ticks]
    marks = "".join(
        f'<path d="M{at} {HIGH - 4}v4"/>'
        f'<text x="{min(max(at, 8), WIDE - 8)}" y="{HIGH - 6}">{number(tick, 0)}</text>'
        for tick, at in zip(ticks, x, strict=True)
    )
    return (
        f'<svg class="axis" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img" '
        f"{named('ledger', 'axis')}>{marks}</svg>"
    )


def _illustrations(claim: Mapping) -> str:
    if not claim["illustrations"]:
        return ""
    rows = "".join(
        f"<li>{declared_text(shown['what'])}: <b>{printed_effect(shown)[0]}</b></li>"
        for shown in claim["illustrations"]
    )
    return f"{say('ledger', 'illustration', 'p')}<ul>{rows}</ul>"


def _caveats(claim: Mapping) -> str:
    if not claim["caveats"]:
        return ""
    items = "".join(declared_text(item, "li") for item in claim["caveats"])
    return f"{say('ledger', 'caveats', 'p')}<ul>{items}</ul>"


def _links(claim: Mapping) -> str:
    """Link to what lies beside the page in the results' folder."""
    found = [
        f'<a href="../{folder}/{escape(name)}.{form}">{say("ledger", kind)} '
        f"“{escape(name.replace('_', ' '))}”</a>"
        for kind, folder, form, names in (
            ("figure", "figures", "svg", claim["figures"]),
            ("table", "tables", "html", claim["tables"]),
        )
        for name in names
    ]
    if not found:
        return ""
    return f'<p class="links">{say("page", "beside")} {" · ".join(found)}</p>'


def as_number(value: float | str | None) -> float:
    """Read a number of the ledger's JSON: missing is null, infinity a sign."""
    return float("nan") if value is None else float(str(value).replace("∞", "inf"))
