"""Numbers and names of the text about the zone, the panel, its corrections and the checks."""

from __future__ import annotations

from guantian.present.format import Format, as_text, count, count_word, fixed, year
from guantian.present.numbers import Number

WORD = Format(lambda value: count_word(int(value)))
PERCENT = fixed(0, scale=100)
FORMATS = {
    "zone": {
        **dict.fromkeys(("name", "name_zh", "approved", "members"), as_text()),
        **dict.fromkeys(("growth_fastest", "growth_slowest"), as_text()),
        **dict.fromkeys(("size", "provinces"), WORD),
        **dict.fromkeys(("growth_first", "growth_last"), year()),
        **dict.fromkeys(("growth_mean", "growth_fastest_mean", "growth_slowest_mean"), fixed(1)),
    },
    "panel": {
        **dict.fromkeys(("first", "last"), year()),
        **dict.fromkeys(("cities", "variables"), count()),
        **dict.fromkeys(
            ("basis_resident", "basis_registered", "basis_both", "basis_neither"), PERCENT
        ),
    },
    "errata": dict.fromkeys(("cells", "tables", "emptied", "zone", "indices"), count()),
    "quality": {
        **dict.fromkeys(("proposed", "accepted", "kept"), count()),
        "worst": PERCENT,
        "worst_kind": as_text(),
        "false_alarms": fixed(1),
    },
    "dropped": {"rows": count()},
}
NUMBERS = tuple(
    Number(
        f"{subject}.{term}",
        {"subject": subject, "term": term},
        "text" if form.align == "left" else "estimate",
        form,
        table="facts",
    )
    for subject, terms in FORMATS.items()
    for term, form in terms.items()
)
