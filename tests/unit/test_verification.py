"""Verification finds what changed, and agrees with what did not."""

import json
import shutil

import pandas as pd
import pytest

from guantian.results import estimates, write
from guantian.verification import collect, compare, main, processor, report


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    for part in ("estimates", "figures", "paper/numbers"):
        (folder / part).mkdir(parents=True)
    rows = [
        {
            "variant": "s",
            "term": term,
            "estimate": value,
            "conf_low": value - 1,
            "conf_high": value + 1,
        }
        for term, value in (("a", 1.0), ("b", 2.0))
    ]
    frame = estimates(rows, analysis="x", sample="zone", outcome="y")
    write([frame], folder / "estimates/made.parquet")
    tests = frame.assign(part="S1.1", estimand=["china", "zone"], verdict="supported", qualifier="")
    tests.to_parquet(folder / "estimates/claim_tests.parquet")
    shown = frame.assign(id="S1.1", what=["model a", "model b"])
    shown.to_parquet(folder / "estimates/claim_illustrations.parquet")
    pd.DataFrame({"x": [1 / 3, 2]}).to_csv(folder / "figures/f.csv", index=False)
    (folder / "paper/numbers.json").write_text(json.dumps({"zone": {"size": "seven"}}))
    (folder / "paper/numbers/c.json").write_text(json.dumps({"said": ["0.96", "–"]}))
    return folder


@pytest.fixture
def reference(results, tmp_path):
    folder = tmp_path / "reference"
    assert main([str(results), str(folder), "--write"]) == 0
    return folder


def states(results, reference):
    compared = compare(collect(results), reference)
    return compared[compared["state"] != "agrees"].set_index("state")["place"].to_dict()


def test_what_is_the_same_agrees(results, reference, capsys):
    assert states(results, reference) == {}
    assert main([str(results), str(reference)]) == 0
    assert "All agree." in capsys.readouterr().out
    kept = pd.read_csv(reference / "estimates.csv")
    assert len(kept) == 2 and (kept["tolerance"] == 1e-6).all()


def test_a_changed_estimate_is_found_and_last_bits_are_not(results, reference, capsys):
    path = results / "estimates/claim_tests.parquet"
    frame = pd.read_parquet(path)
    frame.assign(estimate=frame["estimate"] * (1 + 1e-9)).to_parquet(path)
    assert states(results, reference) == {}
    frame.loc[frame["term"] == "b", "estimate"] += 1e-3
    frame.to_parquet(path)
    compared = compare(collect(results), reference)
    others = compared[compared["state"] != "agrees"]
    assert others["place"].tolist() == ["S1.1 zone", "estimates/claim_tests.parquet"]
    assert main([str(results), str(reference)]) == 1
    assert "differs: estimates, S1.1 zone: 2 1 3 | 2.001 1 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "old", "new", "place"),
    [
        ("paper/numbers.json", "seven", "eight", "numbers.json zone/size"),
        ("paper/numbers/c.json", "0.96", "0.97", "numbers/c.json said/0"),
        ("figures/f.csv", "2", "2.1", "figures/f.csv"),
    ],
)
def test_changed_words_texts_and_figures_are_found(results, reference, path, old, new, place):
    text = (results / path).read_text()
    (results / path).write_text(text.replace(old, new))
    assert states(results, reference) == {"differs": place}


def change_verdict(results):
    path = results / "estimates/claim_tests.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["estimand"] == "zone", "verdict"] = "contradicted"
    frame.to_parquet(path)


def test_a_changed_verdict_is_found(results, reference):
    change_verdict(results)
    compared = compare(collect(results), reference)
    found = compared[(compared["state"] == "differs") & (compared["kind"] == "verdicts")]
    assert found[["place", "now"]].to_numpy().tolist() == [["S1.1 zone", "contradicted "]]


def test_what_is_missing_and_what_is_new_are_said(results, reference):
    (results / "figures/f.csv").rename(results / "figures/g.csv")
    assert states(results, reference) == {"missing": "figures/f.csv", "new": "figures/g.csv"}


def test_a_reference_that_is_not_there_is_named(results, reference):
    shutil.rmtree(reference)
    with pytest.raises(ValueError, match=r"The reference has no .*estimates.csv"):
        compare(collect(results), reference)


def test_many_differences_are_cut_short():
    rows = [("texts", str(i), "a", "b", "differs") for i in range(50)]
    compared = pd.DataFrame(rows, columns=["kind", "place", "reference", "now", "state"])
    said = report(compared, longest=10)
    assert "... and 40 more" in said and said.endswith("50 of 50 do not agree.")


def test_processors_of_one_name_differ_by_their_vectors(tmp_path):
    described = tmp_path / "cpuinfo"
    found = []
    for flags in ("fpu avx avx2", "fpu avx avx2 avx512f"):
        described.write_text(f"processor : 0\nmodel name : Some CPU\nflags : {flags}\n", "utf-8")
        found.append(processor(described))
    assert [each.split(" ", 1)[1] for each in found] == ["Some CPU (avx2)", "Some CPU (avx512f)"]


def test_on_another_processor_checksums_do_not_count_and_verdicts_do(results, reference, capsys):
    (reference / "processor.txt").write_text("another type\n")
    (results / "figures/f.csv").write_text("x\n0.4\n2\n")
    assert main([str(results), str(reference)]) == 0
    assert "its checksums do not count" in capsys.readouterr().out
    change_verdict(results)
    assert main([str(results), str(reference)]) == 1
