"""The registry of labels: complete, in order, and in colours that every reader can tell apart."""

import ast
import re
from itertools import combinations

import numpy as np
import pytest

from guantian import labels
from guantian.data.variables import VARIABLES

# Roles that are drawn in one figure.
FAMILIES = {
    "samples": ["zone", "region", "china", "placebo"],
    "zones": ["zone", "other_zones", "donors"],
    "members": ["core", "periphery", "land"],
    "modes": ["cooperative", "differentiated", "confrontational", "no_response"],
    "sides": ["inside", "across", "neighbours"],
    "measures": ["reported", "chained", "deflated", "lights"],
    "verdicts": ["supported", "contradicted", "inconclusive"],
    "quadrants": ["high_high", "high_low", "low_high", "low_low", "not_significant"],
    "solutions": ["shapley", "nucleolus", "gately"],
    "parts of growth": ["capital", "labour", "residual"],
    "distances": ["great_circle", "by_road", "by_rail", "by_road_and_rail"],
}
# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
VISION = {
    "any": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
JUST_TOLD_APART = 12  # CIE 1976 difference; 2.3 is just noticeable side by side


def lab(colour, matrix):
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.asarray(to_xyz) @ linear / [0.9505, 1.0, 1.089]
    f = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("family", FAMILIES)
def test_roles_of_one_figure_are_told_apart(family, vision):
    for a, b in combinations(FAMILIES[family], 2):
        first, second = (lab(labels.colour(role), VISION[vision]) for role in (a, b))
        assert np.linalg.norm(first - second) >= JUST_TOLD_APART, (a, b)


@pytest.mark.parametrize("role", labels.keys("roles"))
def test_a_role_as_text_is_legible_on_white(role):
    ink = labels.ink(role)
    channels = [int(ink[i : i + 2], 16) for i in (1, 3, 5)]
    assert labels.contrast_with_white(channels) >= labels.LEGIBLE
    original = [int(labels.colour(role)[i : i + 2], 16) for i in (1, 3, 5)]
    assert all(new <= old for new, old in zip(channels, original, strict=True))


def test_contrast_by_hand():
    """White with black is 21 to 1, a colour with itself 1 to 1; #767676 is the known 4.5 grey."""
    assert labels.contrast_with_white([0, 0, 0]) == pytest.approx(21)
    assert labels.contrast_with_white([255, 255, 255]) == pytest.approx(1)
    assert labels.contrast_with_white([0x76] * 3) == pytest.approx(4.54, abs=0.005)


def test_no_mode_of_competition_shares_its_colour():
    """The modes' hues are used by nothing else: a reader who learned them is never misled."""
    modes = {labels.colour(role) for role in FAMILIES["modes"]}
    others = {labels.colour(role) for role in labels.keys("roles") if role not in FAMILIES["modes"]}
    assert not modes & others


def test_every_entry_is_whole_and_says_what_a_reader_knows():
    for kind in labels.kinds():
        for key in labels.keys(kind):
            entry = labels.entry(kind, key)
            assert entry.label and entry.short, (kind, key)
            assert not entry.role or labels.style(entry.role)
            # Glossary: words that the field does not use.
            words = set(entry.label.lower().split())
            assert not words & {
                "likeness",
                "alike",
                "nought",
                "nation",
                "outlay",
                "swept",
                "struck",
            }


def test_short_labels_of_a_kind_are_unique():
    for kind in labels.kinds():
        short = [labels.with_unit(kind, key, "short") for key in labels.keys(kind)]
        assert len(short) == len(set(short)), kind


def test_unknown_keys_and_kinds_are_refused_with_a_sentence():
    with pytest.raises(labels.LabelError, match=r"no sample 'earth'; it has zone, region, china"):
        labels.label("sample", "earth")
    with pytest.raises(labels.LabelError, match=r"no kind 'planet'; it has sample"):
        labels.label("planet", "earth")
    with pytest.raises(labels.LabelError, match="no role 'emerald'"):
        labels.colour("emerald")
    with pytest.raises(labels.LabelError, match="gives statistic 'mde' no role"):
        labels.role("statistic", "mde")
    with pytest.raises(labels.LabelError, match="no variable 'gdp_of_mars'"):
        labels.label("variable", "gdp_of_mars")


def test_a_variable_of_the_panel_has_the_codebooks_title():
    title = {variable.name: variable.title for variable in VARIABLES}["gdp_growth_pct"]
    assert labels.label("variable", "gdp_growth_pct") == title
    assert title.startswith("Real growth of GDP over the year before")


def test_order_is_the_registrys_and_other_names_are_known():
    assert labels.ordered("sample", ["placebo", "china", "zone", "china"]) == [
        "zone",
        "china",
        "placebo",
    ]
    assert labels.entry("sample", "nation") == labels.entry("sample", "china")
    assert labels.ordered("weights", ["nearest_5", "queen"]) == ["queen", "nearest_5"]


def test_the_kit_names_no_colour_of_a_role(root):
    """A colour is changed in one file: the kit's other colours are greys, white and ramps."""
    hues = {labels.colour(role).upper() for role in labels.keys("roles")}
    grey = {hue for hue in hues if len({hue[1:3], hue[3:5], hue[5:7]}) == 1}
    for path in (root / "guantian/present/figures").glob("*.py"):
        constants = {
            node.value.upper()
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not constants & (hues - grey), path.name


def test_every_kind_of_label_is_shown_somewhere(root):
    """A kind that nothing reads is one whose labels are written out elsewhere."""
    sources = [*(root / "guantian").rglob("*.py"), *(root / "paper").glob("*.typ")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    checks = (root / "config/external_checks.yaml").read_text("utf-8")
    text += "".join(f'"{kind}"' for kind in re.findall(r": (\w+)[,}]", checks))
    for path in (root / "guantian/chapters").glob("*/tables.yaml"):
        declared = path.read_text("utf-8").replace("label ", "label: ")
        text += "".join(f'"{kind}"' for kind in re.findall(r"(?<=: )\w+", declared))
    read = set(re.findall(r"""["'](\w+)["']""", text)) | set(re.findall(r"\.(\w+)", text))
    composed = ("setup_", "choice_")  # f"setup_{column}"
    unread = [kind for kind in labels.kinds() if kind not in read]
    assert [kind for kind in unread if not kind.startswith(composed)] == []
    assert all(f'f"{prefix}{{' in text for prefix in composed)
