"""The table, the figure and the numbers of all approved zones."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from guantian.chapters.zones.figures import draw_zones
from guantian.chapters.zones.numbers import zones_numbers
from guantian.chapters.zones.tables import zones_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.present.numbers import keys_used


@pytest.fixture(autouse=True, scope="module")
def style(root):
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        yield


@pytest.fixture(scope="module")
def tables(found, board):
    return {t.name: t.body for t in zones_tables(found[0], board.zones, "treated", 0.95)}


def test_zones_are_in_the_order_of_their_approval_and_china_is_last(tables):
    body = tables["zones"]
    assert body["Zone"].tolist() == ["Treated *", "Dark", "Three", "Late", "All of China"]
    assert body["Year"].tolist() == ["2009", "2010", "2010", "2018", ""]


def test_what_is_missing_is_said_in_words(tables):
    body = tables["zones"].set_index("Zone")
    assert body.loc["Late", "Border"] == "one province"
    assert body.loc["Dark", "Growth"] == "data of 0 of 9 members"
    assert body.loc["Treated *", "Plan"].startswith(("29", "30", "31"))
    assert not (body.drop(index="All of China") == "–").any(axis=None)


def test_the_long_table_has_every_statistic_of_every_zone(tables, board):
    body = tables["zones_detail"]
    counts = body[body["Zone"] != "All of China"].groupby("Statistic")["Zone"].nunique()
    assert (counts == len(board.zones)).all()
    assert len(counts) == 9


@pytest.mark.parametrize("own", ["treated", "dark"])
def test_numbers_are_those_that_the_text_names(found, board, root, own):
    """Also where the zone under study has no estimate of a statistic."""
    texts, keys = zones_numbers(*found, board.zones, own, board.choices)
    assert (texts["plan_effect"]["value"] == "–") == (own == "dark")
    assert keys["plan_effect.value"]["missing"] == (own == "dark")
    used = set()
    for path in sorted((root / "guantian/chapters/zones").glob("*.typ")):
        used |= keys_used(path.read_text("utf-8"), "c")
    said = (root / "guantian/chapters/zones/captions.yaml").read_text("utf-8")
    used |= keys_used(said, "zones")
    assert used == set(pd.json_normalize(texts).columns)


def test_the_figure_has_a_row_for_each_zone_and_marks_the_one_under_study(found, board):
    figure, data = draw_zones(found[0], board.zones, "treated", 5)
    assert faults(figure, caption("zones", "zones").alt) == []
    assert set(data.loc[data["role"] == "zone", "group"]) == {"treated"}
    assert data["panel"].nunique() == 8
    plt.close(figure)
