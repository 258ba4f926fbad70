"""Labels moved apart, and pictures saved with the same bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantian.present.figures import apart, drawn_data, save

POSITIONS = st.lists(st.floats(-1000, 1000), min_size=1, max_size=30)
GAPS = st.floats(0.01, 100)
# Sums of thirty numbers up to some thousands: last bits are of the order 1e-12.
NEAR = 1e-8


@given(positions=POSITIONS, gap=GAPS)
def test_labels_keep_their_gap_and_their_order(positions, gap):
    moved = apart(positions, gap)
    order = np.argsort(positions, kind="stable")
    assert (np.diff(moved[order]) >= gap - NEAR).all()


@given(positions=POSITIONS, gap=GAPS)
def test_labels_that_stand_apart_stay(positions, gap):
    placed = np.sort(positions) + 1.001 * gap * np.arange(len(positions))
    np.testing.assert_allclose(apart(placed, gap), placed, rtol=0, atol=NEAR)


@given(positions=POSITIONS, gap=GAPS)
def test_labels_stay_in_the_middle_of_where_they_were(positions, gap):
    """Least squares leaves the mean where it was, and moving once is enough."""
    moved = apart(positions, gap)
    assert moved.mean() == pytest.approx(np.mean(positions), abs=NEAR)
    np.testing.assert_allclose(apart(moved, gap), moved, rtol=0, atol=NEAR)


@given(positions=st.lists(st.floats(0, 1), min_size=2, max_size=6), gap=st.floats(0.1, 1))
def test_no_other_placement_is_nearer(positions, gap):
    """Against placements drawn at random that keep order and gap."""
    positions = np.sort(positions)
    best = ((apart(positions, gap) - positions) ** 2).sum()
    rng = np.random.default_rng(0)
    steps = gap + rng.exponential(0.3, (200, len(positions)))
    others = rng.uniform(-2, 1, (200, 1)) + np.cumsum(steps, axis=1)
    assert (((others - positions) ** 2).sum(axis=1) >= best - NEAR).all()


def test_two_labels_by_hand():
    """0.4 apart where 1 is asked: each moves by 0.3."""
    np.testing.assert_allclose(apart([5.4, 5.0], 1), [5.7, 4.7], rtol=0, atol=NEAR)


@pytest.fixture(scope="module")
def styled(root):
    """The study's style for the tests of this module, the former one afterwards."""
    import matplotlib

    from guantian.present.figures import apply_style

    matplotlib.use("Agg")
    with matplotlib.rc_context():
        apply_style(sorted((root / "assets" / "fonts").glob("*.otf")))
        yield


def draw(labels="西安市 −1.5"):
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(2, 1.5), layout="constrained")
    axis.plot([0, 1, 2], [-1, 3, 2], label=labels)
    axis.legend()
    axis.set_title(labels)
    return figure


def saved(figure, paths):
    save(figure, drawn_data(figure), paths)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_figure_gives_the_same_bytes(styled, tmp_path, kind):
    paths = [tmp_path / f"{name}.{kind}" for name in ("first", "second")]
    for path in paths:
        saved(draw(), [path])
    first, second = (path.read_bytes() for path in paths)
    assert first == second and len(first) > 1000


def test_other_figures_give_other_bytes(styled, tmp_path):
    saved(draw(), [tmp_path / "a.png"])
    saved(draw("天水市"), [tmp_path / "b.png"])
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_a_saved_figure_is_closed(styled, tmp_path):
    import matplotlib.pyplot as plt

    figure = draw()
    saved(figure, [tmp_path / "a.png", tmp_path / "a.svg"])
    assert figure.number not in plt.get_fignums()
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "a.svg"}


@pytest.mark.filterwarnings("error:Glyph")
def test_chinese_labels_are_drawn_without_a_missing_glyph(styled, tmp_path):
    saved(draw("关中—天水经济区 商洛市 ×–−"), [tmp_path / "a.png"])
