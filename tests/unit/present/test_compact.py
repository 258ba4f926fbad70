"""Compacted pictures show what the full ones show."""

import io

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from guantian.present.figures import HALO, apply_style, canvas
from guantian.present.figures.compact import compact_svg, palette_image


@pytest.fixture(scope="module")
def drawn(root):
    """Curves, texts with halos, hatches, markers and a shaded area, laid out."""
    with matplotlib.rc_context():
        apply_style(sorted((root / "assets" / "fonts").glob("*.otf")))
        figure, axes = canvas(height=2.5)
        axis = axes["a"]
        x = np.linspace(0, 6, 300)
        axis.plot(x, np.sin(x), marker="o", markevery=20, label="sine")
        axis.fill_between(x, np.sin(x) - 0.3, np.sin(x) + 0.3, alpha=0.3)
        axis.bar([1, 2, 3], [-0.5, 0.5, -0.5], hatch="//", color="#D55E00")
        axis.text(4.5, 0.6, "西安市 Xi'an, 1.5", path_effects=HALO)
        axis.set_title("A figure")
        axis.legend()
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        yield figure
        matplotlib.pyplot.close(figure)


def svg_of(figure):
    text = io.StringIO()
    FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None})
    return text.getvalue()


def seen(svg, folder):
    """Pixels of an SVG as the paper's typesetter draws it."""
    import typst
    from PIL import Image

    (folder / "a.svg").write_text(svg, encoding="utf-8")
    page = folder / "a.typ"
    page.write_text('#set page(width: 170mm, height: auto, margin: 0pt)\n#image("a.svg")\n')
    picture = typst.compile(page, format="png", ppi=200, root=folder)
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def test_a_compact_svg_shows_the_same(drawn, tmp_path):
    full = svg_of(drawn)
    short = compact_svg(full)
    assert len(short) < 0.85 * len(full)
    assert short.count("<defs><path id=") >= 1, "a text with a halo is written once"
    before, after = seen(full, tmp_path), seen(short, tmp_path)
    assert before.shape == after.shape and before.std() > 10
    differences = np.abs(before - after).max(axis=2)  # of 255, at the edges of lines
    assert differences.max() < 40 and (differences > 12).mean() < 1e-4


def test_numbers_outside_paths_keep_their_digits():
    """A scale of 0.015625 rounded to three decimals would be another size."""
    use = '<use transform="scale(0.015625)" x="1.23456"/>'
    text = use + '<path d="M 1.00049 2.23456" style="a: 0.00125"/>'
    assert compact_svg(text) == use + '<path d="M1 2.235" style="a: 0.00125"/>'


def test_a_plain_figure_keeps_its_colours(drawn):
    canvas_of = FigureCanvasAgg(drawn)
    canvas_of.draw()
    pixels = np.asarray(canvas_of.buffer_rgba())
    image, _ = palette_image(pixels, 300)
    given, kept = pixels[..., :3].astype(int), np.asarray(image.convert("RGB")).astype(int)
    assert image.mode == "P" and given.shape == kept.shape
    for colour in ((255, 255, 255), (0xD5, 0x5E, 0x00)):
        where = (given == colour).all(axis=2)
        assert where.sum() > 100 and (kept[where] == colour).all()
    inked = (given != 255).any(axis=2)
    assert np.abs(given - kept).max(axis=2)[inked].mean() < 1


def test_a_gradient_stays_a_gradient():
    ramp = np.full((50, 1000, 4), 255, dtype="uint8")
    ramp[..., 0] = np.linspace(0, 255, 1000)
    ramp[..., 1] = np.linspace(255, 0, 1000)
    image, _ = palette_image(ramp, 300)
    kept = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(kept - ramp[..., :3]).max() <= 3
    assert len(image.getcolors()) > 120
