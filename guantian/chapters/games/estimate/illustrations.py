"""What the calibrated models give, measure by measure, as rows of results.

These are illustrations: no data tell how breaches were seen or punished, so that nothing here
tests a claim. Intervals come from the estimates' uncertainty by simulation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from guantian.chapters.games.estimate.calibration import Effects
from guantian.chapters.games.estimate.centres import best_shares, programme_gain
from guantian.chapters.games.estimate.pairs import between
from guantian.chapters.games.estimate.setting import Setting
from regiometrics.games.coalition import shapley_value
from regiometrics.games.contest import critical_weight, joint_critical_weight
from regiometrics.games.core import core_is_empty, nucleolus
from regiometrics.games.cournot import programme_payoffs
from regiometrics.games.hat_algebra import gravity_shares, remove_cost
from regiometrics.games.imitation import fixation_from_one, pairwise_payoffs
from regiometrics.games.normal_form import at_rows, coalition_values, efficient, settle
from regiometrics.games.tax import PRINCIPLES, TaxModel

Array = np.ndarray


def summarise(values: Array, confidence: float) -> dict:
    """Columns of one estimate from its draws: row 0 the point, the rest the interval.

    Parameters
    ----------
    values : ndarray, shape (draws + 1,)
    confidence
        Of the interval between quantiles of the draws.
    """
    values = np.asarray(values, float)
    known = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or not len(known):
        return {"estimate": np.nan, "note": "not defined at the point estimate"}
    tail = 50 * (1 - confidence)
    low, high = np.percentile(known, [tail, 100 - tail])
    row = {
        "estimate": values[0],
        "std_error": known.std(),
        # The point may lie beyond the quantiles where the draws are skewed.
        "conf_low": min(low, values[0]),
        "conf_high": max(high, values[0]),
        "n_draws": len(known),
        "estimator": "simulation",
    }
    missing = len(values) - 1 - len(known)
    return row | ({"note": f"not defined in {missing} draws"} if missing else {})


def imitation_rows(
    setting: Setting,
    found: Effects,
    cost: Array,
    discount_factor: Array,
    selections: Sequence[float],
    draws: int,
    confidence: float,
) -> Iterator[dict]:
    """Chance that reciprocity spreads from one city to all, against a chance without selection.

    Parameters
    ----------
    setting, found
        The cities and the effects of all draws.
    cost : ndarray, shape (pairs,)
        Of a programme in each pair.
    discount_factor : ndarray, shape (draws,)
        Of the pairs that meet again; 0 is meeting once.
    selections
        How strongly success is imitated.
    draws
        Of those given, used.
    confidence
        Of the intervals.
    """
    links = setting.flows + setting.flows.T
    neutral = fixation_from_one(links, np.zeros((2**setting.n, setting.n)), 0.0)
    for city, chance in zip(setting.codes, neutral, strict=True):
        yield {"unit": city, "term": "neutral_fixation", "value": chance}
    for variant, delta in (("once", np.zeros_like(discount_factor)), ("again", discount_factor)):
        for selection in selections:
            chances = np.array(
                [
                    fixation_from_one(
                        links, _reciprocity(setting, found, cost, d, delta[d]), selection
                    )
                    for d in range(draws + 1)
                ]
            )
            # From a city drawn evenly: the neutral chances of all cities sum to one.
            ratios = {"": chances.sum(1)}
            ratios |= {city: chances[:, k] / neutral[k] for k, city in enumerate(setting.codes)}
            for city, ratio in ratios.items():
                yield {
                    "variant": variant,
                    "parameter": "selection",
                    "setting": selection,
                    "unit": city,
                    "term": "fixation_over_neutral",
                    **summarise(ratio, confidence),
                }


def _reciprocity(setting: Setting, found: Effects, cost: Array, draw: int, delta: float) -> Array:
    """Pay-off of each city in each state: 1 reciprocates, 0 pushes."""
    n = setting.n
    own = np.zeros((n, n))
    own[setting.pairs] = 1 - cost
    own = own + own.T
    external = found.external[draw]
    both = own - found.duplication[draw] + external
    adopted = np.array([(1 - delta) * external + delta * both, np.zeros((n, n))])
    other = np.array([both, (1 - delta) * own + delta * both])
    return pairwise_payoffs(setting.flows + setting.flows.T, adopted, other)


def contest_rows(
    setting: Setting, found: Effects, slope: Array, confidence: float
) -> Iterator[dict]:
    """Weight on relative rank at which a joint project of each pair dies, and the prize for it.

    Built in one city, a project that is worth one there gives the partner θ: the partner lets it
    die where the weight is above θ (the better of the two sites is taken). Built in both, each
    gains 1 + θ, and the one that gains less decides. With the estimated slope of promotion on a
    point of relative growth, a prize of V = λ / (slope (1 - λ)) points of own growth gives λ.
    """
    spill = between(found.response, setting.pairs)
    one = np.clip(critical_weight(spill, 1.0), 0, None).max(-1)
    both = joint_critical_weight(1 + spill)
    for k, pair in enumerate(pair_keys(setting)):
        for where, weight in (("one", one[:, k]), ("both", both[:, k])):
            key = {**pair, "variant": where}
            yield {**key, "term": "weight", **summarise(weight, confidence)}
            # The inverse is finite where the slope may be zero: infinite prizes are then its ends.
            inverse = summarise(slope * (1 - weight) / np.clip(weight, 1e-9, None), confidence)
            yield {**key, "term": "prize", **_inverted(inverse)}


def _inverted(row: dict) -> dict:
    """One over an estimate that may be zero or below: infinity there."""

    def over(value: float) -> float:
        return 1 / value if value > 0 else np.inf

    if np.isnan(row["estimate"]):
        return row
    return {
        "estimate": over(row["estimate"]),
        "conf_low": over(row["conf_high"]),
        "conf_high": over(row["conf_low"]),
        "n_draws": row["n_draws"],
        "estimator": row["estimator"],
    }


def tax_rows(rules: Sequence[Mapping], shares: Sequence[float], funds: Sequence[float]):
    """Equilibrium subsidy per unit of marginal product under both principles, over a grid."""
    for rule in rules:
        for alpha in shares:
            for value in funds:
                model = TaxModel.from_share(
                    alpha, rate=rule["rate"], share=rule["share"], funds=value
                )
                product = float(model.marginal(model.capital))
                common = {
                    "variant": rule["name"],
                    "parameter": "capital_share, worth_of_funds",
                    "setting": alpha,
                    "setting_2": value,
                }
                bids = {name: model.equilibrium(name) / product for name in PRINCIPLES}
                bids["difference"] = bids["origin"] - bids["destination"]
                for term, bid in bids.items():
                    yield {**common, "term": term, "estimate": bid}
                welfare = [
                    float(model.objective(np.full(2, model.equilibrium(p)), p)[0])
                    for p in PRINCIPLES
                ]
                yield {**common, "term": "welfare", "estimate": welfare[1] - welfare[0]}


def border_rows(
    setting: Setting,
    drawn: Mapping[str, Array],
    elasticities: Sequence[float],
    confidence: float,
) -> Iterator[dict]:
    """Real income of each city where the borders of provinces between the cities fall.

    The cities of the game trade with each other and with the rest of China as one region;
    base shares are those of the gravity model, balanced at the observed output.
    """
    shares, income = _trade(setting, drawn)
    n = setting.n
    across = np.zeros((n + 1, n + 1))
    across[:n, :n] = ~setting.inside
    eased = np.exp(drawn["province"][:, None, None] * across)
    if not across.any():
        return
    for elasticity in elasticities:
        change = remove_cost(shares, income, eased, np.full(len(eased), elasticity))
        growth = 100 * np.log(change.welfare)
        whole = growth[:, :n] @ (setting.output / setting.output.sum())
        key = {"parameter": "elasticity", "setting": elasticity, "term": "real_income"}
        for city, values in zip(("", *setting.codes), (whole, *growth.T), strict=False):
            yield {**key, "unit": city, **summarise(values, confidence)}


def _trade(setting: Setting, drawn: Mapping[str, Array]) -> tuple[Array, Array]:
    """Balanced shares between the cities and the rest of China, (draws, n + 1, n + 1)."""
    n, at = setting.n, setting.at
    access = np.exp(
        np.multiply.outer(drawn["distance"], setting.log_distance)
        + np.multiply.outer(drawn["province"], setting.same_province)
        + np.multiply.outer(drawn["adjacency"], setting.adjacent)
    )
    rest = np.ones(len(setting.market), bool)
    rest[at] = False
    whole = setting.market[rest].sum()
    part = setting.market[rest] / whole
    table = np.empty((len(access), n + 1, n + 1))
    table[:, :n, :n] = access[:, :, at]
    table[:, :n, n] = table[:, n, :n] = access[:, :, rest] @ part
    far, together, touching, weight = setting.elsewhere
    for draw in range(len(access)):
        ease = drawn["distance"][draw] * far + drawn["province"][draw] * together
        table[draw, n, n] = weight @ np.exp(ease + drawn["adjacency"][draw] * touching)
    income = np.append(setting.output, whole)
    return gravity_shares(table, income), income


def centre_rows(
    setting: Setting,
    found: Effects,
    centres: Sequence[str],
    amount: float,
    capital_share: Array,
    confidence: float,
) -> Iterator[dict]:
    """Output that one year's net investment brings in one, two or three centres, or where best."""
    whole = np.eye(setting.n) + found.response
    names = ("one", "two", "three")
    shares = {}
    for count in range(1, min(len(centres), 3) + 1):
        part = np.isin(setting.codes, centres[:count]) / count
        shares[names[count - 1]] = np.broadcast_to(part, (len(whole), setting.n))
    weight = np.einsum("i,dij->dj", setting.output, whole)
    shares["best"] = np.array([best_shares(amount, setting.capital, w) for w in weight])
    gains = {
        name: 100
        * programme_gain(part, amount, setting.capital, setting.output, whole, capital_share)
        for name, part in shares.items()
    }
    own = setting.output / setting.output.sum()
    for name, gain in gains.items():
        whole = gain.sum(1)
        for city, values in zip(("", *setting.codes), (whole, *(gain / own).T), strict=True):
            yield {"variant": name, "unit": city, "term": "output", **summarise(values, confidence)}
        more = whole - gains["one"].sum(1)
        yield {"variant": name, "term": "output_minus_one", **summarise(more, confidence)}


def sharing_rows(
    setting: Setting, found: Effects, cost: Array, draws: int, confidence: float
) -> Iterator[dict]:
    """How the gain of all from agreeing is shared, and the side payments that sustain it.

    The gain itself is the measure "body", over more draws, and is not given a second time.
    Money is in per cent of the output-weighted gross gain of all cities' programmes; the game is
    the mean over the grid of costs.
    """
    size = setting.output / setting.output.sum()
    values, apart, joined = _mean_game(found, cost, 100 * size, draws)
    codes = list(setting.codes)
    solved = [nucleolus(codes, value).to_numpy() for value in values]
    fair = [shapley_value(codes, value).to_numpy() for value in values]
    empty = np.mean([core_is_empty(codes, value) for value in values[1:]])
    yield {"term": "share_empty", "estimate": empty, "n_draws": len(values) - 1}
    results = {
        "alone": apart,
        "together": joined,
        "nucleolus": np.array(solved),
        "shapley": np.array(fair),
        "payment": np.array(solved) - joined,
    }
    for term, table in results.items():
        for k, city in enumerate(codes):
            yield {"unit": city, "term": term, **summarise(table[:, k], confidence)}
    paid = np.clip(results["payment"], 0, None).sum(1)
    yield {"term": "paid", **summarise(paid, confidence)}


def _mean_game(found: Effects, cost: Array, size: Array, draws: int):
    """Coalition values, and pay-offs apart and joined in money, meant over the costs."""
    keep = slice(0, draws + 1)
    values, apart, joined = 0.0, 0.0, 0.0
    for one in cost:
        table = programme_payoffs(
            np.array([one]), found.substitution[keep], found.size[keep], found.response[keep]
        )[:, 0]
        rows = settle(table)
        if (rows < 0).any():
            raise ValueError("Best replies go round in a circle; the games have no settled point.")
        values = values + coalition_values(table, rows, size) / len(cost)
        apart = apart + at_rows(table, rows) * size / len(cost)
        joined = joined + at_rows(table, efficient(table, size)) * size / len(cost)
    return values, apart, joined


def pair_keys(setting: Setting) -> list[dict[str, str]]:
    """Codes of each pair, in the columns of results."""
    return [
        {"unit": setting.codes[i], "partner": setting.codes[j]}
        for i, j in zip(*setting.pairs, strict=True)
    ]
