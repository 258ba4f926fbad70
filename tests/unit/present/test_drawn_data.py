"""A figure's data are read back from what was drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from guantian.present.figures import drawn_data, save
from guantian.present.figures.drawn import COLUMNS


@pytest.fixture
def figure():
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([2001, 2002, 2003], [1.0, 2.0, 4.0], label="Baoji")
    left.axhline(0)
    left.axvline(2002)
    left.axvspan(2001, 2002)
    left.set_title("a  Lines", loc="left")
    right.errorbar([0.5], [1.2], xerr=[[0.1], [0.3]], fmt="o", label="Zone")
    right.barh([0, 1], [3, 5])
    right.scatter([7, 8], [9, 10], c=[0.25, 0.75])
    right.set_yticks([0, 1], ["one", "two"])
    yield figure
    plt.close(figure)


def test_lines_by_series_and_without_guides(figure):
    lines = drawn_data(figure).query("panel == 'a Lines'")
    assert lines["kind"].unique().tolist() == ["line"]
    assert lines["series"].unique().tolist() == ["Baoji"]
    assert lines["item"].tolist() == [1, 2, 3]
    assert lines[["x", "y"]].to_numpy().tolist() == [[2001, 1], [2002, 2], [2003, 4]]


def test_intervals_bars_and_points(figure):
    shown = drawn_data(figure).query("panel == 'panel 2'")
    segment = shown[shown["kind"] == "segment"].iloc[0]
    assert segment[["x", "x_end", "y"]].tolist() == pytest.approx([0.4, 0.8, 1.2])
    assert segment["series"] == "Zone"  # the name of the error bar of which it is part
    bars = shown[shown["kind"] == "bar"]
    assert bars["x_end"].tolist() == [3, 5]
    points = shown[shown["kind"] == "point"]
    assert points["value"].tolist() == [0.25, 0.75]
    middle = shown[(shown["kind"] == "line") & shown["x"].eq(0.5)].iloc[0]
    assert middle["y_label"] == "two"  # 1.2 stands beside the category at 1


def test_images_and_areas():
    figure, (left, right) = plt.subplots(1, 2)
    left.imshow(np.array([[1.0, 2.0], [3.0, np.nan]]))
    right.fill_between([0, 1], [0, 0], [1, 2])
    shown = drawn_data(figure)
    cells = shown[shown["kind"] == "cell"]
    assert cells["value"].tolist()[:3] == [1, 2, 3]
    assert shown[shown["kind"] == "area"]["y"].max() == 2
    plt.close(figure)


def test_what_is_hidden_is_not_shown():
    figure, axis = plt.subplots()
    axis.plot([1], [1])[0].set_visible(False)
    assert drawn_data(figure).empty
    plt.close(figure)


def test_the_data_are_saved_beside_the_picture(figure, tmp_path):
    save(figure, drawn_data(figure), [tmp_path / "a.svg", tmp_path / "a.csv"])
    kept = pd.read_csv(tmp_path / "a.csv")
    assert list(kept.columns) == COLUMNS
    assert kept.query("kind == 'bar'")["x_end"].tolist() == [3, 5]


def test_marks_of_cities_carry_their_codes():
    """A hidden label names a line's city, a category's name that of a bar; others have none."""
    figure, axis = plt.subplots()
    axis.plot([2001, 2002], [1.0, 2.0], label="_610300")
    axis.plot([2001, 2002], [3.0, 4.0], label="_child9")
    axis.barh([0, 1], [3, 5])
    axis.set_yticks([0, 1], ["Tianshui", "Zone"])
    shown = drawn_data(figure, {"Tianshui": "620500"})
    lines, bars = (shown[shown["kind"] == kind] for kind in ("line", "bar"))
    assert lines["city_code"].fillna("").tolist() == ["610300"] * 2 + [""] * 2
    assert lines["series"].unique().tolist() == ["1", "2"]
    assert bars["city_code"].fillna("").tolist() == ["620500", ""]
    assert "city_code" not in drawn_data(figure).query("series == '2'").dropna(axis=1, how="all")
    plt.close(figure)


def test_without_cities_there_is_no_column_of_codes(figure):
    assert list(drawn_data(figure)) == COLUMNS
