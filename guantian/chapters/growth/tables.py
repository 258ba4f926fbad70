"""Tables of the sources of growth and the numbers of its text, from the estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from guantian.chapters.growth.estimate.design import TITLES
from guantian.chapters.growth.tables_words import border_names, rank_said
from guantian.labels import label as label_of
from guantian.present.format import MISSING, count_word, interval, joined, number, p_value, spread
from guantian.present.tables import Table
from guantian.results import with_detectable

SAMPLES = {"zone": "Zone", "region": "Region", "nation": "Nation"}


def growth_tables(
    estimates: pd.DataFrame, names: Mapping[str, str], spec: Mapping, confidence: float
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates
        Tidy estimates of the chapter.
    names
        Code of a city or province -> English name.
    spec
        The configuration's section.
    confidence
        Of the intervals.
    """
    shares = spec["accounting"]["capital_shares"]
    level = f"{100 * confidence:g}% interval"
    return [
        Table(
            "accounting",
            "Growth accounts",
            _accounts(estimates, names),
            "Annual log growth times 100 of real GDP (chained), and the contributions of capital, "
            f"labour and the residual at a capital share of {shares[len(shares) // 2]:g}; in "
            f"brackets the range over shares from {min(shares):g} to {max(shares):g}. Capital by "
            "perpetual inventory from reported investment; labour: residents, for want of a count "
            "of the employed. Rank: of the zone among placebo zones with all figures.",
            group="Years",
            text=("Group",),
        ),
        Table(
            "growth_regressions",
            "Growth regressions",
            regression_columns(estimates, spec["regressors"]),
            "Annual real growth as reported (log points times 100) on the year before's "
            "regressors, with city and year effects. Errors in brackets: clustered by city; "
            "system GMM: two steps, Windmeijer, collapsed instruments.",
            text=("Regressor",),
        ),
        Table(
            "growth_spillovers",
            "Own and neighbours' government and investment",
            _spillovers(estimates),
            "Spatial Durbin panel of real growth with city and year effects (Lee–Yu), sandwich "
            f"errors, weights: {label_of('weights', spec['weights'], 'short').lower()}, "
            "row-standardised; cities "
            "with all years and a "
            f"neighbour among them. Impacts with delta-method {level}s.",
            group="Sample",
            text=("Impact of",),
        ),
        Table(
            "growth_uncertainty",
            "Extreme bounds and model averages",
            _uncertainty(estimates, spec["regressors"]),
            "Bounds: the lowest and highest end of the intervals of all models with the regressor "
            f"and up to {spec['bounds_others']} others; CDF: weighted share on one side of zero. "
            "Inclusion: posterior probability over all subsets, with the unconditional posterior "
            f"mean and deviation ({spec['prior'].upper()} prior). Nation, city and year effects.",
            text=("Regressor",),
        ),
        Table(
            "county_border",
            "Growth of counties at the provincial border",
            _border(estimates, level, border_names(names, spec["border"])),
            "Nominal GDP growth of counties, percentage points a year, between "
            f"{spec['border']['first']} and {spec['border']['last']}; pairs of counties of "
            "adjacent prefectures. More difference across: of the absolute difference, at equal "
            "distance between the prefectures. Errors allow pairs that share a prefecture to "
            "depend on each other.",
            group="Counties",
            text=("Quantity", "Inference"),
        ),
    ]


def _accounts(estimates: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    rows = estimates[estimates["analysis"] == "accounting"]
    ranks = estimates[estimates["analysis"] == "accounting_rank"]
    body = []
    for spec in dict.fromkeys(rows["spec"]):
        chosen = rows[rows["spec"] == spec]
        groups = [*SAMPLES, *sorted(set(chosen["sample"]) - set(SAMPLES))]
        for group in groups:
            values = chosen[chosen["sample"] == group].set_index("term")
            rank = ranks[(ranks["spec"] == spec) & (ranks["sample"] == group)].set_index("term")
            body.append(
                {
                    "Years": spec.replace("_", "–"),
                    "Group": SAMPLES.get(group) or names[group],
                    "Cities": number(values["n_units"].iloc[0], 0),
                    "Growth": _hundred(values, "growth"),
                    **{
                        head: f"{_hundred(values, term)} {_range(values, term)}"
                        for head, term in (
                            ("Capital", "capital"),
                            ("Labour", "labour"),
                            ("Residual", "residual"),
                        )
                    },
                    "Rank of residual": _rank(rank, "residual"),
                }
            )
    return pd.DataFrame(body)


def _hundred(values: pd.DataFrame, term: str, decimals: int = 1) -> str:
    return number(100 * values["estimate"].get(term, float("nan")), decimals)


def _range(values: pd.DataFrame, term: str) -> str:
    row = values.loc[term]
    return f"({spread(100 * row['conf_low'], 100 * row['conf_high'], 1)})"


def _rank(rank: pd.DataFrame, term: str) -> str:
    if term not in rank.index:
        return MISSING
    return rank.loc[term, "note"].split(";")[0].removeprefix("rank ")


def regression_columns(estimates: pd.DataFrame, regressors: Sequence[str]) -> pd.DataFrame:
    """Lay out regressions in columns: coefficient, error in brackets, and what they rest on."""
    columns = {
        "Zone": ("growth_two_way", "core_city", "zone"),
        "Region": ("growth_two_way", "core_city", "region"),
        "Nation": ("growth_two_way", "core_city", "nation"),
        "Region, all": ("growth_two_way", "all_city", "region"),
        "Nation, all": ("growth_two_way", "all_city", "nation"),
        "System GMM": ("growth_gmm", "all", "nation"),
    }
    body: dict[str, dict[str, str]] = {}
    for head, (analysis, spec, sample) in columns.items():
        rows = estimates[
            (estimates["analysis"] == analysis)
            & (estimates["spec"] == spec)
            & (estimates["sample"] == sample)
        ].set_index("term")
        for term in ("lagged growth", *regressors):
            title = TITLES.get(term, "Growth a year before")
            body.setdefault(title, {})[head] = _coefficient(rows, term)
        some = rows.iloc[0] if len(rows) else None
        for label, column in (("Observations", "n_obs"), ("Cities", "n_units")):
            missing = some is None or pd.isna(some[column])
            body.setdefault(label, {})[head] = MISSING if missing else number(some[column], 0)
        for label, term, column in (
            ("Hansen, p", "hansen", "p_value"),
            ("AR(2), p", "ar2", "p_value"),
            ("Instruments", "instruments", "estimate"),
        ):
            value = rows[column].get(term, float("nan"))
            text = p_value(value) if column == "p_value" else number(value, 0)
            body.setdefault(label, {})[head] = text
    table = pd.DataFrame(body).T.rename_axis("Regressor").reset_index()
    order = {"Observations": 1, "Cities": 1, "Hansen, p": 2, "AR(2), p": 2, "Instruments": 2}
    place = table["Regressor"].map(order).fillna(0)
    return table.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _coefficient(rows: pd.DataFrame, term: str) -> str:
    if term not in rows.index or pd.isna(rows.loc[term, "estimate"]):
        return ""
    row = rows.loc[term]
    return f"{number(row['estimate'], 2)} ({number(row['std_error'], 2)})"


def _spillovers(estimates: pd.DataFrame) -> pd.DataFrame:
    rows = estimates[estimates["analysis"] == "growth_spillovers"]
    body = []
    for sample, title in SAMPLES.items():
        chosen = rows[rows["sample"] == sample].set_index("term")
        for term in dict.fromkeys(chosen.index):
            if term.startswith(("indirect", "total")):
                continue
            variable = term.removeprefix("direct.")
            cells = {"Sample": title, "Cities": number(chosen.loc[term, "n_units"], 0)}
            if term == "rho":
                cells |= {"Impact of": "Growth of neighbours (ρ)", "Direct": _cell(chosen, "rho")}
                cells |= {"Indirect": "", "Total": ""}
            else:
                cells |= {"Impact of": TITLES[variable]}
                cells |= {
                    effect.capitalize(): _cell(chosen, f"{effect}.{variable}")
                    for effect in ("direct", "indirect", "total")
                }
            body.append(cells)
    heads = ["Sample", "Impact of", "Direct", "Indirect", "Total", "Cities"]
    return pd.DataFrame(body)[heads]


def _cell(rows: pd.DataFrame, term: str, decimals: int = 2) -> str:
    if term not in rows.index or pd.isna(rows.loc[term, "estimate"]):
        return MISSING
    row = rows.loc[term]
    limits = interval(row["conf_low"], row["conf_high"], decimals)
    return f"{number(row['estimate'], decimals)} {limits}"


def _uncertainty(estimates: pd.DataFrame, regressors: Sequence[str]) -> pd.DataFrame:
    bounds = estimates[estimates["analysis"] == "growth_bounds"].set_index("term")
    average = estimates[estimates["analysis"] == "growth_bma"].set_index("term")
    body = []
    for name in regressors:
        bound, mean = bounds.loc[name], average.loc[name]
        body.append(
            {
                "Regressor": TITLES[name],
                "Mean": number(bound["estimate"], 2),
                "Bounds": interval(bound["conf_low"], bound["conf_high"], 2),
                "CDF": number(bound["statistic"], 3),
                "Rejecting": bound["note"].removesuffix(" models reject zero"),
                "Inclusion": number(mean["statistic"], 2),
                "Posterior": f"{number(mean['estimate'], 2)} ({number(mean['std_error'], 2)})",
            }
        )
    return pd.DataFrame(body)


def _border(estimates: pd.DataFrame, level: str, called: Mapping[str, str]) -> pd.DataFrame:
    rows = estimates[estimates["analysis"] == "border"]
    titles = {
        "across": "More difference across",
        "log_km": "Distance, log",
        "signed": f"{called['second']} less {called['first']}",
    }
    body = []
    for sample, group in (
        ("all", "All"),
        ("without_doubtful", f"Without those of {called['doubtful']}"),
    ):
        for row in rows[rows["sample"] == sample].itertuples():
            body.append(
                {
                    "Counties": group,
                    "Quantity": titles[row.term],
                    "Inference": row.cov_type,
                    "Estimate": number(row.estimate, 2),
                    level: interval(row.conf_low, row.conf_high, 2),
                    "p": p_value(row.p_value),
                    "Pairs": number(row.n_obs, 0),
                }
            )
    return pd.DataFrame(body)


def growth_numbers(
    estimates: pd.DataFrame, names: Mapping[str, str], spec: Mapping, confidence: float
) -> dict:
    """Return the numbers of the chapter's text, nested, texts at the leaves.

    Parameters
    ----------
    estimates, spec, confidence
        As for `growth_tables`.
    names
        Code of a city or province -> English name.
    """
    windows = spec["accounting"]["windows"]
    shares = spec["accounting"]["capital_shares"]
    rows = with_detectable(estimates, confidence)
    rows = rows.set_index(["analysis", "spec", "sample", "term"])
    return {
        "accounts": {
            name: _account_numbers(rows, "_".join(map(str, window)))
            for name, window in windows.items()
        },
        "shares": {
            "low": f"{min(shares):g}",
            "middle": f"{shares[len(shares) // 2]:g}",
            "high": f"{max(shares):g}",
        },
        "first": str(spec["years"]["first"]),
        "last": str(spec["years"]["last"]),
        "production": {
            sample: _effect(rows, ("production", "per_resident", sample, "capital"))
            for sample in SAMPLES
        },
        "two_way": {
            sample: {
                term: _effect(rows, ("growth_two_way", "core_city", sample, term))
                for term in spec["core"]
            }
            for sample in SAMPLES
        },
        "wild": {
            term: _effect(rows, ("growth_two_way", "core_province", "nation", term))
            for term in spec["core"]
        },
        "spillovers": {
            sample: {
                term: _effect(rows, ("growth_spillovers", f"sdm_{spec['weights']}", sample, term))
                for term in ("rho", "direct.government", "indirect.government")
            }
            for sample in SAMPLES
        },
        "gmm": {
            "hansen": p_value(_one(rows, ("growth_gmm", "all", "nation", "hansen"), "p_value")),
            "lagged": _effect(rows, ("growth_gmm", "all", "nation", "lagged growth")),
        },
        "robust": _robust(estimates),
        "confidence": f"{100 * confidence:g}",
        "bounds_others": count_word(spec["bounds_others"]),
        "prior": spec["prior"].upper(),
        "border": {
            "first": str(spec["border"]["first"]),
            "last": str(spec["border"]["last"]),
            **{f"{key}_name": name for key, name in border_names(names, spec["border"]).items()},
            "across": _effect(rows, ("border", "pairs", "all", "across")),
            "permuted": _effect(rows, ("border", "permuted", "all", "across")),
            "signed": _effect(rows, ("border", "pairs", "all", "signed")),
            "without": _effect(rows, ("border", "pairs", "without_doubtful", "across")),
        },
    }


def _one(rows: pd.DataFrame, key: tuple, column: str) -> float:
    return float(rows.at[key, column]) if key in rows.index else float("nan")


def _account_numbers(rows: pd.DataFrame, window: str) -> dict:
    first, last = window.split("_")
    out: dict = {"first": first, "last": last}
    for sample in SAMPLES:
        for term in ("growth", "capital", "labour", "residual"):
            key = ("accounting", window, sample, term)
            estimate, low, high = (
                100 * _one(rows, key, column) for column in ("estimate", "conf_low", "conf_high")
            )
            out.setdefault(sample, {})[term] = {
                "value": number(estimate, 1),
                "range": spread(low, high, 1),
            }
    out["rank"] = rank_said(rows, ("accounting_rank", window, "zone", "residual"))
    return out


def _effect(rows: pd.DataFrame, key: tuple) -> dict:
    estimate, low, high, p, smallest = (
        _one(rows, key, column)
        for column in ("estimate", "conf_low", "conf_high", "p_value", "detectable")
    )
    return {
        "value": number(estimate, 2),
        "interval": interval(low, high, 2),
        "p": p_value(p),
        "detectable": number(smallest, 2),
        "said": _said(low, high),
    }


def _said(low: float, high: float) -> str:
    """Put an interval into a word."""
    if pd.isna(low):
        return "not estimable"
    if low > 0:
        return "positive"
    return "negative" if high < 0 else "not told from zero"


def _robust(estimates: pd.DataFrame) -> dict:
    """Regressors whose extreme bounds keep one sign, and those that the data include."""
    bounds = estimates[estimates["analysis"] == "growth_bounds"]
    kept = bounds[(bounds["conf_low"] > 0) | (bounds["conf_high"] < 0)]
    average = estimates[estimates["analysis"] == "growth_bma"]
    likely = average[average["statistic"] > 0.95]
    return {"bounds": _listed(kept["term"]), "likely": _listed(likely["term"])}


def _listed(terms: pd.Series) -> str:
    return joined(TITLES[term].lower().removesuffix(", log") for term in sorted(terms))
