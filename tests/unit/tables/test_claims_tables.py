"""The ledger printed: what a reader sees of invented verdicts."""

import numpy as np
import pytest

from guantian.claims import Rule, decide_claims, join_claims
from guantian.claims.tables import ORDER, claims_numbers, claims_tables, printed_effect
from guantian.results import estimates


@pytest.fixture(scope="module")
def made():
    row = {"variant": "s", "sample": "zone", "outcome": "y", "std_error": 0.1}
    rows = [
        {**row, "term": "up", "estimate": 1.0, "conf_low": 0.8, "conf_high": 1.2, "p_value": 0.001},
        {**row, "term": "no", "estimate": 0.0, "conf_low": -0.2, "conf_high": 0.2, "p_value": 0.9},
        {**row, "term": "model", "estimate": 0.7},
    ]

    def part(term, **named):
        key = {"file": "f", "analysis": "a", "term": term}
        more = {"direction": "positive", "matters": 0.5, "why": "half"}
        return {"what": f"the {term}", "estimate": key, **more, **named}

    other = {"name": "flat", "what": "the flat one", "estimate": part("no")["estimate"]}
    registry = [
        {
            "id": name,
            "source": name[:2],
            "claim": f"Claim {name}.",
            "hypothesis": "H.",
            "family": "f",
        }
        for name in ("S1.1", "S1.2", "S2.1", "S2.2")
    ]
    given = [
        {"id": "S1.1", "parts": [part("up", name="rise", alternatives=[other])]},
        {"id": "S1.2", "parts": [part("up"), part("no")]},
        {"id": "S2.1", "parts": [part("no")], "caveats": "Few."},
        {"id": "S2.2", "missing": "Breaches.", "illustration": [part("model")]},
    ]
    claims = join_claims(registry, {"some_chapter": given})
    made = decide_claims(claims, {"f": estimates(rows, analysis="a")}, Rule())
    return made


def test_the_ledger_says_verdict_evidence_and_tally(made):
    frames = (made.claims, made.parts, made.illustrations)
    ledger, parts, shown = claims_tables(*frames, 0.95)
    body = ledger.body.set_index("Claim")
    assert body["Verdict"].tolist() == ["Supported", "Mixed", "Not supported", "Not testable"]
    assert body["Supporting"].tolist() == ["1 of 1", "1 of 2", "0 of 1", "–"]
    assert body.loc["S1.1", ["Evidence", "Effect", "95% interval"]].tolist() == [
        "The up",
        "1.00",
        "[0.80, 1.20]",
    ]
    assert body.at["S2.2", "Evidence"] == "Breaches."
    assert body.at["S2.2", "Section"] == "some chapter"
    assert len(parts.body) == 4
    assert shown.body["Value"].tolist() == ["0.70"]


@pytest.fixture
def said(made):
    frames = (made.claims, made.parts, made.illustrations, made.alternatives)
    return claims_numbers(*frames, {"alpha": 0.05, "confidence": 0.95})


def test_verdicts_to_which_the_text_refers_are_printed_by_name(said):
    assert said["named"] == {
        "rise": {"verdict": "supported", "end": "1.200", "matters": "0.500"},
        "flat": {"verdict": "not supported", "end": "0.200", "matters": "0.500"},
    }


def test_the_words_name_every_claim_once(said):
    assert said["documents"]["S1"]["summary"] == "Of two claims one is supported and one is mixed"
    assert said["documents"]["S1"]["said"]["supported"] == "Claim S1.1 (S1.1)"
    named = [said["documents"][source]["said"][word] for source in ("S1", "S2") for word in ORDER]
    assert sum(text.count("Claim S") for text in named) == 4
    last = said["claims"][-1]
    assert last["illustrated"] == "the model: 0.70"
    assert last["missing"] == "Breaches."


def test_decimals_suit_the_interval():
    row = {"estimate": 152.3, "conf_low": 80.1, "conf_high": 230.0, "detectable": 100.0}
    assert printed_effect(row) == ("152", "[80, 230]", "100")
    row = {"estimate": 0.0202, "conf_low": 0.0161, "conf_high": np.inf, "detectable": np.inf}
    assert printed_effect(row) == ("0.0202", "[0.0161, ∞]", "∞")
    assert printed_effect({"estimate": np.nan, "conf_low": 0, "conf_high": 1}) == ("–", "–", "–")


def test_every_test_of_a_document_is_in_its_figure(made, root):
    """One row per test, named by its claim, sound as printed; a document without tests says so."""
    import matplotlib as mpl

    from guantian.claims.figures import draw_claims
    from guantian.present.captions import caption
    from guantian.present.figures import apply_style, faults

    claims, parts = made.claims, made.parts
    with mpl.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        figure, data = draw_claims(claims, parts, "S1")
        assert faults(figure, caption("claims", "claims_s1").alt) == []
        assert data["id"].tolist() == ["S1.1", "S1.2", "S1.2"]
        assert data["verdict"].tolist() == ["supported", "supported", "not supported"]
        figure, data = draw_claims(claims, parts, "S3")
        assert data.empty and "No claim" in figure.axes[0].texts[0].get_text()
        assert faults(figure) == []
