"""Claims joined, compared with estimates, and decided: on invented figures and on the toy study."""

import json

import numpy as np
import pandas as pd
import pytest

from guantian.claims import Rule, decide_claims, join_claims, read_claims
from guantian.results import KEYS, NUMBER, TEXT, WHOLE, one
from guantian.results import estimates as table

REGISTRY = [
    {
        "id": f"S{source}.{number}",
        "source": f"S{source}",
        "claim": f"Claim {number} of {source}.",
        "hypothesis": "It would be seen.",
        "family": "one",
    }
    for source, number in ((1, 1), (1, 2), (2, 1), (2, 2))
]


def estimate(term, value, error, p=None, **more):
    row = {"variant": "main", "sample": "zone", "outcome": "y", "term": term, "estimate": value}
    row |= {"conf_low": value - 1.96 * error, "conf_high": value + 1.96 * error}
    return row | {"std_error": error, "p_value": p, **more}


def part(term, matters=0.1, direction="positive", **more):
    key = {"file": "made", "analysis": "test", "variant": "main", "sample": "zone", "term": term}
    base = {"what": f"part {term}", "estimate": key, "direction": direction}
    return base | {"matters": matters, "why": "by assumption", **more}


@pytest.fixture
def estimates():
    rows = [
        estimate("clear", 1.0, 0.1, 0.001),
        estimate("clearer", 2.0, 0.1, 0.0001),
        estimate("null", 0.0, 0.01, 0.9),
        estimate("wide", 0.5, 1.0, 0.6),
        estimate("untested", 1.0, 0.1),
        estimate("nothing", np.nan, np.nan, note="singular"),
        {**estimate("bare", 1.0, np.nan), "conf_low": None, "conf_high": None},
    ]
    return {"made": table(rows, chapter="made", analysis="test")}


def decide(estimates, **entries):
    """Decide the four claims: those not named are said to lack figures."""
    given = [
        {"id": entry["id"], **entries.get(entry["id"].replace(".", "_"), {"missing": "All of it."})}
        for entry in REGISTRY
    ]
    return decide_claims(join_claims(REGISTRY, {"chapter": given}), estimates, Rule())


def verdicts(ledger):
    return ledger.claims.set_index("id")["verdict"]


def test_each_word(estimates):
    ledger = decide(
        estimates,
        S1_1={"parts": [part("clear"), part("clearer")]},
        S1_2={"parts": [part("null")]},
        S2_1={"parts": [part("wide"), part("clear")]},
    )
    assert verdicts(ledger).tolist() == [
        "supported",
        "not supported",
        "mixed",
        "not testable with these figures",
    ]
    mixed = ledger.claims.set_index("id").loc["S2.1"]
    assert mixed["how"] == "inconclusive: part wide; supported: part clear"
    assert verdicts(decide(estimates, S1_1={"parts": [part("wide")]}))["S1.1"] == "inconclusive"


def test_p_values_are_adjusted_within_a_family_over_claims(estimates):
    together = decide(
        estimates, S1_1={"parts": [part("clear")]}, S2_1={"parts": [part("wide"), part("null")]}
    ).parts
    assert together["p_adjusted"].tolist() == pytest.approx([0.003, 1.0, 1.0])
    apart = decide(
        estimates,
        S1_1={"parts": [part("clear")], "family": "another"},
        S2_1={"parts": [part("wide"), part("null")]},
    ).parts
    assert apart["p_adjusted"].tolist() == pytest.approx([0.001, 1.0, 1.0])


def test_effects_are_on_one_scale(estimates):
    parts = decide(
        estimates,
        S1_1={
            "parts": [
                part("clear", 0.5),
                part("clear", 0.5, "negative", reference=2, what="the other side"),
            ]
        },
    ).parts
    assert parts["scaled"].tolist() == pytest.approx([2.0, 2.0])  # 1 is 2 × 0.5 below 2
    assert parts["scaled_low"].tolist() == pytest.approx([2 - 0.392, 2 - 0.392])
    assert (parts["scaled_low"] < parts["scaled_high"]).all()
    assert parts["detectable"].iloc[0] == pytest.approx(0.28, abs=1e-3)


def test_the_headline_is_the_part_that_says_so(estimates):
    parts = [part("wide"), part("clear", headline=True)]
    claims = decide(estimates, S1_1={"parts": parts}).claims
    assert claims.loc[0, "what"] == "part clear"
    assert claims.loc[0, "estimate"] == 1.0


def test_a_p_value_from_the_interval_is_marked(estimates):
    row = decide(estimates, S1_1={"parts": [part("untested")]}).parts.iloc[0]
    assert row["p_from"] == "interval"
    assert row["p_value"] < 1e-10


def test_what_could_not_be_estimated_says_nothing(estimates):
    ledger = decide(estimates, S1_1={"parts": [part("nothing"), part("clear")]})
    assert verdicts(ledger)["S1.1"] == "supported"
    assert ledger.parts["note"].iloc[0] == "singular"
    alone = decide(estimates, S1_1={"parts": [part("nothing")]})
    assert verdicts(alone)["S1.1"] == "not testable with these figures"


def test_a_missing_estimate_fails_the_run_by_name(estimates):
    sentence = r"The claim S1.1 rests on an estimate that is missing: made analysis 'test'.*'gone'"
    with pytest.raises(ValueError, match=sentence):
        decide(estimates, S1_1={"parts": [part("gone")]})
    with pytest.raises(ValueError, match=r"S2.1 .* missing"):
        decide(estimates, S2_1={"missing": "All.", "illustration": [part("gone")]})


def test_a_smaller_study_notes_what_it_does_not_estimate(estimates):
    claims = join_claims(REGISTRY[:1], {"chapter": [{"id": "S1.1", "parts": [part("gone")]}]})
    ledger = decide_claims(claims, estimates, Rule(), absent="note")
    assert verdicts(ledger)["S1.1"] == "not testable with these figures"
    assert ledger.parts.loc[0, "note"] == "not estimated in this study"
    assert decide_claims(claims, {}, Rule(), absent="note").parts["p_adjusted"].isna().all()


def test_an_ambiguous_estimate_fails_the_run_by_name(estimates):
    rows = [estimate("clear", 1, 0.1, 0.001, sample=sample) for sample in ("zone", "nation")]
    vague = part("clear")
    del vague["estimate"]["sample"]
    with pytest.raises(ValueError, match=r"not unique: 2 rows fit .* name sample as well"):
        decide({"made": table(rows, chapter="made", analysis="test")}, S1_1={"parts": [vague]})


TYPED = [
    {"term": "effect", "year": 2009, "base": 1, "estimate": 1.0},
    {"term": "effect", "year": 2009, "base": 0, "estimate": 2.0},
    {"term": "effect", "year": 2010, "base": 0, "estimate": 3.0, "unit": "610100"},
    {"term": "effect", "year": 2010, "base": 0, "estimate": 4.0, "setting": 0.25},
]


@pytest.fixture
def typed():
    rows = [row | {"conf_low": -9.0, "conf_high": 9.0, "n_disjoint": 5} for row in TYPED]
    return {"made": table(rows, chapter="made", analysis="test", sample="zone")}


def rests_on(typed, **key):
    """Return the ledger's row of a part that rests on the estimate with this key."""
    chosen = part("effect", unit="log points")
    chosen["estimate"] = {"file": "made", "analysis": "test", "term": "effect"} | key
    return decide(typed, S1_1={"parts": [chosen]}).parts.iloc[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ({"year": 2009, "base": 1}, 1.0),
        ({"year": 2009, "base": 0}, 2.0),
        ({"unit": "610100"}, 3.0),
        ({"setting": 0.25, "year": 2010}, 4.0),
        ({"year": 2010, "unit": None}, 4.0),
        ({"year": 2010, "setting": None}, 3.0),
    ],
)
def test_a_part_may_name_any_typed_column(typed, key, value):
    row = rests_on(typed, **key)
    assert row["estimate"] == value
    assert row["n_disjoint"] == 5


def test_the_parts_own_columns_are_not_those_of_the_estimate(typed):
    """The unit of measurement and the chapter are the part's; the estimate has columns so named."""
    row = rests_on(typed, unit="610100")
    assert (row["unit"], row["chapter"]) == ("log points", "chapter")
    assert row["place"] == "made analysis 'test', term 'effect', unit '610100'"


def test_a_column_that_the_estimates_lack_is_named(typed):
    sentence = r"S1.1 rests on the estimate made .*the estimates of made have no column spec"
    with pytest.raises(ValueError, match=sentence):
        rests_on(typed, spec="main")


def test_rows_that_differ_in_a_typed_column_are_not_unique(typed):
    with pytest.raises(ValueError, match=r"2 rows fit .* name base as well"):
        rests_on(typed, year=2009)
    with pytest.raises(ValueError, match=r"2 rows fit .* name setting, unit as well"):
        rests_on(typed, year=2010)


def test_a_claim_has_no_two_parts_of_one_name():
    entry = {"id": "S1.1", "parts": [part("a"), part("b", what="part a")]}
    with pytest.raises(ValueError, match=r"S1.1 has more than one part named “part a”"):
        join_claims(REGISTRY[:1], {"x": [entry]})
    shown = {"what": "part a", "estimate": part("a")["estimate"]}
    with pytest.raises(ValueError, match=r"S1.1 has more than one part"):
        join_claims(REGISTRY[:1], {"x": [{**entry, "parts": [part("a")], "illustration": [shown]}]})


def test_the_schema_knows_every_key_column(root):
    schema = json.loads((root / "workflow/schemas/claims.schema.json").read_text("utf-8"))
    known = schema["$defs"]["estimate"]["properties"]
    assert set(known) == {"file", *KEYS}
    kinds = {"string": TEXT, "integer": WHOLE, "number": NUMBER}
    for name, (dtype, _) in KEYS.items():
        if name != "analysis":
            assert kinds[known[name]["type"][0]] == dtype, name


def test_an_estimate_without_interval_fails_the_run(estimates):
    with pytest.raises(ValueError, match=r"S1.1 rests on an estimate without an interval"):
        decide(estimates, S1_1={"parts": [part("bare")]})


def test_silent_unknown_and_repeated_claims_are_refused():
    with pytest.raises(ValueError, match=r"No chapter gives evidence on S1.1, S1.2, S2.1, S2.2"):
        join_claims(REGISTRY, {})
    with pytest.raises(ValueError, match=r"chapter 'a' gives evidence on the claim 'S9.9'"):
        join_claims(REGISTRY, {"a": [{"id": "S9.9", "missing": "x"}]})
    with pytest.raises(ValueError, match=r"holds S1.1 more than once"):
        join_claims(REGISTRY + REGISTRY[:1], {})


def test_evidence_of_several_chapters_is_joined():
    one = {"id": "S1.1", "parts": [part("a")], "caveats": ["Small."], "figure": "f"}
    two = {"id": "S1.1", "parts": [part("b")], "caveats": ["Small.", "Short."], "table": ["t"]}
    (claim,) = join_claims(REGISTRY[:1], {"x": [one], "y": [two]})
    assert [(part.chapter, part.what) for part in claim.parts] == [("x", "part a"), ("y", "part b")]
    assert (claim.caveats, claim.figures, claim.tables) == (("Small.", "Short."), ("f",), ("t",))


def alternative(ledger, name):
    return ledger.alternatives.set_index("name").loc[name]


def test_alternatives_are_judged_by_the_rule_of_the_part_in_whose_place_they_are(estimates):
    """The alternatives are null (0, from -0.02 to 0.02) and clear (1, from 0.8 to 1.2)."""
    others = [
        {"name": "none", "what": "the null instead", "estimate": part("null")["estimate"]},
        {"name": "other", "what": "the clear instead", "estimate": part("clear")["estimate"]},
    ]
    own = part("wide", 0.1, name="own", alternatives=others)
    ledger = decide(estimates, S1_1={"parts": [own]})
    assert verdicts(ledger)["S1.1"] == "inconclusive"  # the alternatives do not count
    assert len(ledger.parts) == 1
    none, other = alternative(ledger, "none"), alternative(ledger, "other")
    assert (none["verdict"], other["verdict"]) == ("not supported", "supported")
    assert (none["instead_of"], none["matters"], none["direction"]) == (
        "part wide",
        0.1,
        "positive",
    )
    negative = part("wide", 0.1, "negative", name="own", alternatives=others)
    ledger = decide(estimates, S1_1={"parts": [negative]})
    assert alternative(ledger, "other")["verdict"] == "not supported"


def test_an_alternatives_p_is_adjusted_within_the_family(estimates):
    """0.03 is significant as the smaller of two only if the other part's p-value allows it."""
    close = estimate("close", 1.0, 0.4, 0.03)
    held = [estimate("clear", 1.0, 0.1, 0.001), estimate("wide", 0.5, 1.0, 0.6), close]
    tables = {"made": table(held, chapter="made", analysis="test")}
    others = [{"name": "x", "what": "the close instead", "estimate": part("close")["estimate"]}]
    own = part("wide", alternatives=others)
    ledger = decide(tables, S1_1={"parts": [own]}, S2_1={"parts": [part("clear")]})
    assert alternative(ledger, "x")["p_adjusted"] == pytest.approx(0.03)
    assert alternative(ledger, "x")["verdict"] == "supported"
    ledger = decide(tables, S1_1={"parts": [own]}, S2_1={"parts": [part("close")]})
    assert alternative(ledger, "x")["p_adjusted"] == pytest.approx(0.06)
    assert alternative(ledger, "x")["verdict"] == "inconclusive"


def test_an_alternative_that_is_not_estimated_is_not_testable(estimates):
    others = [{"name": "x", "what": "gone", "estimate": part("gone")["estimate"]}]
    given = [{"id": "S1.1", "parts": [part("clear", alternatives=others)]}]
    claims = join_claims(REGISTRY[:1], {"chapter": given})
    with pytest.raises(ValueError, match=r"S1.1 rests on an estimate that is missing"):
        decide_claims(claims, estimates, Rule())
    ledger = decide_claims(claims, estimates, Rule(), absent="note")
    assert alternative(ledger, "x")["verdict"] == "not testable with these figures"
    assert verdicts(ledger)["S1.1"] == "supported"


def test_illustrations_are_shown_and_not_judged(estimates):
    shown = {"what": "a model", "estimate": part("bare")["estimate"]}
    ledger = decide(estimates, S2_2={"missing": "Breaches.", "illustration": [shown]})
    assert verdicts(ledger)["S2.2"] == "not testable with these figures"
    assert ledger.illustrations.loc[0, "estimate"] == 1.0
    record = json.loads(ledger.to_json())[3]
    assert record["illustrations"][0]["what"] == "a model"
    assert record["parts"] == []
    assert record["p_value"] is None  # no NaN in JSON


def test_the_registry_holds_the_twenty_two_claims(root):
    import yaml

    registry = yaml.safe_load((root / "config/claims.yaml").read_text("utf-8"))
    ids = [f"S1.{i}" for i in range(1, 11)] + [f"S2.{i}" for i in [*range(1, 7), *"abcdef"]]
    assert [entry["id"] for entry in registry] == ids
    assert all(entry["source"] == entry["id"][:2] for entry in registry)


def test_real_estimates_are_decided_from_files(toy_run, tmp_path):
    """The road of the study on the toy's convergence: files in, a ledger out."""
    (tmp_path / "claims.yaml").write_text(
        "- {id: S2.4, source: S2, claim: Gaps., hypothesis: They do not close., family: gaps}\n"
    )
    (tmp_path / "convergence.yaml").write_text(
        """
- id: S2.4
  parts:
    - what: dispersion
      estimate: {file: convergence, analysis: sigma, variant: income, sample: zone, term: ratio}
      direction: positive
      reference: 1
      matters: 0.1
      why: a tenth of the gap
  figure: sigma
"""
    )
    claims = read_claims(tmp_path / "claims.yaml", [tmp_path / "convergence.yaml"])
    ledger = decide_claims(claims, {"convergence": toy_run[0]}, Rule())
    row = one(toy_run[0], analysis="sigma", variant="income", sample="zone", term="ratio")
    assert ledger.claims.loc[0, "estimate"] == pytest.approx(row["estimate"], rel=1e-9)
    assert ledger.claims.loc[0, "p_adjusted"] == pytest.approx(row["p_value"], rel=1e-9)
    assert ledger.claims.loc[0, "verdict"] == "not supported"  # the toy converges
    assert isinstance(ledger.parts, pd.DataFrame)
