"""Smaller files of the same pictures: vectors as exact as print shows, pixels in 256 colours."""

from __future__ import annotations

import re
from hashlib import sha256

import numpy as np
from PIL import Image

PATH = re.compile(r' d="([^"]*)"')
LONG_NUMBER = re.compile(r"-?\d+\.\d{4,}")
COMMAND = re.compile(r"\s*([MLQCz])\s*")
# Text with a halo: matplotlib draws its outline, then the same path filled.
TWICE = re.compile(r'<path d="([^"]{60,})" style="([^"]*)"/>\s*<path d="\1" style="([^"]*)"/>')
INDENT = re.compile(r"\n +")


def compact_svg(text: str) -> str:
    r"""Return an SVG that shows the same with less text.

    Coordinates of paths keep three decimals (0.35 µm on paper), a path that is drawn twice in a row
    is written once, and lines lose their indents.

    Parameters
    ----------
    text
        As matplotlib writes it, in points.

    Examples
    --------
    >>> compact_svg('<g>\n  <path d="M 1.23456 -0.0001 \nL 2 3.5 \nz"/>\n</g>')
    '<g>\n<path d="M1.235 0L2 3.5z"/>\n</g>'
    """
    text = PATH.sub(lambda found: f' d="{_compact_path(found[1])}"', text)
    return INDENT.sub("\n", TWICE.sub(_shared, text))


def palette_image(pixels: np.ndarray, dpi: float) -> tuple[Image.Image, dict]:
    """Return pixels as an image of at most 256 colours, and what its file says of its size.

    Colours are those of the median cut, without dithering: of plain figures all, of gradients
    neighbours that differ by less than eyes tell apart.

    Parameters
    ----------
    pixels
        Height by width by 4: red, green, blue and an opacity that is full everywhere.
    dpi
        Pixels per inch.

    Examples
    --------
    >>> image, said = palette_image(np.full((2, 3, 4), 255, dtype="uint8"), dpi=300)
    >>> image.size, image.mode, said["dpi"]
    ((3, 2), 'P', (300, 300))
    """
    plain = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    image = plain.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return image, {"dpi": (dpi, dpi)}


def _compact_path(path: str) -> str:
    return COMMAND.sub(r"\1", LONG_NUMBER.sub(_three_decimals, path))


def _three_decimals(number: re.Match) -> str:
    short = f"{float(number[0]):.3f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _shared(pair: re.Match) -> str:
    # Named by what it is: figures in one page may share it.
    path, outline, filled = pair.groups()
    name = "h" + sha256(path.encode()).hexdigest()[:10]
    uses = (f'<use xlink:href="#{name}" style="{style}"/>' for style in (outline, filled))
    return f'<defs><path id="{name}" d="{path}"/></defs>\n' + "\n".join(uses)
