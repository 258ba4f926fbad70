"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import nan

import pandas as pd

from guantian.chapters.dynamics.estimate.clubs_study import KEPT, REMOVED
from guantian.present.cells import count_cell, rank_text, value
from guantian.present.declared import read_numbers
from guantian.present.format import MISSING, joined, number, p_value, per_cent
from guantian.present.numbers import evaluate, merge
from guantian.results import find, rows
from regiometrics.inference import SIGNIFICANT

MANY = 0.5  # share of random walks with clubs from which on clubs say nothing


def dynamics_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    specs: pd.DataFrame,
    choices: Mapping,
    members: Collection[str],
    core: str,
) -> dict:
    """Return the numbers of the text, nested, as text.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    tables
        ``lisa``, ``clubs``, ``sensitivity``, as made.
    names
        City code to name.
    specs
        Specifications of convergence, indexed by name.
    choices
        The configuration's section.
    members, core
        Codes of the zone's cities and of its centre.
    """
    main = choices["main"]
    found = rows(estimates, variant=main)
    first, last = (int(specs.at[main, end]) for end in ("first", "last"))
    moves = rows(found, analysis="markov", sample="nation", term="transition")
    given = {"main": main, "first": first, "last": last, "kept": KEPT, "removed": REMOVED}
    given |= {"bottom": moves["group"].min(), "top": moves["group"].max()}
    printed, _ = evaluate(
        read_numbers(__file__, **given), {"estimates": estimates, "series": series, "tests": tests}
    )
    others = {
        "label": _lower(specs.at[main, "label"]),
        "first": str(first),
        "last": str(last),
        "break_year": str(choices["chains"]["break_year"]),
        "step": str(choices["chains"]["horizon"]),
        "classes": str(choices["chains"]["classes"]),
        "trim": number(choices["clubs"]["trim"], 2),
        "critical": number(choices["clubs"]["critical_value"], 2),
        "rate": per_cent(choices["neighbours"]["false_discovery_rate"]),
        "moran_opening": _opening(found),
        "least_p": p_value(2 / (1 + choices["neighbours"]["permutations"])),
        "local": _local(tables["lisa"], main, members, names),
        "units": _units(tables["sensitivity"], choices),
        "placebo": {"slope_unit_free": {"said": _placebo(found)}},
        "walks": {"moral": _moral(found)},
        "clubs": _clubs(tables["clubs"], found, main, names, core),
        "chain": {"nation": _chain(moves)},
        "unit_roots": _unit_roots(tests),
    }
    return merge(printed, others)


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def _opening(estimates: pd.DataFrame) -> str:
    moran = rows(estimates, analysis="autocorrelation", sample="nation", term="moran")
    similar = len(moran) and ((moran["estimate"] > 0) & (moran["p_value"] < SIGNIFICANT)).all()
    if similar:
        return "Rich cities lie next to rich ones, and poor next to poor."
    return "That rich cities lie next to rich ones cannot be said for every year."


def _local(
    lisa: pd.DataFrame, main: str, members: Collection[str], names: Mapping[str, str]
) -> dict[str, str]:
    told = lisa[(lisa["spec"] == main) & (lisa["state"] != "ns")]
    years = lisa.loc[lisa["spec"] == main, "year"]
    numbers = {}
    for when, year in (("first", years.min()), ("last", years.max())):
        here = told[told["year"] == year]
        own = [names[code] for code in here["city_code"] if code in members]
        numbers[when] = number(len(here), 0)
        numbers[f"{when}_high"] = number((here["state"] == "HH").sum(), 0)
        numbers[f"{when}_low"] = number((here["state"] == "LL").sum(), 0)
        numbers[f"{when}_zone"] = joined(own)
    return numbers


def _units(sensitivity: pd.DataFrame, choices: Mapping) -> dict[str, str]:
    """What the zone's test says in the last of the units of measurement."""
    units = list(choices["clubs"]["units"])
    numbers = {"own": units[0], "other": units[-1], "t": MISSING, "said": "cannot be run on"}
    numbers["moral"] = "no more can be said of the unit"
    if sensitivity.empty:
        return numbers
    chosen = sensitivity[
        (sensitivity["sample"] == "zone")
        & (sensitivity["unit"] == units[-1])
        & (sensitivity["common_trend"] == "kept")
        & (sensitivity["filter"] == choices["clubs"]["filter"])
        & (sensitivity["trim"] == choices["clubs"]["trim"])
    ].sort_values("last")
    if len(chosen) and pd.notna(chosen["t"].iloc[-1]):
        row, first = chosen.iloc[-1], sensitivity[sensitivity["sample"] == "zone"].iloc[0]
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


def _placebo(estimates: pd.DataFrame) -> str:
    row = find(estimates, analysis="log_t_placebo", sample="zone", term="slope", method=REMOVED)
    p = value(row, "p_value")
    if pd.isna(p):
        return "cannot be ranked"
    word = "is unusual" if p < SIGNIFICANT else "is not unusual"
    equals = "p" if p < 0.0005 else "p ="
    return f"{word} ({rank_text(row)}; {equals} {p_value(p)})"


def _moral(estimates: pd.DataFrame) -> str:
    """Say what clubs are evidence of, by how often random walks have some."""
    found = rows(estimates, analysis="log_t_walks", sample="zone")
    if value(find(found, term="share_with_club")) >= MANY:
        return "they are no evidence of separate destinations"
    return "whether they are more than that the figures do not decide"


def _clubs(
    clubs: pd.DataFrame,
    estimates: pd.DataFrame,
    main: str,
    names: Mapping[str, str],
    core: str,
) -> dict[str, str]:
    zone = clubs[(clubs["spec"] == main) & (clubs["sample"] == "zone")]
    said = []
    for club, group in zone.groupby("club"):
        cities = joined([names[code] for code in group["city_code"]])
        said.append((club == 0, f"{cities} in club {club}" if club else f"{cities} in none"))
    numbers = {
        "zone": "; ".join(text for _, text in sorted(said)) or "no clubs",
        "core": names[core],
    }
    for sample in ("region", "nation"):
        chosen = clubs[(clubs["spec"] == main) & (clubs["sample"] == sample)]
        sizes = chosen.loc[chosen["club"] > 0, "club"].value_counts().sort_index()
        diverging = find(estimates, analysis="clubs", sample=sample, term="diverging")
        one = len(sizes) == 1
        numbers[sample] = (
            f"{number(len(sizes), 0)} {'club' if one else 'clubs'} "
            f"({joined([number(size, 0) for size in sizes])} cities"
            f"; {count_cell(diverging, 'estimate')} diverging)"
        )
    nation = clubs[(clubs["spec"] == main) & (clubs["sample"] == "nation")]
    nation = nation.set_index("city_code")["club"]
    others = [code for code in zone["city_code"] if code != core]
    shared = sum(nation.get(code, 0) == nation.get(core, 0) > 0 for code in others)
    numbers["with_core"] = f"{number(shared, 0)} of {number(len(others), 0)}"
    return numbers


def _chain(moves: pd.DataFrame) -> dict[str, str]:
    """Cities of China in the chain, and the least and the most likely of its classes to stay."""
    stay = moves.loc[moves["group"] == moves["target"], "estimate"]
    return {
        "n": number(moves["n_units"].iloc[0], 0) if len(moves) else MISSING,
        "least_stay": per_cent(min(stay, default=nan)),
        "most_stay": per_cent(max(stay, default=nan)),
    }


def _unit_roots(tests: pd.DataFrame) -> dict[str, str]:
    found = rows(tests, analysis="unit_root")
    found = found[found["p_value"].notna()]
    numbers = {
        "shortest": number(found["n_periods"].min(), 0) if len(found) else MISSING,
        "longest": number(found["n_periods"].max(), 0) if len(found) else MISSING,
    }
    for name in ("ips", "cips"):
        for sample in ("zone", "region"):
            told = rows(found, sample=sample, term=name)
            rejects = (told["p_value"] < SIGNIFICANT).sum()
            numbers[f"{name}_{sample}"] = f"{number(rejects, 0)} of {number(len(told), 0)}"
    return numbers
