"""Two regions that bid for capital under a production tax shared with them, and a consumption tax.

Output is k (A - B k / 2) per head, capital is mobile and there are K of it per head. The rate t is
the nation's (China's value-added tax); a region keeps the share σ of what is collected and bids
with a subsidy s per unit of capital out of public funds, each unit of which is worth v >= 1 to it.
Under *origin* the tax falls on output where it is made, and σ t of it stays there. Under
*destination* it falls on consumption and the regions' share is handed out by residents. A unit of
capital that moves brings its new region, at the margin, σ t times its product under origin and
nothing under destination: that is the motive to duplicate. Derivation: docs/methods/games-tax.md;
the model is that of Zodrow and Mieszkowski (1986) and Wilson (1986) with a given rate, and the
principles those of Lockwood (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
PRINCIPLES = ("origin", "destination")


@dataclass(frozen=True)
class TaxModel:
    """Parameters of the two-region model.

    Attributes
    ----------
    productivity, curvature : float
        A and B: the marginal product is A - B k.
    capital : float
        The capital per head, K.
    rate, share : float
        t, and the part σ of it that stays with the region.
    funds : float
        v >= 1, value of a unit of public funds.

    Examples
    --------
    >>> model = TaxModel.from_share(0.4, rate=0.2, share=0.5, funds=1.2)
    >>> round(float(model.product(1.0)), 6), round(float(model.marginal(1.0)), 6)
    (1.0, 0.4)
    """

    productivity: float
    curvature: float
    capital: float
    rate: float
    share: float
    funds: float

    def __post_init__(self):
        """Check the parameters."""
        if min(self.productivity, self.curvature, self.capital) <= 0:
            raise ValueError("Productivity, curvature and capital must be above zero.")
        if not (0 <= self.rate < 1 and 0 <= self.share <= 1 and self.funds >= 1):
            raise ValueError(
                f"rate {self.rate:g}, share {self.share:g}, funds {self.funds:g}: expected a rate "
                "in [0, 1), a share in [0, 1] and funds worth at least one."
            )
        if self.curvature * self.capital >= self.productivity:
            raise ValueError("Capital has no product at the margin: expected B K < A.")

    @classmethod
    def from_share(cls, capital_share: float, rate: float, share: float, funds: float) -> TaxModel:
        """Scale the model by capital's share α of output at k = K = 1, with product α there.

        A quadratic has f'K / f = (A - B) / (A - B/2) = α; output is 1, so that A - B = α and
        B = 2 (1 - α).
        """
        curvature = 2 * (1 - capital_share)
        return cls(capital_share + curvature, curvature, 1.0, rate, share, funds)

    def product(self, capital) -> Array:
        """Output per head."""
        return capital * (self.productivity - self.curvature * capital / 2)

    def marginal(self, capital) -> Array:
        """Marginal product of capital."""
        return self.productivity - self.curvature * capital

    def _slope(self, principle: str) -> float:
        """By how much the product left to investors falls with capital."""
        return self.curvature * (1 - self.rate if principle == "origin" else 1.0)

    def allocation(self, subsidies, principle: str) -> Array:
        """Capital of the two regions where it earns the same in both, shape (..., 2)."""
        _check(principle)
        subsidies = np.asarray(subsidies, float)
        difference = subsidies - subsidies[..., ::-1]
        return self.capital + difference / (2 * self._slope(principle))

    def objective(self, subsidies, principle: str) -> Array:
        """Residents' income and public funds times v, of both regions, shape (..., 2).

        Income is what producers keep, minus what capital earns, plus the earnings of the
        residents' own capital K; under destination prices hold the tax, and income buys less.
        """
        subsidies = np.asarray(subsidies, float)
        k = self.allocation(subsidies, principle)
        kept = 1 - self.rate if principle == "origin" else 1.0
        earned = kept * self.marginal(k) + subsidies
        income = kept * self.product(k) + subsidies * k - earned * k + earned * self.capital
        if principle == "origin":
            revenue = self.share * self.rate * self.product(k)
        else:
            # Handed out by residents, of whom both regions have as many.
            revenue = self.share * self.rate * self.product(k).mean(-1, keepdims=True)
            income = income - self.rate * self.product(k).mean(-1, keepdims=True)
        return income + self.funds * (revenue - subsidies * k)

    def equilibrium(self, principle: str) -> float:
        """Subsidy of both regions in the symmetric equilibrium, closed form.

        σ t f'(K) - 2 b K (v - 1) / v with b = B (1 - t) under origin; the first term falls away
        and b = B under destination. Negative: a charge on capital.
        """
        _check(principle)
        bid = self.share * self.rate * self.marginal(self.capital) if principle == "origin" else 0
        dear = 2 * self._slope(principle) * self.capital * (self.funds - 1) / self.funds
        return float(bid - dear)

    def motive(self) -> float:
        """What a unit of capital brings in shared tax per unit of its product: σ t under origin."""
        return self.share * self.rate


def _check(principle: str) -> None:
    if principle not in PRINCIPLES:
        raise ValueError(f"principle is {principle!r}; expected one of {', '.join(PRINCIPLES)}.")
