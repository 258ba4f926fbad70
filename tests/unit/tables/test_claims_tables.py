"""The ledger printed: what a reader sees of invented verdicts."""

import numpy as np
import pytest
from made_claims import TEST, claim, declare, row, statement, tables

from guantian.claims import Rule, decide_claims
from guantian.claims.printed import (
    claims_numbers,
    ledger_keys,
    ledger_texts,
    printed_effect,
    verdict_text,
)
from guantian.claims.tables import claims_tables


@pytest.fixture(scope="module")
def made():
    key = {"file": "linkage", "analysis": "model", "term": "gain"}
    declared = declare(
        claim("S1.1", statement("S1.1", TEST, TEST), caveats=["Few."]),
        claim("S1.2"),
        claim("S2.1", statement("S2.1", None, None, untested=dict(china="No data.", zone="None."))),
        claim("S2.2", illustrations=[{"what": "the model", "estimate": key}]),
    )
    more = {"expected_std_error": 0.5, "size_at_5pct": 0.08, "n_obs": 1234, "n_clusters": 31}
    more |= {"estimator": "OLS", "cov_type": "clustered"}
    ranked = {"rank": 9, "n_draws": 999, "rank_from": "above"}
    rows = [
        row("S1.1", 1.0, 0.1, p_value=0.001, **more),
        row("S1.1", 0.2, 0.04, "zone", p_value=0.001, size_at_5pct=0.05, **ranked),
        row("S1.2", 0.0, 1.0, p_value=0.9),
        row("S2.2", -1.0, 0.1),
        row(
            "S1.1",
            0.02,
            0.1,
            analysis="falsification",
            p_value=0.8,
            method="sdid",
            year=2019,
            outcome="gdp",
            term="effect",
        ),
        {"analysis": "model", "term": "gain", "estimate": 0.7},
    ]
    return decide_claims(declared, tables(*rows, chapter="linkage"), Rule())


@pytest.fixture(scope="module")
def printed(made):
    found = claims_tables(made.tests, made.evidence, made.illustrations, Rule())
    return {table.name: table.body for table in found}


def test_the_ledger_has_a_row_per_statement_and_both_estimands(printed):
    body = printed["claims"].set_index("Claim")
    assert body["China: verdict"].tolist() == [
        "Supported",
        "Inconclusive (no power)",
        "Not testable",
        "Contradicted",
    ]
    assert body.loc["S1.1"].tolist() == [
        "Claims of S1",
        "words of S1.1",
        "+",
        "0.5 points",
        "1.00 [0.80, 1.20]",
        "0.002",  # the second smallest of three: 0.001 × 2
        "Supported",
        "0.20 [0.12, 0.28]",
        "0.001",
        "Supported, but smaller than the SEOI",
    ]
    assert body.at["S2.1", "China: effect [95%]"] == body.at["S2.1", "SEOI"] == "–"


def test_the_declarations_are_printed_with_what_was_seen(printed):
    body = printed["claim_tests"]
    assert body["Statement"].tolist()[:2] == ["S1.1 “words of S1.1”"] * 2
    assert len(body) == 4  # tests only
    assert body.loc[0, ["Estimand", "Sign", "Benchmark", "SEOI"]].tolist() == [
        "China",
        "+",
        "0",
        "0.5 points",
    ]
    assert body.loc[0, ["Declared", "Seen before"]].tolist() == ["2026-11-29", "–"]


def test_results_carry_mde_size_and_remarks(printed):
    body = printed["claim_results"].set_index(["Statement", "Estimand"])
    first = body.loc["S1.1 “words of S1.1”", "China"]
    # 2.8 × 0.5 = 1.4, above twice the SEOI of 0.5; 8% is outside 3.5 to 6.5%.
    shown = first[["Expected MDE", "MDE", "Size, %", "n"]].tolist()
    assert shown == ["1.4*", "0.28", "8.0*", "1\u202f234"]
    assert first[["Effect", "95% interval"]].tolist() == ["1.00", "[0.80, 1.20]"]
    remarks = printed["claim_remarks"].set_index(["Statement", "Estimand"])["Remark"]
    assert remarks["S2.1 “words of S2.1”", "China"] == "No data."
    assert "–" not in set(remarks)
    assert len(body) == 8
    zone = body.loc["S1.1 “words of S1.1”", "The zone"]
    assert (zone["Rank"], first["Rank"]) == ("9 of 1000 from above", "–")
    sizes = printed["claim_sizes"]
    assert sizes["Size at 5%, %"].tolist() == ["8.0*", "5.0"]
    assert sizes.loc[0, ["Estimator", "Errors", "Clusters"]].tolist() == ["OLS", "clustered", "31"]


def test_evidence_and_illustrations_are_listed(printed):
    (found,) = printed["claim_evidence"].to_dict("records")
    assert (found["Kind"], found["Set-up"]) == ("Falsification", "SDID, in 2019")
    assert (found["Claim"], found["Sample"]) == ("S1.1 Flows and linkages", "China")
    assert printed["claim_illustrations"]["Value"].tolist() == ["0.70"]


def test_the_papers_texts_are_keyed_by_statement_and_estimand(made):
    found = ledger_texts(made.tests)
    china, zone = found["S1.1"]["china"], found["S2.2"]["zone"]
    assert (china["estimate"], china["low"], china["high"]) == ("1.00", "0.80", "1.20")
    assert (china["verdict"], china["sign"], china["claimed"]) == ("supported", 1, 1)
    assert china["raw"]["estimate"] == 1.0 and china["raw"]["mde"] == pytest.approx(0.28, abs=1e-3)
    assert (found["S2.2"]["china"]["sign"], found["S2.2"]["china"]["verdict"]) == (
        -1,
        "contradicted",
    )
    assert (zone["estimate"], zone["sign"], zone["raw"]["estimate"]) == ("–", None, None)
    assert found["counts"]["china"]["supported"] == 1
    assert (china["size"], zone["size"]) == ("8.0", "–")
    missing = made.tests["size_at_5pct"].isna()  # None, as the ledger's file has it
    again = made.tests.assign(
        size_at_5pct=made.tests["size_at_5pct"].astype(object).where(~missing, None)
    )
    assert ledger_texts(again)["S2.2"]["zone"]["size"] == "–"


def test_a_number_of_the_paper_leads_to_its_row(made):
    found = ledger_keys(made)
    trail = found["S1.1.zone.low"]
    assert trail["select"] == {"analysis": "primary", "variant": "S1.1", "sample": "zone"}
    assert (trail["chapter"], trail["column"]) == ("linkage", "conf_low")
    assert (trail["text"], trail["value"]) == ("0.12", pytest.approx(0.1216, abs=1e-4))
    assert not any(key.startswith(("S2.1", "S1.2.zone")) for key in found)
    assert found["S2.2.china.estimate"]["text"] == "-1.00".replace("-", "−")  # after S2.1


def test_the_words_sum_up_both_documents(made):
    said = claims_numbers(made.claims, made.tests, made.illustrations, Rule())
    assert (said["size"], said["statements"], said["tests"]) == ("4", "4", "4")
    assert said["documents"]["S1"]["china"] == "one supported and one inconclusive"
    assert said["documents"]["S2"]["zone"] == "two not testable"
    assert said["claims"][0]["caveats"] == "Few."
    assert said["claims"][-1]["illustrated"] == "the model: 0.70"
    assert [test["estimand"] for test in said["claims"][0]["tests"]] == ["China", "The zone"]


def test_decimals_suit_the_interval_and_the_seoi():
    wide = {"estimate": 152.3, "conf_low": 80.1, "conf_high": 230.0}
    assert printed_effect(wide) == ("152", "[80, 230]")
    endless = {"estimate": 0.0202, "conf_low": 0.0161, "conf_high": np.inf}
    assert printed_effect(endless) == ("0.0202", "[0.0161, ∞]")
    assert printed_effect({**wide, "seoi": 0.045}) == ("152.300", "[80.100, 230.000]")
    assert printed_effect({"estimate": None}) == ("–", "–")


def test_a_verdict_reads_as_a_sentence_part():
    assert verdict_text("no relevant effect") == "No relevant effect"
    assert verdict_text("contradicted", "but smaller than the SEOI") == (
        "Contradicted, but smaller than the SEOI"
    )


def test_every_estimated_test_is_in_the_figure(made, root):
    """A panel per estimand, a row per statement, sound as printed; without tests it says so."""
    import matplotlib as mpl

    from guantian.claims.figures import draw_claims
    from guantian.present.captions import caption
    from guantian.present.figures import apply_style, faults

    with mpl.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        figure, data = draw_claims(made.tests)
        assert faults(figure, caption("claims", "claims").alt) == []
        assert data[["part", "estimand"]].to_numpy().tolist() == [
            ["S1.1", "china"],
            ["S1.1", "zone"],
            ["S1.2", "china"],
            ["S2.2", "china"],
        ]
        assert data["scaled"].tolist() == pytest.approx([2, 0.4, 0, -2])
        names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
        assert names == [f"{part}  words of {part}" for part in ("S1.1", "S1.2", "S2.2")]
        for axes in figure.axes[:2]:
            assert axes.get_xlim() == (-16, 16)
            assert axes.get_xticks().tolist() == [-16, -4, -1, 0, 1, 4, 16]
            (band,) = (each for each in axes.patches if each.get_width() == 2)
            assert band.get_x() == -1  # one SEOI to either side
        assert figure.axes[0].get_subplotspec().get_gridspec().ncols == 2
        long = made.tests.assign(quotation="some words " * 9)
        (label, *_) = draw_claims(long)[0].axes[0].get_yticklabels()
        lines = label.get_text().splitlines()
        assert len(lines) > 1 and max(map(len, lines)) <= 46
        assert " ".join(lines).split() == ("S1.1 " + "some words " * 9).split()
        figure, data = draw_claims(made.tests.assign(scaled=np.nan))
        assert data.empty and "No primary test" in figure.axes[0].texts[0].get_text()
        assert faults(figure) == []
