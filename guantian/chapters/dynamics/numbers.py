"""The numbers of the text on dynamics, printed; words that depend on results are chosen here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from guantian.chapters.convergence.tables import verdict
from guantian.chapters.dynamics.tables import cells_of, value_of, with_interval
from guantian.present.format import MISSING, interval, joined, number, p_value, per_cent
from regiometrics.inference import SIGNIFICANT

SIGN = ("below zero", "not told from zero", "above zero")
MANY = 0.5  # share of random walks with clubs from which on clubs say nothing


def dynamics_numbers(
    estimates: pd.DataFrame,
    neighbours: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    specs: pd.DataFrame,
    choices: Mapping,
    members: Collection[str],
    core: str,
) -> dict:
    """Return every number of the chapter's text.

    Parameters
    ----------
    estimates, neighbours
        Tidy estimates of dynamics and of neighbours.
    tables
        ``lisa``, ``clubs``, ``sensitivity``, as made.
    names
        City code -> name.
    specs
        Specifications of convergence, indexed by spec.
    choices
        The configuration's section.
    members, core
        Codes of the zone's cities and of its centre.

    Returns
    -------
    dict
        Nested, texts at the leaves.
    """
    main = choices["main"]
    return {
        "label": _lower(specs.at[main, "label"]),
        "first": str(specs.at[main, "first"]),
        "last": str(specs.at[main, "last"]),
        "break_year": str(choices["chains"]["break_year"]),
        "step": str(choices["chains"]["horizon"]),
        "classes": str(choices["chains"]["classes"]),
        "trim": number(choices["clubs"]["trim"], 2),
        "critical": number(choices["clubs"]["critical_value"], 2),
        "rate": per_cent(choices["neighbours"]["false_discovery_rate"]),
        "moran": {name: _moran(neighbours, main, name) for name in ("region", "nation")},
        "moran_opening": _opening(neighbours, main),
        "least_p": p_value(2 / (1 + choices["neighbours"]["permutations"])),
        "local": _local(tables["lisa"], main, members, names),
        "growth": {name: _growth(neighbours, main, name) for name in ("region", "nation")},
        "log_t": {name: _log_t(estimates, main, name) for name in ("zone", "region", "nation")},
        "units": _units(tables["sensitivity"], choices),
        "placebo": {
            term: _placebo(estimates, main, term)
            for term in ("slope_unit_free", "rank_mobility", "club_share")
        },
        "random_walks": _walks(estimates, main),
        "clubs": _clubs(tables["clubs"], estimates, main, names, core),
        "chain": {name: _chain(estimates, main, name) for name in ("region", "nation")},
        "unit_roots": _unit_roots(estimates),
    }


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def _count(rows: pd.DataFrame) -> str:
    return number(rows["n_units"].iloc[0], 0) if len(rows) else MISSING


def _moran(estimates: pd.DataFrame, main: str, sample: str) -> dict[str, str]:
    rows = cells_of(estimates, "autocorrelation", main, sample)
    years = sorted(int(term[6:-1]) for term in rows.index if term.startswith("moran"))
    if not years:
        return dict.fromkeys(("n", "first", "last", "first_p", "last_p"), MISSING)
    return {
        "n": _count(rows),
        "first": number(value_of(rows, f"moran[{years[0]}]"), 2),
        "last": number(value_of(rows, f"moran[{years[-1]}]"), 2),
        "first_p": p_value(value_of(rows, f"moran[{years[0]}]", "p_value")),
        "last_p": p_value(value_of(rows, f"moran[{years[-1]}]", "p_value")),
    }


def _opening(estimates: pd.DataFrame, main: str) -> str:
    rows = cells_of(estimates, "autocorrelation", main, "nation")
    moran = rows[rows.index.str.startswith("moran")]
    alike = len(moran) and ((moran["estimate"] > 0) & (moran["p_value"] < SIGNIFICANT)).all()
    if alike:
        return "Rich cities lie next to rich ones, and poor next to poor."
    return "That rich cities lie next to rich ones cannot be said for every year."


def _local(
    lisa: pd.DataFrame, main: str, members: Collection[str], names: Mapping[str, str]
) -> dict[str, str]:
    rows = lisa[(lisa["spec"] == main) & (lisa["state"] != "ns")]
    years = lisa.loc[lisa["spec"] == main, "year"]
    numbers = {}
    for when, year in (("first", years.min()), ("last", years.max())):
        told = rows[rows["year"] == year]
        own = [names[code] for code in told["city_code"] if code in members]
        numbers[when] = number(len(told), 0)
        numbers[f"{when}_high"] = number((told["state"] == "HH").sum(), 0)
        numbers[f"{when}_low"] = number((told["state"] == "LL").sum(), 0)
        numbers[f"{when}_zone"] = joined(own)
    return numbers


def _growth(estimates: pd.DataFrame, main: str, sample: str) -> dict[str, str]:
    rows = cells_of(estimates, "growth_cross_section", f"{main}_sdm", sample)
    numbers = {"n": _count(rows)}
    for name, term, scale in (
        ("rho", "rho", 1),
        ("direct", "direct.initial", 100),
        ("indirect", "indirect.initial", 100),
        ("total", "total.initial", 100),
    ):
        low, high = (scale * value_of(rows, term, end) for end in ("conf_low", "conf_high"))
        numbers[name] = number(scale * value_of(rows, term), 2)
        numbers[f"{name}_interval"] = interval(low, high, 2)
        numbers[f"{name}_verdict"] = verdict(low, high, 0, SIGN)
    numbers["alike"] = {
        "above zero": "was alike among neighbours",
        "below zero": "differed between neighbours",
    }.get(numbers["rho_verdict"], "was unrelated among neighbours, as far as can be told")
    return numbers


def _log_t(estimates: pd.DataFrame, main: str, sample: str) -> dict[str, str]:
    rows = cells_of(estimates, "log_t", main, sample)
    tried = cells_of(estimates, "log_t_sensitivity", main, sample)
    rejects = value_of(rows, "slope", "p_value") < SIGNIFICANT
    return {
        "n": _count(rows),
        "slope": number(value_of(rows, "slope"), 2),
        "t": number(value_of(rows, "slope", "statistic"), 1),
        "verdict": "rejected" if rejects else "not rejected",
        "free": number(value_of(rows, "slope_unit_free"), 2),
        "free_t": number(value_of(rows, "slope_unit_free", "statistic"), 1),
        "combinations": number(value_of(tried, "combinations[all]"), 0),
        "rejecting": per_cent(value_of(tried, "share_rejecting[all]")),
        "rejecting_free": per_cent(value_of(tried, "share_rejecting[removed]")),
    }


def _units(sensitivity: pd.DataFrame, choices: Mapping) -> dict[str, str]:
    """What the zone's test says in the last of the units of measurement."""
    units = list(choices["clubs"]["units"])
    numbers = {"own": units[0], "other": units[-1], "t": MISSING, "said": "cannot be run on"}
    numbers["moral"] = "no more can be said of the unit"
    if sensitivity.empty:
        return numbers
    rows = sensitivity[
        (sensitivity["sample"] == "zone")
        & (sensitivity["unit"] == units[-1])
        & (sensitivity["common_trend"] == "kept")
        & (sensitivity["filter"] == choices["clubs"]["filter"])
        & (sensitivity["trim"] == choices["clubs"]["trim"])
    ].sort_values("last")
    if len(rows) and pd.notna(rows["t"].iloc[-1]):
        row, first = rows.iloc[-1], sensitivity[sensitivity["sample"] == "zone"].iloc[0]
        numbers["moral"] = (
            "here the unit does not change the verdict"
            if bool(first["converges"]) == bool(row["converges"])
            else "the verdict belongs to the unit as much as to the cities"
        )
        numbers["t"] = number(row["t"], 1)
        numbers["said"] = (
            "rejects" if row["t"] <= choices["clubs"]["critical_value"] else "does not reject"
        )
    return numbers


def _placebo(estimates: pd.DataFrame, main: str, term: str) -> dict[str, str]:
    rows = cells_of(estimates, "log_t_placebo", main, "zone")
    p = value_of(rows, term, "p_value")
    if pd.isna(p):
        return dict.fromkeys(("value", "p", "draws"), MISSING) | {"said": "cannot be ranked"}
    word = "is unusual" if p < SIGNIFICANT else "is not unusual"
    equals = "p" if p_value(p).startswith("<") else "p ="
    return {
        "value": number(value_of(rows, term, "statistic"), 2),
        "p": p_value(p),
        "draws": number(value_of(rows, term, "n_obs"), 0),
        "said": f"{word} ({rows.at[term, 'note']}; {equals} {p_value(p)})",
    }


def _walks(estimates: pd.DataFrame, main: str) -> dict[str, str]:
    rows = cells_of(estimates, "log_t_walks", main, "zone")
    known = "share_rejecting" in rows.index
    return {
        "draws": rows.at["share_rejecting", "cov_type"].split()[0] if known else MISSING,
        "rejecting": per_cent(value_of(rows, "share_rejecting")),
        "with_club": per_cent(value_of(rows, "share_with_club")),
        "as_low": per_cent(value_of(rows, "rank_unit_free", "p_value")),
        "moral": "they are no evidence of separate destinations"
        if value_of(rows, "share_with_club") >= MANY
        else "whether they are more than that the figures do not decide",
    }


def _clubs(
    clubs: pd.DataFrame,
    estimates: pd.DataFrame,
    main: str,
    names: Mapping[str, str],
    core: str,
) -> dict[str, str]:
    rows = clubs[(clubs["spec"] == main) & (clubs["sample"] == "zone")]
    said = []
    for club, group in rows.groupby("club"):
        cities = joined([names[code] for code in group["city_code"]])
        said.append((club == 0, f"{cities} in club {club}" if club else f"{cities} in none"))
    numbers = {
        "zone": "; ".join(text for _, text in sorted(said)) or "no clubs",
        "core": names[core],
    }
    for sample in ("region", "nation"):
        chosen = clubs[(clubs["spec"] == main) & (clubs["sample"] == sample)]
        sizes = chosen.loc[chosen["club"] > 0, "club"].value_counts().sort_index()
        counts = cells_of(estimates, "clubs", main, sample)
        one = len(sizes) == 1
        numbers[sample] = (
            f"{number(len(sizes), 0)} {'club' if one else 'clubs'} "
            f"({joined([number(size, 0) for size in sizes])} cities"
            f"; {number(value_of(counts, 'diverging'), 0)} diverging)"
        )
    nation = clubs[(clubs["spec"] == main) & (clubs["sample"] == "nation")]
    nation = nation.set_index("city_code")["club"]
    others = [code for code in rows["city_code"] if code != core]
    shared = sum(nation.get(code, 0) == nation.get(core, 0) > 0 for code in others)
    numbers["with_core"] = f"{number(shared, 0)} of {number(len(others), 0)}"
    return numbers


def _chain(estimates: pd.DataFrame, main: str, sample: str) -> dict[str, str]:
    rows = cells_of(estimates, "markov", main, sample)
    tests = cells_of(estimates, "markov_homogeneity", main, sample)
    classes = sorted({term.split(">")[0] for term in rows.index if ">" in term})
    stay = [value_of(rows, f"{name}>{name}") for name in classes]
    low, high = (value_of(tests, "spans.shorrocks", end) for end in ("conf_low", "conf_high"))
    bottom, top = (classes[0], classes[-1]) if classes else ("", "")
    numbers = {
        "n": _count(rows),
        "least_stay": per_cent(min(stay, default=float("nan"))),
        "most_stay": per_cent(max(stay, default=float("nan"))),
        "shorrocks": with_interval(rows, "shorrocks", 3),
        "half_life": with_interval(rows, "half_life", 0),
        "change": with_interval(tests, "spans.shorrocks", 3),
        "change_verdict": verdict(low, high, 0, ("fell", "did not change detectably", "rose")),
        "neighbours_p": p_value(value_of(tests, "neighbours", "p_value")),
        "neighbours_rank": p_value(value_of(tests, "neighbours.rank", "p_value")),
        "neighbours_said": "differ"
        if value_of(tests, "neighbours.rank", "p_value") < SIGNIFICANT
        else "cannot be told apart",
    }
    for when in ("first", "last", "ergodic"):
        numbers[f"{when}_bottom"] = per_cent(value_of(rows, f"{when}[{bottom}]"))
        numbers[f"{when}_top"] = per_cent(value_of(rows, f"{when}[{top}]"))
    return numbers


def _unit_roots(estimates: pd.DataFrame) -> dict[str, str]:
    rows = estimates[(estimates["analysis"] == "unit_root") & estimates["p_value"].notna()]
    numbers = {
        "shortest": number(rows["n_periods"].min(), 0) if len(rows) else MISSING,
        "longest": number(rows["n_periods"].max(), 0) if len(rows) else MISSING,
    }
    for name in ("ips", "cips"):
        for sample in ("zone", "region"):
            told = rows[(rows["sample"] == sample) & rows["term"].str.startswith(f"{name}[")]
            rejects = (told["p_value"] < SIGNIFICANT).sum()
            numbers[f"{name}_{sample}"] = f"{number(rejects, 0)} of {number(len(told), 0)}"
    return numbers
