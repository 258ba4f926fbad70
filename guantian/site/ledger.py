"""The ledger as HTML: readable without a script, and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import asinh

from guantian.claims.tables import ORDER, capital, printed_effect, printed_size, spread_of_parts
from guantian.present.format import number, p_value

REACH = 16.0  # of the scale on which one is the smallest effect that would matter
TICKS = (1, 4, 16)
WIDE, HIGH = 176, 16
SIGN = {"positive": "above", "negative": "below"}


def css_class(verdict: str) -> str:
    """Return the class by which a verdict is coloured.

    Examples
    --------
    >>> css_class("not testable with these figures")
    'v-not-testable'
    """
    return "v-" + verdict.removesuffix(" with these figures").replace(" ", "-")


def badge(verdict: str) -> str:
    """Return a verdict's badge; its mark differs as well as its colour."""
    return f'<span class="badge {css_class(verdict)}">{escape(verdict)}</span>'


def tiles(claims: Sequence[Mapping], source: str) -> str:
    """Return a tile a claim of one document: mark and colour give the whole ledger at a glance."""
    found = []
    for claim in claims:
        if claim["source"] == source:
            said = escape(f"{claim['id']}: {claim['claim']} Verdict: {claim['verdict']}.")
            found.append(
                f'<li><a class="tile {css_class(claim["verdict"])}" href="#{claim["id"]}" '
                f'aria-label="{said}" title="{said}">{claim["id"].split(".")[1]}</a></li>'
            )
    return f'<ul class="tiles">{"".join(found)}</ul>'


def filters(claims: Sequence[Mapping]) -> str:
    """Return the buttons that show and hide claims by verdict; they are the legend as well."""
    found = []
    for verdict in ORDER:
        count = sum(claim["verdict"] == verdict for claim in claims)
        if count:
            found.append(
                f'<button type="button" class="filter {css_class(verdict)}" aria-pressed="true" '
                f'data-verdict="{escape(verdict)}">{escape(verdict)} <b>{count}</b></button>'
            )
    return "".join(found)


def entries(claims: Iterable[Mapping]) -> str:
    """Return every claim as an entry that opens."""
    return "".join(_entry(claim) for claim in claims)


def _entry(claim: Mapping) -> str:
    effect, span, _ = printed_effect(_floats(claim))
    head = ""
    if claim["what"]:
        head = (
            f'<span class="head">{escape(capital(claim["what"]))}: <b>{effect}</b> {span}'
            f", adjusted p {p_value(_float(claim['p_adjusted']))}</span>"
        )
        if len(claim["parts"]) > 1:
            said = spread_of_parts(part["verdict"] for part in claim["parts"])
            head += f'<span class="head">Of {len(claim["parts"])} parts: {escape(said)}</span>'
    elif claim["missing"]:
        head = f'<span class="head">Missing: {escape(claim["missing"].replace(" | ", " "))}</span>'
    return (
        f'<details class="claim" id="{claim["id"]}" data-verdict="{escape(claim["verdict"])}">'
        f'<summary><span class="id">{claim["id"]}</span>'
        f'<span class="words">{escape(claim["claim"])}{head}</span>'
        f"{badge(claim['verdict'])}</summary>"
        f'<div class="inside"><p><b>If it were true:</b> {escape(claim["hypothesis"])}</p>'
        f"{_parts(claim)}{_illustrations(claim)}"
        f"{_list('What is missing', claim['missing'])}{_list('To bear in mind', claim['caveats'])}"
        f"{_links(claim)}</div></details>"
    )


def _parts(claim: Mapping) -> str:
    if not claim["parts"]:
        return "<p>No part of this claim can be tested with these figures.</p>"
    rows = []
    for part in claim["parts"]:
        effect, span, detectable = printed_effect(_floats(part))
        side = SIGN[part["direction"]]
        zero = number(_float(part["reference"]), 0)
        matters = printed_size(part["matters"])
        rows.append(
            f'<tr><th scope="row">{escape(capital(part["what"]))}<small>Predicted {side} {zero}; '
            f"{matters} would matter: {escape(part['why'])}</small></th>"
            f'<td data-head="Interval (1 = would matter)">{interval_picture(part)}</td>'
            f'<td data-head="Effect" class="n"><b>{effect}</b> <span>{span}</span></td>'
            f'<td data-head="Adjusted p" class="n">{p_value(_float(part["p_adjusted"]))}</td>'
            f'<td data-head="Detectable" class="n">{detectable}</td>'
            f'<td data-head="Verdict">{badge(part["verdict"])}</td></tr>'
        )
    return (
        '<table class="parts"><thead><tr><th scope="col">Evidence</th>'
        f'<th scope="col">Interval {_axis()}</th><th scope="col">Effect</th>'
        '<th scope="col">Adjusted p</th><th scope="col">Detectable</th><th scope="col">Verdict</th>'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def interval_picture(part: Mapping) -> str:
    """Draw a part's interval: the claim's side to the right, shaded from one, narrower outwards."""
    if part["scaled"] is None:
        return '<span class="none">not estimated</span>'
    low, middle, high = (_float(part[name]) for name in ("scaled_low", "scaled", "scaled_high"))
    x = [round(_place(value), 1) for value in (low, middle, high, 0.0, 1.0)]
    ends = "".join(
        f'<path class="end" d="M{edge} {HIGH / 2 - 3}l{step} 3l{-step} 3z"/>'
        for edge, step, out in ((4, -4, low < -REACH), (WIDE - 4, 4, high > REACH))
        if out
    )
    said = (
        "Times the smallest effect that would matter, above zero on the claimed side: "
        f"{number(middle, 1)}, from {number(low, 1)} to {number(high, 1)}."
    )
    return (
        f'<svg class="interval {css_class(part["verdict"])}" viewBox="0 0 {WIDE} {HIGH}" '
        f'width="{WIDE}" height="{HIGH}" role="img" aria-label="{said}">'
        f'<rect class="matters" x="{x[4]}" y="0" width="{round(WIDE - x[4], 1)}" height="{HIGH}"/>'
        f'<path class="zero" d="M{x[3]} 0V{HIGH}"/>'
        f'<path class="span" d="M{x[0]} {HIGH / 2}H{x[2]}"/>{ends}'
        f'<circle cx="{x[1]}" cy="{HIGH / 2}" r="3.2"/></svg>'
    )


def _place(value: float) -> float:
    """Place a value so that effects many times what matters stand beside those near zero."""
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
        f'aria-label="One is the smallest effect that would matter.">{marks}</svg>'
    )


def _illustrations(claim: Mapping) -> str:
    if not claim["illustrations"]:
        return ""
    rows = "".join(
        f"<li>{escape(shown['what'])}: <b>{printed_effect(_floats(shown))[0]}</b></li>"
        for shown in claim["illustrations"]
    )
    return f"<p><b>A calibrated model, as an illustration and no evidence:</b></p><ul>{rows}</ul>"


def _list(title: str, text: str) -> str:
    if not text:
        return ""
    items = "".join(f"<li>{escape(item)}</li>" for item in text.split(" | "))
    return f"<p><b>{title}:</b></p><ul>{items}</ul>"


def _links(claim: Mapping) -> str:
    """Link to what lies beside the page in the results' folder."""
    found = [
        f'<a href="../{folder}/{name}.{form}">{kind} “{name.replace("_", " ")}”</a>'
        for kind, folder, form, names in (
            ("Figure", "figures", "png", claim["figures"]),
            ("Table", "tables", "html", claim["tables"]),
        )
        for name in (names.split(" | ") if names else [])
    ]
    return f'<p class="links">{" · ".join(found)}</p>' if found else ""


def _float(value: float | str | None) -> float:
    """Read a number of the ledger's JSON: missing is null, infinity a sign."""
    return float("nan") if value is None else float(str(value).replace("∞", "inf"))


def _floats(row: Mapping) -> dict:
    names = ("estimate", "conf_low", "conf_high", "detectable")
    return {name: _float(row.get(name)) for name in names}
