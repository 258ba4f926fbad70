"""The figure kit: what it draws is sound, its data are what it shows, its checks find faults."""

import shutil

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from guantian.present import figures as kit

ALT = "A test picture with a few points and intervals of three samples."


@pytest.fixture(autouse=True)
def styled(root):
    mpl.use("Agg")
    with mpl.rc_context():
        kit.apply_style(sorted((root / "assets" / "fonts").glob("*.otf")))
        yield
        plt.close("all")


@pytest.fixture
def estimates():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        [
            {"outcome": outcome, "sample": sample, "estimate": rng.normal()}
            for outcome in ("gdp", "investment", "lights_first")
            for sample in ("china", "zone", "region")
        ]
    )
    return rows.assign(conf_low=rows["estimate"] - 1, conf_high=rows["estimate"] + 1, p_value=0.2)


@pytest.fixture
def series():
    years = range(2001, 2012)
    return pd.DataFrame(
        [
            {
                "sample": sample,
                "year": year,
                "estimate": 0.5 + 0.01 * (year - 2001) + shift,
                "conf_low": 0.2 if sample == "placebo" else np.nan,
                "conf_high": 0.9 if sample == "placebo" else np.nan,
            }
            for sample, shift in (("zone", 0), ("region", 0.005), ("placebo", -0.1))
            for year in years
            if (sample, year) != ("zone", 2005)
        ]
    )


def drawn(kind, estimates, series):
    if kind == "forest":
        return kit.forest(
            estimates,
            row="outcome",
            row_kind="outcome",
            role="sample",
            role_kind="sample",
            limits=(-1, 1),
            printed=lambda row: f"{row['estimate']:.2f}",
            x_label="Effect (log points)",
        )
    if kind == "forest by panel":
        return kit.forest(
            estimates,
            row="outcome",
            row_kind="outcome",
            panel="sample",
            panel_kind="sample",
            columns=3,
            x_label="Effect",
        )
    if kind == "band":
        events = {2003: "Plan approved", 2004: "Another event", 2008: "Cluster"}
        return kit.band(
            series,
            line="sample",
            line_kind="sample",
            y_label="SD of logs",
            direct=True,
            breaks=[2008],
            events=events,
        )
    if kind == "curve":
        rows = pd.concat([estimates.assign(weights=w) for w in ("none", "population")])
        return kit.curve(rows, choices=["outcome", "weights"], y_label="Slope")
    if kind == "matrix":
        cells = estimates.rename(columns={"outcome": "from", "sample": "to"})
        return kit.matrix(
            cells, row="from", column="to", centre=0.0, decimals=1, value_label="Log ratio"
        )
    if kind == "scatter":
        rows = estimates.assign(x=np.arange(9.0), name=["Xi'an", *[""] * 8])
        return kit.scatter(
            rows,
            x="x",
            y="estimate",
            x_label="Level",
            y_label="Growth",
            role="sample",
            role_kind="sample",
            fit=["zone"],
            inner=0.5,
            names="name",
        )
    if kind == "distribution":
        draws = pd.DataFrame({"sample": "placebo", "estimate": np.linspace(-1, 1, 50)})
        zone = pd.DataFrame({"sample": ["zone"], "estimate": [0.9]})
        return kit.distribution(pd.concat([draws, zone]), x_label="Effect")
    shares = pd.DataFrame(
        {
            "pair": ["A–B"] * 2 + ["A–C"] * 2,
            "mode": ["cooperative", "no_response"] * 2,
            "estimate": [0.4, 0.6, 1.0, 0.0],
        }
    )
    return kit.stacked(shares, row="pair", part="mode", part_kind="mode")


KINDS = (
    *("forest", "forest by panel", "band", "curve", "matrix", "scatter", "distribution"),
    "stacked",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_kit_draws_is_sound(kind, estimates, series):
    figure, data = drawn(kind, estimates, series)
    assert kit.faults(figure, ALT) == []
    assert len(data) > 0 and not data.isna().all().any()


def test_contributions_of_either_sign_are_stacked_from_zero():
    rows = pd.DataFrame(
        {
            "sample": ["zone"] * 3,
            "part": ["capital", "labour", "residual"],
            "estimate": [8.0, 1.0, -2.0],
            "whole": 7.0,
        }
    )
    figure, _ = kit.stacked(
        rows, row="sample", row_kind="sample", part="part", part_kind="part_of_growth",
        total="whole", x_label="Percent a year",
    )  # fmt: skip
    bars = [(bar.get_x(), bar.get_width()) for bar in figure.axes[0].patches]
    assert bars == [(0, 8), (8, 1), (0, -2)]
    assert figure.axes[0].lines[0].get_xdata().tolist() == [7]
    assert kit.faults(figure, ALT) == []


def test_every_panel_may_have_its_own_scale_and_label(estimates):
    figure, _ = kit.forest(
        estimates, row="outcome", row_kind="outcome", panel="sample", panel_kind="sample",
        columns=3, limits={"zone": (-5, 5), "china": (-2, 2)},
        x_label={"zone": "Points", "region": "Percent"},
    )  # fmt: skip
    zone, region, china = figure.axes[:3]
    assert zone.get_xlim() == (-5, 5) and china.get_xlim() == (-2, 2)
    assert [axis.get_xlabel() for axis in (zone, region, china)] == ["Points", "Percent", ""]


def test_rows_of_panels_are_in_line_and_named_once(estimates):
    some = estimates[~((estimates["sample"] == "china") & (estimates["outcome"] == "gdp"))]
    options = {"row": "outcome", "row_kind": "outcome", "panel": "sample", "panel_kind": "sample"}
    figure, data = kit.forest(some, columns=3, **options)
    zone, _, china = figure.axes[:3]
    assert zone.get_ylim() == china.get_ylim() and len(data) == 8
    assert len(china.lines) < len(zone.lines)
    assert [text.get_text() for text in china.get_yticklabels()] == [""] * 3
    figure, _ = kit.forest(some, columns=3, align=False, **options)
    assert figure.axes[0].get_ylim() != figure.axes[2].get_ylim()
    assert len([t for t in figure.axes[2].get_yticklabels() if t.get_text()]) == 2


@pytest.mark.parametrize(
    "draw",
    [
        lambda data: kit.forest(data, row="planet"),
        lambda data: kit.band(data, line="planet"),
        lambda data: kit.curve(data, choices=["planet"]),
        lambda data: kit.matrix(data, row="planet", column="outcome"),
        lambda data: kit.scatter(data, x="planet", y="estimate", x_label="", y_label=""),
        lambda data: kit.distribution(data, value="planet"),
        lambda data: kit.stacked(data, row="outcome", part="planet"),
    ],
)
def test_a_column_that_the_data_lack_is_named(draw, estimates):
    with pytest.raises(ValueError, match=r"made of the column 'planet', which its data do not"):
        draw(estimates)


def test_one_half_of_a_symmetric_matrix_is_enough():
    half = pd.DataFrame({"a": ["x", "x", "y"], "b": ["y", "z", "z"], "estimate": [1.0, 2.0, 3.0]})
    order = ["x", "y", "z"]
    options = {"row": "a", "column": "b", "row_order": order, "column_order": order}
    figure, axes = kit.canvas(1, 2)
    data = kit.draw_matrix(axes["a"], half, lower=True, decimals=0, **options)
    assert [text.get_text() for text in axes["a"].texts] == ["1", "2", "3"] and len(data) == 3
    with pytest.raises(ValueError, match=r"Several values of 'estimate' have a 'x' and b 'y'"):
        kit.draw_matrix(axes["b"], pd.concat([half, half]), **options)
    assert kit.faults(figure, ALT) == []


def test_panels_that_share_a_scale_hold_every_series(series):
    other = series.assign(estimate=series["estimate"] + 3, conf_low=None, conf_high=None)
    rows = pd.concat([series.assign(part="a"), other.assign(part="b")])
    figure, _ = kit.band(rows, line="sample", panel="part", share_y=True, y_label="SD of logs")
    low, high = figure.axes[1].get_ylim()
    assert low < 0.2 and high > 3.6 and figure.axes[0].get_ylim() == (low, high)
    assert kit.faults(figure, ALT) == []


def test_two_estimates_of_one_row_need_a_role(estimates):
    with pytest.raises(ValueError, match=r"The row 'gdp' has 3 estimates; name the column of"):
        kit.forest(estimates, row="outcome")


def test_a_logarithmic_scale_has_plain_numbers_and_names_apart():
    rows = pd.DataFrame(
        [
            {
                "code": code,
                "name": name,
                "role": "periphery",
                "year": year,
                "estimate": start * year,
            }
            for code, name, start in (("a", "Baoji", 5), ("b", "Weinan", 5.02), ("c", "Xi'an", 50))
            for year in range(1, 8)
        ]
    )
    figure, axes = kit.canvas(1, 2)
    kit.draw_band(axes["a"], rows, line="code", role="role", name="name", log=True, direct=True)
    assert kit.faults(figure, ALT) == []
    shown = [text.get_text() for text in axes["a"].get_yticklabels()]
    assert "10" in shown and "100" in shown


def test_the_data_are_the_rows_shown(estimates, series):
    _, data = drawn("forest", estimates, series)
    pd.testing.assert_frame_equal(data, estimates)
    _, data = drawn("forest by panel", estimates, series)
    assert data["panel"].unique().tolist() == ["a", "b", "c"]
    assert data.query("panel == 'a'")["sample"].unique().tolist() == ["zone"]  # registry's order
    _, data = drawn("curve", estimates, series)
    for _, rows in data.groupby("panel"):
        assert rows["estimate"].is_monotonic_increasing
    _, data = drawn("matrix", estimates, series)
    assert len(data) == 9


def test_a_line_is_broken_where_a_year_is_missing_and_before_a_break(series):
    figure, axes = kit.canvas()
    zone = series[series["sample"] == "zone"]
    kit.draw_band(axes["a"], zone, line="sample", breaks=[2008])
    runs = [line.get_xdata().tolist() for line in axes["a"].lines if len(line.get_xdata()) > 2]
    assert runs == [[2001, 2002, 2003, 2004], [2008, 2009, 2010, 2011]]
    assert any(list(line.get_xdata()) == [2006, 2007] for line in axes["a"].lines)
    assert figure is not None


@pytest.mark.parametrize("kind", ["forest", "band", "matrix", "scatter", "distribution", "stacked"])
def test_without_rows_a_panel_says_so(kind):
    empty = pd.DataFrame(
        {name: pd.Series(dtype="float64") for name in ("year", "estimate", "conf_low", "x")}
        | {name: pd.Series(dtype="object") for name in ("sample", "outcome", "mode")}
    )
    calls = {
        "forest": lambda: kit.forest(empty, row="outcome"),
        "band": lambda: kit.band(empty, line="sample"),
        "matrix": lambda: kit.matrix(empty, row="outcome", column="sample"),
        "scatter": lambda: kit.scatter(empty, x="x", y="estimate", x_label="", y_label=""),
        "distribution": lambda: kit.distribution(empty),
        "stacked": lambda: kit.stacked(empty, row="outcome", part="mode"),
    }
    figure, data = calls[kind]()
    assert len(data) == 0
    assert any(text.get_text().startswith("No ") for text in figure.axes[0].texts)
    assert kit.faults(figure, ALT) == []


def test_estimates_off_the_scale_are_marked_with_their_value():
    rows = pd.DataFrame(
        {"outcome": ["gdp"], "estimate": [7.0], "conf_low": [5.0], "conf_high": [9.0]}
    )
    figure, axes = kit.canvas()
    kit.draw_forest(axes["a"], rows, row="outcome", limits=(-1, 1))
    assert "7.0" in [text.get_text() for text in axes["a"].texts]
    assert not [fault for fault in kit.faults(figure, ALT) if "outside" in fault]


class TestFaultsAreFound:
    def test_text_cut_by_the_edge(self):
        figure, axis = plt.subplots(figsize=(3, 2))
        axis.set_ylabel("A label that is a good deal longer than the picture is tall")
        found = kit.faults(figure)
        assert any("cut by the picture's edge" in fault for fault in found)
        assert any("There is ink" in fault for fault in found)

    def test_overlapping_texts(self):
        figure, axes = kit.canvas()
        axes["a"].text(0.5, 0.5, "Baoji")
        axes["a"].text(0.5, 0.51, "Zone (n = 7)")
        assert "The texts 'Baoji' and 'Zone (n = 7)' overlap." in kit.faults(figure)

    def test_turned_texts_side_by_side_do_not_overlap(self):
        figure, axes = kit.canvas()
        axes["a"].set_xticks(
            range(12), [f"A long name, {i}" for i in range(12)], rotation=45, ha="right",
            rotation_mode="anchor",
        )  # fmt: skip
        assert kit.faults(figure) == []

    def test_small_text(self):
        figure, axes = kit.canvas()
        axes["a"].text(0.5, 0.5, "Tiny", fontsize=5.5)
        assert "The text 'Tiny' is printed at 5.5 pt." in kit.faults(figure)

    def test_text_of_a_picture_that_is_printed_smaller(self):
        figure, axis = plt.subplots(figsize=(2 * kit.WIDTH, 2), layout="constrained")
        axis.text(0.5, 0.5, "Half", fontsize=10)
        assert "The text 'Half' is printed at 5.0 pt." in kit.faults(figure)

    def test_points_bars_and_segments_outside(self):
        for draw in (
            lambda axis: axis.scatter([0, 1], [0, 9]),
            lambda axis: axis.bar([0, 1], [0.5, 9]),
            lambda axis: axis.vlines([0, 1], [0, 0], [1, 9]),
            lambda axis: axis.fill_between([0, 1], [0, 0], [1, 9]),
        ):
            figure, axes = kit.canvas()
            draw(axes["a"])
            axes["a"].set_ylim(0, 1)
            found = kit.faults(figure)
            assert any("lies outside the axes, up to 9" in fault for fault in found), found

    def test_no_alternative_text(self):
        figure, _ = kit.canvas()
        assert kit.faults(figure, "") == [
            "The alternative text '' does not say what the picture shows."
        ]


def test_all_formats_carry_the_same_bytes_twice(tmp_path, estimates, series):
    found = []
    for turn in ("first", "second"):
        figure, data = drawn("forest", estimates, series)
        (tmp_path / turn).mkdir()
        kit.save(figure, data, kit.forms(tmp_path / turn, "a"), alt=ALT)
        found.append({path.name: path.read_bytes() for path in (tmp_path / turn).iterdir()})
    assert found[0] == found[1] and set(found[0]) == {"a.png", "a.svg", "a.pdf", "a.csv"}
    svg = found[0]["a.svg"].decode()
    assert 'role="img"' in svg and f'<title id="alt">{ALT}</title>' in svg
    assert ALT.encode("utf-16-be") in found[0]["a.pdf"] or ALT.encode() in found[0]["a.pdf"]


def test_hostile_texts_are_data_only(tmp_path):
    figure, _ = kit.canvas()
    data = pd.DataFrame({"name": ["=HYPERLINK(1)", "Xi'an"], "x": [1.0, 2.0]})
    alt = "</title><script>alert(1)</script> and more"
    kit.save(figure, data, [tmp_path / "a.svg", tmp_path / "a.csv"], alt=alt)
    assert "<script>" not in (tmp_path / "a.svg").read_text("utf-8")
    assert (tmp_path / "a.csv").read_text("utf-8") == "name,x\n'=HYPERLINK(1),1.0\nXi'an,2.0\n"


def test_only_the_four_formats(tmp_path):
    figure, _ = kit.canvas()
    with pytest.raises(ValueError, match=r"a figure is saved as .png, .svg, .pdf, .csv only"):
        kit.save(figure, pd.DataFrame(), [tmp_path / "a.eps"])


def test_the_shipped_font_wins_over_one_of_its_name(tmp_path, root):
    """A machine's own font of the same name, here with other glyphs, changes no byte."""
    from fontTools.ttLib import TTFont
    from matplotlib.font_manager import findfont, fontManager

    shipped = sorted((root / "assets" / "fonts").glob("*.otf"))
    name = mpl.font_manager.FontProperties(fname=str(shipped[0])).get_name()
    other = tmp_path / "other.ttf"
    shutil.copy(findfont("DejaVu Sans"), other)
    with TTFont(other) as font:
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = name
        font.save(other)
    before = list(fontManager.ttflist)

    def picture(path):
        kit.apply_style(shipped)
        figure, axes = kit.canvas()
        axes["a"].set_title("西安 Xi'an")
        kit.save(figure, pd.DataFrame(), [path])
        return path.read_bytes()

    try:
        alone = picture(tmp_path / "a.png")
        fontManager.addfont(str(other))
        assert any(entry.fname == str(other) for entry in fontManager.ttflist)
        assert picture(tmp_path / "b.png") == alone
        assert str(findfont(name)) in {str(path) for path in shipped}
    finally:
        fontManager.ttflist = before


def test_the_style_imports_no_seaborn():
    import subprocess
    import sys

    code = "import sys, guantian.present.figures; print('seaborn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
