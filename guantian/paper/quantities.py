"""A quantity of the main paper: one row of estimates, with all that the text may say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from guantian.present.format import Format, bounds, count, fixed, p_format
from guantian.present.numbers import Number


@dataclass(frozen=True)
class Scale:
    """How a coefficient becomes a magnitude that a reader knows.

    Attributes
    ----------
    transform
        One of `guantian.present.numbers.TRANSFORMS`: ``percent_change`` turns a difference of logs
        into percent, ``exp`` into a ratio.
    factor
        By which the transformed value is multiplied, 100 for shares in percent.
    decimals
        Printed.
    """

    transform: str = ""
    factor: float = 1.0
    decimals: int = 2

    def format(self) -> Format:
        """Return the format of the estimate."""
        return fixed(self.decimals, self.factor)

    def interval(self) -> Format:
        """Return the format of the two ends of its interval."""
        return bounds(self.decimals, self.factor)


PLAIN = Scale()
TIMES = Scale("exp", decimals=1)
PERCENT = Scale("percent_change", decimals=0)
PERCENT_1 = Scale("percent_change", decimals=1)
POINTS = Scale(factor=100, decimals=1)
THOUSANDTHS = Scale(decimals=3)
RATE = Scale(decimals=1)


@dataclass(frozen=True)
class Quantity:
    """One row of a chapter's estimates.

    Attributes
    ----------
    key
        By which the text names it, such as ``borders.travel``.
    chapter
        Whose estimates hold the row.
    select
        Column to value: the one row.
    scale
        How the estimate and its interval are printed.
    """

    key: str
    chapter: str
    select: Mapping[str, object] = field(default_factory=dict)
    scale: Scale = PLAIN

    def numbers(self) -> Iterator[Number]:
        """Yield what the text may print: estimate, interval, p, and counts."""
        shown = (
            ("estimate", "estimate", self.scale.format(), self.scale.transform),
            ("interval", ("conf_low", "conf_high"), self.scale.interval(), self.scale.transform),
            ("p", "p_value", p_format(), ""),
            ("se", "std_error", fixed(3), ""),
            ("mde", "mde", fixed(3), ""),
            ("size", "size_at_5pct", fixed(1, 100), ""),
            ("n", "n_obs", count(), ""),
            ("units", "n_units", count(), ""),
            ("clusters", "n_clusters", count(), ""),
            ("rank", "rank", count(), ""),
            ("draws", "n_draws", count(), ""),
        )
        for last, column, form, transform in shown:
            yield Number(f"{self.key}.{last}", self.select, column, form, "estimates", transform)


def primary(key: str, chapter: str, variant: str, scale: Scale = PLAIN, **more) -> Quantity:
    """Return the primary test of a claim; ``sample`` is China unless another is given.

    Examples
    --------
    >>> primary("borders.china", "linkage", "S1.2").select["variant"]
    'S1.2'
    """
    select = {"analysis": "primary", "variant": variant, "sample": "china", **more}
    return Quantity(key, chapter, select, scale)
