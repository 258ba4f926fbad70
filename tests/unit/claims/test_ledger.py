"""Primary tests found among all chapters' estimates, compared with them, and decided."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_claims import TEST, claim, declare, row, statement, tables

from guantian.claims import Rule, decide_claims
from guantian.claims.ledger import FLAGS, FLOATS, TEXTS, WHOLES
from guantian.claims.printed import by_statement, counts
from guantian.results import estimates
from regiometrics.inference import holm, minimum_detectable_effect, tost

PLAIN = declare(claim("S1.1"))


def decide(declared, found, **options):
    return decide_claims(declared, found, Rule(), **options).tests.set_index(["part", "estimand"])


def one(value, error, declared=PLAIN, **more):
    return decide(declared, tables(row("S1.1", value, error, **more))).loc["S1.1", "china"]


@pytest.mark.parametrize(
    ("value", "error", "word", "also"),
    [
        (1.0, 0.1, "supported", ""),
        (-1.0, 0.1, "contradicted", ""),
        (0.2, 0.05, "supported", "but smaller than the SEOI"),
        (-0.2, 0.05, "contradicted", "but smaller than the SEOI"),
        (0.0, 0.1, "no relevant effect", ""),
        (0.25, 0.16, "inconclusive", ""),  # MDE 2.8 × 0.16 = 0.448, below the SEOI of 0.5
        (0.0, 1.0, "inconclusive", "no power"),
        (np.nan, np.nan, "not testable", ""),
    ],
)
def test_each_verdict(value, error, word, also):
    found = one(value, error)
    assert (found["verdict"], found["qualifier"]) == (word, also)
    assert found["no_power"] == (also == "no power")
    assert found["smaller_than_seoi"] == ("smaller" in also)


def test_what_a_test_records():
    found = one(0.3, 0.2, expected_std_error=0.5, size_at_5pct=0.07, n_obs=40)
    assert found["p_value"] == pytest.approx(0.1336, abs=1e-4)  # twice the normal tail at 1.5
    assert found["p_from"] == "interval"
    assert found["p_equivalence"] == pytest.approx(tost(0.3, 0.2, 0.5), rel=1e-6)
    of_design = minimum_detectable_effect(0.5, confidence=0.95)
    assert found["mde_expected"] == pytest.approx(of_design)
    assert found["mde_expected_ratio"] == pytest.approx(of_design / 0.5)
    assert found["improve_design"] and found["size_off"]
    assert found["mde"] == pytest.approx(minimum_detectable_effect(0.2, confidence=0.95))
    assert (found["scaled"], found["sign"], found["n_obs"]) == (0.6, 1, 40)
    assert found["declared"] == "2026-11-29" and found["seen"] == ""
    calm = one(0.3, 0.2, expected_std_error=0.3, size_at_5pct=0.035)
    assert not calm["improve_design"] and not calm["size_off"]


def test_the_rows_own_p_counts():
    """A calibrated p-value decides against the one that error and normal law would give."""
    found = one(1.0, 0.1, p_value=0.3)
    assert (found["p_value"], found["p_from"], found["verdict"]) == (0.3, "test", "inconclusive")


def test_a_t_distribution_widens_the_equivalence_test():
    few = one(0.0, 0.2, conf_low=-0.2 * 2.570582, conf_high=0.2 * 2.570582, df=5)
    assert few["p_equivalence"] == pytest.approx(tost(0.0, 0.2, 0.5, df=5), rel=1e-4)
    assert few["mde"] == pytest.approx(
        minimum_detectable_effect(0.2, df=5, confidence=0.95), rel=1e-4
    )


def test_the_longer_half_of_a_skewed_interval_counts():
    """[-0.1, 0.5] about 0: errors of 0.3 / 1.96 if halved, of 0.5 / 1.96 by the longer half."""
    found = one(0.0, 0.1, conf_low=-0.1, conf_high=0.5)
    assert found["p_equivalence"] == pytest.approx(tost(0.0, 0.5 / 1.959964, 0.5), rel=1e-5)
    endless = one(0.0, 0.1, conf_low=-0.1, conf_high=np.inf)
    assert endless["p_equivalence"] == 0.5 and endless["mde"] == np.inf


def test_an_error_without_an_interval_will_do_and_nothing_will_not():
    bare = {"conf_low": None, "conf_high": None}
    assert one(0.0, 0.2, **bare, df=5)["p_equivalence"] == pytest.approx(tost(0.0, 0.2, 0.5, df=5))
    wald = one(0.4, None, p_value=0.001)
    assert wald["verdict"] == "supported" and np.isnan(wald["p_equivalence"])
    with pytest.raises(ValueError, match=r"S1\.1 for china has an estimate with neither"):
        one(0.4, None)


def test_a_benchmark_moves_the_test():
    declared = declare(claim("S1.1", statement("S1.1", benchmark=5, seoi=1)))
    assert one(9.0, 0.2, declared, benchmark=5)["verdict"] == "supported"
    assert one(1.0, 0.2, declared, benchmark=5)["verdict"] == "contradicted"
    found = one(5.1, 0.2, declared)
    assert found["verdict"] == "no relevant effect"
    assert found["scaled"] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="has the benchmark 5, but its row has 4"):
        one(9.0, 0.2, declared, benchmark=4)


def test_a_scale_puts_the_row_into_the_declared_unit():
    declared = declare(claim("S1.1", statement("S1.1", {**TEST, "scale": 100.0}, seoi=50)))
    found, plain = one(0.3, 0.2, declared, expected_std_error=0.2), one(0.3, 0.2)
    assert found["estimate"] == pytest.approx(30)
    assert found["mde_expected"] == pytest.approx(100 * plain["mde"])
    for name in ("scaled", "p_value", "p_equivalence", "mde_ratio"):
        assert found[name] == pytest.approx(plain[name]), name


def test_a_size_of_interest_may_be_counted_in_another_estimate():
    test = {**TEST, "seoi_in": {"analysis": "secondary", "variant": "S1.1", "term": "before"}}
    declared = declare(claim("S1.1", statement("S1.1", test)))
    before = row("S1.1", -0.8, 0.1, analysis="secondary", term="before")
    found = decide(declared, tables(row("S1.1", 0.3, 0.2), before)).loc["S1.1", "china"]
    assert found["seoi"] == pytest.approx(0.4)  # half of 0.8
    with pytest.raises(ValueError, match="no row in which its SEOI is counted"):
        decide(declared, tables(row("S1.1", 0.3, 0.2)))
    scaled = declare(claim("S1.1", statement("S1.1", {**test, "scale": 100.0})))
    found = decide(scaled, tables(row("S1.1", 0.3, 0.2), before)).loc["S1.1", "china"]
    assert found["seoi"] == pytest.approx(40)


def test_the_expected_mde_has_the_rows_own_degrees_of_freedom():
    """One of them too, where the interval is a normal one."""
    found = one(0.3, 0.2, expected_std_error=0.2, df=1.0, p_value=0.4)
    assert found["mde_expected"] == pytest.approx(
        minimum_detectable_effect(0.2, df=1.0, confidence=0.95)
    )


def many(values, sample="china"):
    """Claims with one test each, and rows with the given p-values."""
    names = [f"S2.{place}" for place in range(1, len(values) + 1)]
    zone = {name: TEST if sample == "zone" else None for name in names}
    china = {name: TEST if sample == "china" else None for name in names}
    declared = [claim(n, statement(n, china[n], zone[n])) for n in names]
    return declared, [
        row(name, 1.0, 0.3, sample, p_value=p) for name, p in zip(names, values, strict=True)
    ]


@settings(max_examples=20, deadline=None)  # each decides a whole ledger
@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=8))
def test_both_sides_are_adjusted_by_holm(values):
    declared, rows = many(values)
    found = decide(declare(*declared), tables(*rows))
    tested = found[found["is_test"]]
    np.testing.assert_allclose(tested["p_adjusted"], holm(values), rtol=1e-9)
    np.testing.assert_allclose(
        tested["p_equivalence_adjusted"], holm(tested["p_equivalence"]), rtol=1e-9
    )
    order = np.argsort(values, kind="stable")
    assert (np.diff(tested["p_adjusted"].to_numpy()[order]) >= 0).all()


def test_china_and_the_zone_are_families_of_their_own():
    """0.03 is below 0.05 alone, and not as one of two."""
    both = claim("S1.1", statement("S1.1", TEST, TEST))
    rows = [row("S1.1", 1.0, 0.3, name, p_value=0.03) for name in ("china", "zone")]
    found = decide(declare(both), tables(*rows))
    assert found["p_adjusted"].tolist() == [0.03, 0.03]
    two = declare(claim("S1.1"), claim("S1.2"))
    rows = [row(name, 1.0, 0.3, p_value=0.03) for name in ("S1.1", "S1.2")]
    found = decide(two, tables(*rows))
    assert found["p_adjusted"].dropna().tolist() == [0.06, 0.06]
    assert found.loc["S1.1", "china"]["verdict"] == "inconclusive"


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([0.001, 0.5, 64.0]), st.floats(-2, 2), st.floats(0.05, 2))
def test_the_ledger_does_not_depend_on_the_unit(unit, value, error):
    other = declare(claim("S1.1", statement("S1.1", seoi=0.5 * unit)))
    plain, scaled = one(value, error), one(unit * value, unit * error, other)
    assert scaled["verdict"] == plain["verdict"]
    assert scaled["p_equivalence"] == pytest.approx(plain["p_equivalence"], rel=1e-6, abs=1e-12)
    assert scaled["mde_ratio"] == pytest.approx(plain["mde_ratio"], rel=1e-6)


def test_a_test_is_found_among_all_chapters():
    found = {**tables(row("S1.1", 1.0, 0.1), chapter="one"), "two": estimates([], chapter="two")}
    assert decide(PLAIN, found).loc["S1.1", "china"]["chapter"] == "one"
    twice = {**found, **tables(row("S1.1", 1.0, 0.1), chapter="two")}
    with pytest.raises(ValueError, match=r"S1\.1 for china .* not unique: 2 rows .* name chapter"):
        decide(PLAIN, twice)


def test_further_key_columns_choose_among_several():
    rows = [row("S1.1", value, 0.1, method=name) for name, value in (("a", 1.0), ("b", -1.0))]
    rows[1]["analysis"] = "secondary"
    test = {**TEST, "estimate": {"method": "b", "analysis": "secondary"}, "substitution": "Why."}
    rows = rows[1:]
    declared = declare(claim("S1.1", statement("S1.1", test)))
    found = decide(declared, tables(*rows)).loc["S1.1", "china"]
    assert (found["verdict"], found["substitution"]) == ("contradicted", "Why.")
    assert decide_claims(declared, tables(*rows), Rule()).evidence.empty  # it is the test now
    wrong = declare(claim("S1.1", statement("S1.1", {**TEST, "estimate": {"spec": "x"}})))
    with pytest.raises(ValueError, match="estimates have no column spec"):
        decide(wrong, tables(row("S1.1", 1.0, 0.1)))


def test_two_tests_never_rest_on_one_row():
    key = {"variant": "S1.1", "sample": "china"}
    other = claim("S1.2", statement("S1.2", {**TEST, "estimate": key}))
    with pytest.raises(ValueError, match=r"S1\.1 for china and of S1\.2 for china rest on one"):
        decide(declare(claim("S1.1"), other), tables(row("S1.1", 1.0, 0.1)))


def test_a_primary_row_that_no_test_declares_stops():
    rows = [row("S1.1", 1.0, 0.1), row("S1.1", 1.0, 0.1, "zone")]
    with pytest.raises(ValueError, match=r"primary estimate of S1\.1 for zone .* no test declares"):
        decide(PLAIN, tables(*rows))


def test_what_is_not_estimated_fails_or_is_not_testable():
    with pytest.raises(ValueError, match=r"S1\.1 for china rests on an estimate that is missing"):
        decide(PLAIN, {})
    for found in ({}, tables(row("S1.1", np.nan, np.nan, note="singular"))):
        cell = decide(PLAIN, found, absent="note").loc["S1.1", "china"]
        assert cell["verdict"] == "not testable"
        assert cell["untested"] == ("singular" if found else "not estimated in this study")
    cell = decide(PLAIN, {}, absent="note").loc["S1.1", "zone"]
    assert (cell["verdict"], cell["untested"], cell["is_test"]) == (
        "not testable",
        "No data on S1.1.",
        False,
    )


def test_secondary_and_falsification_rows_find_their_claim():
    rows = [
        row("S1.1", 1.0, 0.1),
        row("S1.1", 0.0, 0.1, analysis="falsification"),
        row("S1.1", 0.9, 0.1, analysis="secondary", method="a"),
        row("S1.1", 0.9, 0.1, analysis="sigma"),  # another question of the chapter
    ]
    ledger = decide_claims(PLAIN, tables(*rows), Rule())
    assert ledger.evidence["analysis"].tolist() == ["secondary", "falsification"]
    assert ledger.evidence["id"].tolist() == ["S1.1", "S1.1"]
    rows[1]["variant"] = "S9.9"
    with pytest.raises(ValueError, match=r"made has evidence on 'S9.9', which is no statement"):
        decide_claims(PLAIN, tables(*rows), Rule())


def test_illustrations_are_shown_and_not_judged():
    key = {"file": "made", "analysis": "model", "term": "gain"}
    shown = claim("S1.1", illustrations=[{"what": "a model", "estimate": key}])
    rows = [row("S1.1", 1.0, 0.1), {"analysis": "model", "term": "gain", "estimate": 0.7}]
    ledger = decide_claims(declare(shown), tables(*rows), Rule())
    assert ledger.illustrations.loc[0, ["id", "what", "estimate"]].tolist() == [
        "S1.1",
        "a model",
        0.7,
    ]
    with pytest.raises(ValueError, match=r"“a model” of S1\.1 is missing: made, analysis 'model'"):
        decide_claims(declare(shown), tables(*rows[:1]), Rule())
    absent = decide_claims(declare(shown), tables(*rows[:1]), Rule(), absent="note")
    assert absent.illustrations.loc[0, "note"] == "not estimated in this study"


def test_columns_are_typed_whatever_was_estimated():
    full = decide_claims(PLAIN, tables(row("S1.1", 1.0, 0.1, rank=3)), Rule()).tests
    empty = decide_claims(PLAIN, {}, Rule(), absent="note").tests
    assert full.dtypes.equals(empty.dtypes)
    assert list(full) == [*TEXTS, *FLOATS, *WHOLES, *FLAGS]
    assert {str(full[name].dtype) for name in TEXTS} == {"str"}
    assert {str(full[name].dtype) for name in WHOLES} == {"Int64"}


def test_the_ledger_is_json_without_nan():
    ledger = decide_claims(PLAIN, tables(row("S1.1", 0.0, 0.1, conf_high=np.inf)), Rule())
    (record,) = json.loads(ledger.to_json())
    test, other = record["tests"]
    assert (test["estimand"], test["conf_high"], test["rank"]) == ("china", "∞", None)
    assert other["estimate"] is None and record["evidence"] == []


def test_statements_side_by_side_and_counts():
    rows = [row("S1.1", 1.0, 0.1, expected_std_error=0.1), row("S1.2", 0.0, 1.0)]
    ledger = decide_claims(declare(claim("S1.1"), claim("S1.2")), tables(*rows), Rule())
    wide = by_statement(ledger.tests)
    assert wide["part"].tolist() == ["S1.1", "S1.2"]
    assert wide["china_verdict"].tolist() == ["supported", "inconclusive"]
    assert wide["zone_verdict"].tolist() == ["not testable", "not testable"]
    found = counts(ledger.tests)
    assert found["china"] == {
        "supported": 1,
        "contradicted": 0,
        "no_relevant_effect": 0,
        "inconclusive": 1,
        "not_testable": 0,
        "no_power": 1,
        "tests": 2,
        "estimated": 2,
        "mde_expected_within_seoi": 1,
        "mde_within_seoi": 1,
    }
    assert (found["zone"]["tests"], found["zone"]["not_testable"]) == (0, 2)


def test_the_verdicts_are_read_back_as_they_were_written(tmp_path):
    ledger = decide_claims(PLAIN, tables(row("S1.1", 1.0, 0.1)), Rule())
    ledger.tests.to_parquet(tmp_path / "tests.parquet", index=False)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "tests.parquet"), ledger.tests)
