"""The ledger as HTML: readable without a script, and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from math import asinh

from guantian import labels
from guantian.claims.printed import printed_effect, printed_seoi, printed_size, verdict_text
from guantian.claims.rules import VERDICTS
from guantian.declarations import ESTIMANDS
from guantian.present.format import number, p_value

REACH = 16.0  # of the scale on which one is the smallest effect of interest
TICKS = (1, 4, 16)
WIDE, HIGH = 176, 16
SIGN = {"positive": "above", "negative": "below"}
#: Shown of each secondary estimate beside its effect.
EVIDENCE = ("sample", "outcome", "term", "group", "method", "measure", "variable", "setting")


def css_class(verdict: str) -> str:
    """Return the class by which a verdict is coloured.

    Examples
    --------
    >>> css_class("no relevant effect")
    'v-no-relevant-effect'
    """
    return "v-" + verdict.replace(" ", "-")


def badge(verdict: str, qualifier: str = "", of: str = "") -> str:
    """Return a verdict's badge; its mark differs as well as its colour."""
    text = (f"{of}: " if of else "") + verdict_text(verdict, qualifier).lower()
    return f'<span class="badge {css_class(verdict)}">{escape(text)}</span>'


def tiles(claims: Sequence[Mapping], source: str, estimand: str) -> str:
    """Return a tile per statement of a document: mark and colour give its verdict."""
    found = []
    for claim in claims:
        for test in claim["tests"]:
            if claim["source"] != source or test["estimand"] != estimand:
                continue
            said = escape(
                f"{test['part']}: {test['claim']} {labels.label('estimand', estimand)}: "
                f"{verdict_text(test['verdict'], test['qualifier']).lower()}."
            )
            found.append(
                f'<li><a class="tile {css_class(test["verdict"])}" href="#{claim["id"]}" '
                f'aria-label="{said}" title="{said}">{test["part"].split(".")[1]}</a></li>'
            )
    return f'<ul class="tiles">{"".join(found)}</ul>'


def filters(claims: Sequence[Mapping]) -> str:
    """Return the buttons that show and hide claims by their verdicts for China: the legend too."""
    found = []
    for verdict in VERDICTS:
        count = sum(verdict in _verdicts(claim) for claim in claims)
        if count:
            found.append(
                f'<button type="button" class="filter {css_class(verdict)}" aria-pressed="true" '
                f'data-verdict="{escape(verdict)}">{escape(verdict)} <b>{count}</b></button>'
            )
    return "".join(found)


def _verdicts(claim: Mapping) -> list[str]:
    """Return a claim's verdicts for China, the main answer, once each."""
    return list(dict.fromkeys(test["verdict"] for test in _of(claim, "china")))


def _of(claim: Mapping, estimand: str) -> list[Mapping]:
    return [test for test in claim["tests"] if test["estimand"] == estimand]


def entries(claims: Iterable[Mapping]) -> str:
    """Return every claim as an entry that opens."""
    return "".join(_entry(claim) for claim in claims)


def _entry(claim: Mapping) -> str:
    heads = "".join(_head(test) for test in claim["tests"] if test["is_test"])
    badges = "".join(
        badge(test["verdict"], test["qualifier"], _whose(test, claim)) for test in claim["tests"]
    )
    return (
        f'<details class="claim" id="{claim["id"]}" '
        f'data-verdicts="{escape("|".join(_verdicts(claim)))}">'
        f'<summary><span class="id">{claim["id"]}</span>'
        f'<span class="words">{escape(claim["claim"])}{heads}</span>'
        f'<span class="badges">{badges}</span></summary>'
        f'<div class="inside">{_tests(claim)}{_evidence(claim)}{_illustrations(claim)}'
        f"{_list('To bear in mind', claim['caveats'])}{_links(claim)}</div></details>"
    )


def _whose(test: Mapping, claim: Mapping) -> str:
    """Name the estimand of a verdict, and the statement where the claim makes several."""
    name = labels.label("estimand", test["estimand"], "short")
    return name if test["part"] == claim["id"] else f"{test['part']}, {name}"


def _head(test: Mapping) -> str:
    effect, span = printed_effect(test)
    name = f"{labels.label('estimand', test['estimand'])}"
    return (
        f'<span class="head">{test["part"]}, {name}: <b>{effect}</b> {span} '
        f"{escape(test['unit'])}, adjusted p {p_value(_float(test['p_adjusted']))}</span>"
    )


def _tests(claim: Mapping) -> str:
    rows = "".join(_test(test) for test in claim["tests"])
    said = "".join(
        f"<p>{part}: <q>{escape(quotation)}</q></p>"
        for part, quotation in dict.fromkeys(
            (test["part"], test["quotation"]) for test in claim["tests"]
        )
    )
    return (
        f'{said}<table class="parts"><thead><tr><th scope="col">Primary test</th>'
        f'<th scope="col">Interval {_axis()}</th><th scope="col">Effect</th>'
        '<th scope="col">p, Holm</th><th scope="col">Equivalence</th><th scope="col">MDE</th>'
        f'<th scope="col">Size, %</th><th scope="col">Verdict</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _test(test: Mapping) -> str:
    name = f"{test['part']}, {labels.label('estimand', test['estimand'])}"
    if not test["is_test"]:
        return (
            f'<tr><th scope="row">{name}<small>{escape(test["untested"])}</small></th>'
            f'<td colspan="6" data-head="Test">no test is declared</td>'
            f'<td data-head="Verdict">{badge(test["verdict"])}</td></tr>'
        )
    effect, span = printed_effect(test)
    declared = (
        f"{test['sample']}. {test['estimator']}. Predicted "
        f"{SIGN[test['direction']]} {printed_seoi(test['benchmark'])}; smallest effect of interest "
        f"{printed_seoi(test['seoi'])} {test['unit']}: {test['reason']} Declared "
        f"{test['declared']}. {_seen(test)}"
    )
    extra = " ".join(
        f"{title}: {test[name]}."
        for name, title in (
            ("untested", "No estimate"),
            ("substitution", "Substitution"),
            ("changes", "Changed"),
        )
        if test[name]
    )
    size = _float(test["size_at_5pct"])
    return (
        f'<tr><th scope="row">{name}<small>{escape(test["outcome"])}</small></th>'
        f'<td data-head="Interval (1 = SEOI)">{interval_picture(test)}</td>'
        f'<td data-head="Effect" class="n"><b>{effect}</b> <span>{span}</span></td>'
        f'<td data-head="p, Holm" class="n">{p_value(_float(test["p_adjusted"]))}</td>'
        f'<td data-head="Equivalence" class="n">'
        f"{p_value(_float(test['p_equivalence_adjusted']))}</td>"
        f'<td data-head="MDE" class="n">{printed_size(test["mde"], test)}</td>'
        f'<td data-head="Size, %" class="n">{number(100 * size, 1)}</td>'
        f'<td data-head="Verdict">{badge(test["verdict"], test["qualifier"])}</td></tr>'
        f'<tr class="more"><td class="declared" colspan="8" data-head="Declared">'
        f"{escape(f'{declared} {extra}'.strip())}</td></tr>"
    )


def _seen(test: Mapping) -> str:
    return f"Seen before: {test['seen']}" if test["seen"] else "Not seen before."


def interval_picture(test: Mapping) -> str:
    """Draw a test's interval: the claim's side to the right, the equivalence bounds shaded."""
    if test["scaled"] is None:
        return '<span class="none">not estimated</span>'
    ends = (_float(test[name]) for name in ("scaled_low", "scaled", "scaled_high"))
    low, middle, high = ends
    if low != low or high != high:
        low = high = middle
    x = [round(_place(value), 1) for value in (low, middle, high, 0.0, -1.0, 1.0)]
    heads = "".join(
        f'<path class="end" d="M{edge} {HIGH / 2 - 3}l{step} 3l{-step} 3z"/>'
        for edge, step, out in ((4, -4, low < -REACH), (WIDE - 4, 4, high > REACH))
        if out
    )
    said = (
        "Times the smallest effect of interest, above zero on the claimed side: "
        f"{number(middle, 1)}, from {number(low, 1)} to {number(high, 1)}."
    )
    return (
        f'<svg class="interval {css_class(test["verdict"])}" viewBox="0 0 {WIDE} {HIGH}" '
        f'width="{WIDE}" height="{HIGH}" role="img" aria-label="{said}">'
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
        f'aria-label="One is the smallest effect of interest.">{marks}</svg>'
    )


def _evidence(claim: Mapping) -> str:
    """List the secondary and falsification estimates, which no verdict counts."""
    if not claim["evidence"]:
        return ""
    items = "".join(
        f"<li>{row['part']}, {labels.label('evidence', row['analysis']).lower()}: "
        f"{escape(', '.join(_named(row)))}: <b>{effect}</b> {span}, p "
        f"{p_value(_float(row['p_value']))}</li>"
        for row in claim["evidence"]
        for effect, span in [printed_effect(row)]
    )
    title = f"Secondary evidence and falsification tests ({len(claim['evidence'])})"
    return f"<details><summary>{title}</summary><ul>{items}</ul></details>"


def _named(row: Mapping) -> Iterator[str]:
    for name in EVIDENCE:
        if row[name] not in (None, ""):
            yield f"{name} {row[name]}"


def _illustrations(claim: Mapping) -> str:
    if not claim["illustrations"]:
        return ""
    rows = "".join(
        f"<li>{escape(shown['what'])}: <b>{printed_effect(shown)[0]}</b></li>"
        for shown in claim["illustrations"]
    )
    return f"<p><b>A calibrated model, as an illustration and no evidence:</b></p><ul>{rows}</ul>"


def _list(title: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    items = "".join(f"<li>{escape(item)}</li>" for item in texts)
    return f"<p><b>{title}:</b></p><ul>{items}</ul>"


def _links(claim: Mapping) -> str:
    """Link to what lies beside the page in the results' folder."""
    found = [
        f'<a href="../{folder}/{name}.{form}">{kind} “{name.replace("_", " ")}”</a>'
        for kind, folder, form, names in (
            ("Figure", "figures", "png", claim["figures"]),
            ("Table", "tables", "html", claim["tables"]),
        )
        for name in names
    ]
    return f'<p class="links">{" · ".join(found)}</p>' if found else ""


def _float(value: float | str | None) -> float:
    """Read a number of the ledger's JSON: missing is null, infinity a sign."""
    return float("nan") if value is None else float(str(value).replace("∞", "inf"))


def documents(claims: Sequence[Mapping], said: Mapping[str, Mapping], titles: Mapping) -> str:
    """Return a box per document: its verdicts for China and for the zone, in words and tiles."""
    found = []
    for source, words in said.items():
        rows = "".join(
            f"<p><b>{labels.label('estimand', name)}:</b> {escape(words[name])}.</p>"
            f"{tiles(claims, source, name)}"
            for name in ESTIMANDS
        )
        found.append(
            f'<div class="document"><h3>{escape(titles.get(source, source))}</h3>{rows}</div>'
        )
    return "".join(found)
