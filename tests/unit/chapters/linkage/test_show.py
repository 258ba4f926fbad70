"""Tables, summaries and words of the chapter on flows and linkages."""

import re

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.run import pair_rows
from guantian.chapters.linkage.estimate.summary import summary_rows
from guantian.chapters.linkage.names import Names
from guantian.chapters.linkage.numbers import linkage_numbers
from guantian.chapters.linkage.tables import gravity_cells, linkage_tables
from guantian.present.numbers import keys_used
from guantian.results import estimates, find, one, series

NAMES = Names(
    cities={"1": "Core", "2": "Other", "3": "Third"},
    provinces={"61": "West", "62": "East"},
    specs={"main": "Unlisted pairs as zero", "listed": "Listed pairs only"},
)


def gravity(low=0.4, variant="main", method="zero", unit=""):
    rows = [
        {"term": "same_province", "estimate": low + 0.6, "conf_low": low, "conf_high": low + 1.2},
        {
            "term": "border_log_distance",
            "estimate": np.log(2),
            "conf_low": np.log(1.5),
            "conf_high": np.log(3),
        },
    ]
    rows = [row | {"unit": unit} for row in rows]
    rows.append({"term": "log_distance", "estimate": -2.0, "conf_low": -2.1, "conf_high": -1.9})
    common = {"analysis": "gravity", "variant": variant, "method": method, "group": "all"}
    common |= {"sample": "nation", "errors": "dyadic", "n_obs": 1200, "n_units": 40}
    return [common | {"std_error": 0.1} | row for row in rows]


PAIRS = pd.DataFrame(
    {
        "code_a": ["1", "1"],
        "code_b": ["2", "3"],
        "distance_km": [80.0, 120.0],
        "flow": [3.0, 1.0],
        "predicted": [2.0, 2.0],
        "ratio": [1.5, 0.5],
        "ratio_low": [1.1, 0.2],
        "ratio_high": [2.0, 1.2],
        "same_province": [1, 0],
        "road_hours": [1.0, 2.0],
        "rail_hours": [0.5, np.nan],
    }
)
ACTS = pd.DataFrame(
    {
        "time": [2002.9, 2010.1, 2018.1],
        "date": ["2002-12", "2010-02-06", "2018-02"],
        "kind": ["plan", "railway", "agreement"],
        "act": ["A plan", "A railway", "An agreement"],
        "members": ["", "1 2", "1 2 3 4"],
    }
)


def results(rows):
    """The chapter's two tables, with what the estimate stage counts over them."""
    estimated = estimates(rows, chapter="linkage")
    described = series(pair_rows(PAIRS), chapter="linkage")
    counted = series(summary_rows(estimated, described, ACTS, 2009), chapter="linkage")
    return estimated, pd.concat([described, counted], ignore_index=True)


def numbers(rows):
    return linkage_numbers(*results(rows), NAMES, "1", ["61"])


def test_a_row_of_the_gravity_table():
    row = next(gravity_cells(results(gravity())[0], NAMES))
    assert row["Same province"] == "1.00 (0.10)" and row["Log distance"] == "−2.00 (0.10)"
    assert row["Border"] == "2.00 [1.50, 3.00]" and row["Adjacent"] == "–"
    assert row["Pairs"] == "1\u202f200" and row["Own term"] == "–"
    assert row["Unlisted"] == "Zero"


def test_the_rows_of_specifications_come_in_their_order():
    rows = gravity(variant="listed", method="listed") + gravity()
    titles = [row["Specification"] for row in gravity_cells(results(rows)[0], NAMES)]
    assert titles == list(NAMES.specs.values())


@pytest.mark.parametrize(
    ("low", "text"), [(0.4, "in every specification"), (-0.4, "In no specification")]
)
def test_words_follow_the_interval(low, text):
    assert text in numbers(gravity(low))["borders"]["text"]
    term = {"analysis": "gravity", "variant": "income", "errors": "dyadic", "term": "income_gap"}
    term |= {"estimate": low + 0.6, "conf_low": low, "conf_high": low + 1.2}
    assert numbers([term])["gravity"]["income"]["found"] == (
        "higher" if low > 0 else "not statistically different"
    )


def test_mixed_borders_are_named_as_such():
    mixed = gravity(0.4) + gravity(-0.4, "listed", "listed")
    assert "not appear in every" in numbers(mixed)["borders"]["text"]


def test_provinces_are_counted_and_placed():
    rows = gravity(variant="provinces", unit="61") + [
        row | {"unit": "62", "estimate": 0.1, "conf_low": -0.1, "conf_high": 0.3}
        for row in gravity(variant="provinces", unit="62")
        if row["term"] == "border_log_distance"
    ]
    found = numbers(rows)["borders"]
    assert found["own"] == "West 2.00 [1.50, 3.00], place 1 of 2"
    assert (found["count"], found["above_one"], found["times"]["count"]) == ("2", "1", "0")


def test_what_cannot_be_estimated_is_a_dash_with_the_same_keys():
    found = numbers(gravity())
    assert found["ranks"]["zone_main_all"]["p"] == "–"
    assert found["change"]["hours"]["all"] == "–"
    assert found["lockdown"]["april"]["value"] == "–"


def test_a_rank_that_is_not_available_has_the_keys_of_one_that_is():
    row = {
        "analysis": "zone_prediction",
        "variant": "main",
        "placebo_set": "main",
        "group": "all",
        "term": "log_ratio",
        "estimate": 0.1,
        "own_value": 0.6,
        "benchmark": 0.5,
        "conf_low": -0.2,
        "conf_high": 0.4,
        "p_value": 0.3,
        "rank": 20,
        "rank_from": "above",
        "n_draws": 99,
        "n_disjoint": 5,
    }
    there, absent = (numbers(rows)["ranks"] for rows in ([*gravity(), row], gravity()))
    assert there["zone_main_all"]["side"] == "above"
    assert there["zone_main_all"]["rank"] == "rank 20 of 100 from above"
    assert there["zone_main_all"].keys() == absent["zone_main_all"].keys()


def test_pairs_and_events_are_counted():
    found = numbers(gravity())
    assert found["pairs"]["above"] == "1" and found["pairs"]["outside"] == "1"
    assert found["pairs"]["across_percent"] == "25.0"
    assert found["acts"] == {"count": "2", "before": "1", "since": "1"}
    _, described = results(gravity())
    assert one(described, analysis="events", group="railway").value == 1


def test_a_pair_without_hours_by_rail_has_a_dash():
    tables = {
        table.name: table.body
        for table in linkage_tables(*results([*gravity(), *ranked()]), ACTS, NAMES, 0.95)
    }
    assert tables["zone_pairs"]["Pair"].tolist() == ["Core–Other", "Core–Third"]
    assert tables["zone_pairs"]["Rail h"].tolist() == ["0.5", "–"]
    assert tables["zone_pairs"]["Province"].tolist() == ["same", "across"]
    assert tables["acts"]["Members named"].tolist() == ["–", "Core, Other", "whole zone"]


def ranked():
    """One correlation, so that the table has a row."""
    key = {"analysis": "linkage_flows", "sample": "zone", "variable": "root", "measure": "circle"}
    return [key | {"term": "pearson_log", "estimate": 0.9, "p_value": 0.01, "n_obs": 21}]


def test_communities_are_summed_up_where_the_zone_splits():
    key = {"analysis": "communities_placebo", "method": "leiden", "group": "all"}
    shares = {0.5: 1.0, 1.0: 1.0, 2.0: 0.7, 2.5: 1.0, 3.0: 0.5}  # that it joins again is no matter
    rows = [key | {"setting": at, "own_value": share} for at, share in shares.items()]
    found = numbers(rows)["communities"]
    assert (found["whole_to"], found["split_from"], found["split_share"]) == ("1.0", "2.0", "70")
    _, described = results(rows)
    assert find(described, analysis="communities", term="highest_agreement") is None


def test_the_text_names_every_number_and_no_other(root):
    used = set()
    sources = [*(root / "guantian/chapters/linkage").glob("*.typ"), root / "paper/main.typ"]
    for path in sources:
        text = path.read_text("utf-8")
        names = dict(re.findall(r"#let (\w+) = ([^\n]+)", text))
        roots = {name for name, said in names.items() if said == 'chapter-numbers("linkage")'}
        for name in names:
            tail, seen = "", name
            while seen in names and seen not in roots:
                inner = re.fullmatch(r"(\w+)((?:\.\w+)*)", names[seen])
                if not inner:
                    break
                seen, tail = inner[1], inner[2] + tail
            if seen in roots:
                found = re.findall(rf"(?<![\w.]){name}((?:\.\w+)+)", text)
                used |= {(tail + each)[1:] for each in found}

    said = (root / "guantian/chapters/linkage/captions.yaml").read_text("utf-8")
    used |= keys_used(said, "linkage")

    def leaves(tree, path=""):
        for name, branch in tree.items():
            if isinstance(branch, dict):
                yield from leaves(branch, f"{path}{name}.")
            else:
                yield f"{path}{name}"

    given = set(leaves(numbers(gravity())))
    assert given <= used
    assert {each for each in used if not any(leaf.startswith(each) for leaf in given)} == set()
