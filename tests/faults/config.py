"""Wrong configurations by the hundred: each must stop with one sentence, before anything runs.

``python tests/faults/config.py`` tries every variant and prints a table by kind: refused by a
sentence, accepted (silent) or ended by another error (bare). A variant that is expected to be
accepted says so, and counts as wrong where it is refused. The exit code is the number of faults.
"""

from __future__ import annotations

import copy
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.append(str(Path(__file__).parent))

from config_files import Variant, damaged_files  # noqa: E402

from guantian.config import ConfigError, merged, read_study  # noqa: E402
from guantian.config.documents import inner_model  # noqa: E402
from guantian.config.reading import with_defaults  # noqa: E402
from guantian.config.study import Study  # noqa: E402
from guantian.files import UnreadableError, read_yaml  # noqa: E402

STUDY = "config/study.yaml"
#: What a run reads of the project before its first job, linked into a copy for each damaged file.
PARTS = ("config", "workflow/schemas")
RAW = ("city_names.csv", "acts.csv", "datapackage.json")


def at(key: str, value: Any) -> dict[str, Any]:
    """Return the nested mapping in which a dotted key has a value."""
    first, _, rest = key.partition(".")
    return {first: at(rest, value) if rest else value}


def value_at(config: Mapping[str, Any], key: str) -> Any:
    """Return the value of a dotted key; None where there is none."""
    for part in key.split("."):
        config = config.get(part) if isinstance(config, Mapping) else None
    return config


def leaves(model=Study, prefix: str = "") -> Iterator[str]:
    """Give the dotted key of every option that is no section; lists of sections as a whole."""
    for name, info in model.model_fields.items():
        inner, listed = inner_model(info.annotation)
        if inner is None or listed:
            yield f"{prefix}{name}"
        else:
            yield from leaves(inner, f"{prefix}{name}.")


def by_type(base: Mapping[str, Any]) -> Iterator[Variant]:
    """Every option: another type, NaN, infinity, beyond its range, empty, twice, missing."""
    for key in leaves():
        value = value_at(base, key)
        if value is None:
            # Left to the zone's file; a wrong entry must be refused all the same.
            yield Variant("another type", key, at(key, 3.5))
            continue
        yield Variant("another type", key, at(key, {"x": 1} if not isinstance(value, dict) else 1))
        if isinstance(value, bool | str):
            yield Variant("a number for text", key, at(key, 1))
            yield Variant("empty text", key, at(key, ""))
        if isinstance(value, int | float):
            yield Variant("text for a number", key, at(key, str(value)))
            yield Variant("NaN", key, at(key, float("nan")))
            yield Variant("infinity", key, at(key, float("inf")))
            yield Variant("true for a number", key, at(key, True))
            yield Variant("far too large", key, at(key, 10**12))
            yield Variant("below zero", key, at(key, -(10**6)))
        if isinstance(value, int) and not isinstance(value, bool) and isinstance_int(key):
            yield Variant("a fraction for a count", key, at(key, value + 0.5))
            yield Variant("a float for a count", key, at(key, float(value)))
        if isinstance(value, list):
            yield Variant("text for a list", key, at(key, "x"))
            if value:
                yield Variant("an entry twice", key, at(key, [*value, value[-1]]))
                wrong = [[*value[:-1], entry] for entry in (None, [], {"x": 1})]
                for number, entry in enumerate(wrong):
                    yield Variant("a wrong entry", f"{key} ({number})", at(key, entry))
            if key not in MAY_BE_EMPTY:
                yield Variant("an empty list", key, at(key, []))


#: The kinds above, whose variants are named after the option.
BY_TYPE = {
    "another type",
    "a number for text",
    "empty text",
    "text for a number",
    "NaN",
    "infinity",
    "true for a number",
    "far too large",
    "below zero",
    "a fraction for a count",
    "a float for a count",
    "text for a list",
    "an entry twice",
    "a wrong entry",
    "an empty list",
}
MAY_BE_EMPTY = {
    "placebo.kinds",
    "spillovers.controls",
    "dynamics.clubs.trims",
    "dynamics.clubs.filters",
    "plan.approvals.earlier",
    "plan.placebo_dates",
    "reactions.expenditures",
}


def isinstance_int(key: str) -> bool:
    """Tell whether an option is declared as a whole number."""
    from guantian.options import part_at

    node = part_at(Study.model_json_schema(), key.split("."))
    kinds = {node.get("type"), *(option.get("type") for option in node.get("anyOf", ()))}
    return "integer" in kinds


def sections() -> Iterator[Variant]:
    """A section that is missing, empty, a list, or has a key too many."""
    for name, info in Study.model_fields.items():
        inner, _ = inner_model(info.annotation)
        if inner is not None:
            yield Variant("a section that is a list", name, {name: []})
            yield Variant("a section of nothing", name, {name: None})
            yield Variant("an unknown key", name, {name: {"colour": "red"}})
            first = next(iter(inner.model_fields))
            yield Variant("a misspelt key", name, {name: {f"{first}x": 1}})
    yield Variant("an unknown key", "top", {"zonne": "guanzhong_tianshui"})


def years_turned(base: Mapping[str, Any]) -> Iterator[Variant]:
    """Every period: turned round, of one year, and out of the panel's years."""
    for key in leaves():
        if not key.endswith(".first") or "sensitivity" in key:
            continue
        parent = key.removesuffix(".first")
        period = value_at(base, parent)
        turned = {"first": period["last"], "last": period["first"]}
        yield Variant("years turned round", parent, at(parent, turned))
        yield Variant("a period of one year", parent, at(f"{parent}.first", period["last"]))
        yield Variant("a year before 1990", parent, at(f"{parent}.first", 1949))
        yield Variant("a year to come", parent, at(f"{parent}.last", 2051))
    for key in leaves():
        value = value_at(base, key)
        if isinstance(value, list) and len(value) == 2 and all(_is_year(year) for year in value):
            yield Variant("years turned round", key, at(key, value[::-1]))
            yield Variant("a period of one year", key, at(key, [value[0]] * 2))
            yield Variant("a period of three years", key, at(key, [*value, value[1]]))
    for name, entry in enumerate(base["reactions"]["outcomes"]):
        outcomes = copy.deepcopy(base["reactions"]["outcomes"])
        outcomes[name] |= {"first": entry["last"], "last": entry["first"]}
        yield Variant("years turned round", f"reactions {name}", at("reactions.outcomes", outcomes))


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and 1900 < value < 2100


def cross_checks(base: Mapping[str, Any]) -> Iterator[Variant]:
    """Options that are right by themselves and do not fit what they name, or each other."""
    outcomes = base["reactions"]["outcomes"]
    for name, changes in {
        "an unknown zone": {"zone": "atlantis"},
        "base year outside the panel": {"base_year": 1995},
        "years that leave out the base year": {"years": {"first": 2012}},
        "economic year outside": {"weights": {"economic_year": 1995}},
        "region without the zone's provinces": {"region": ["610000"]},
        "region of a city": {"region": ["610100", "620000"]},
        "region of an unknown province": {"region": ["610000", "620000", "990000"]},
        "region with Taiwan": {"region": ["610000", "620000", "710000"]},
        "a folder that is a file": at("pathvars.results", "Makefile"),
        "region outside mainland codes": {"region": ["610000", "620000", "010000"]},
        "weights of a year under study": at("weights.economic_year", 2010),
        "a cut-off that reaches no city": at("weights.cutoff_km", 1),
        "a limit in per cent": at("accounts.deflator.impossible", 20),
        "a grid of one point": at("games.sensitivity.cost.points", 1),
        "one draw": at("games.imitation_draws", 1),
        "a rate of 80 per cent": at("games.discount_rate", 0.8),
        "growth by another name": at(
            "reactions.growth", base["reactions"]["growth"] | {"name": "growthx"}
        ),
        "far beyond impossible": {"accounts": {"deflator": {"far": 0.5}}},
        "interpolated registered": at(
            "population", {"basis": "registered", "between_censuses": "interpolated"}
        ),
        "depreciation in per cent": at("capital.depreciation", 9.6),
        "an unknown focus": at("checks.focus", ["610199"]),
        "a focus twice": at("checks.focus", ["610100", "610100"]),
        "faults planted in a city": at("checks.plant_in", ["610100"]),
        "an unknown province for faults": at("checks.plant_in", ["600000"]),
        "more placebos than draws": at("plan.n_placebos", 50000),
        "fewer draws than placebos": at("placebo.draws", 100),
        "more slow placebos": at("plan.n_placebos_slow", 2000),
        "more placebos of the curve": at("plan.n_placebos_curve", 1001),
        "more placebos of completion": at("plan.n_placebos_completion", 1001),
        "more exact draws than draws": {
            "placebo": {"draws": 1000},
            "linkage": {"exact_draws": 1001},
        },
        "draws as a float": at("placebo.draws", 10000.0),
        "draws as text": at("placebo.draws", "1e4"),
        "curve beyond after": at("plan.curve.after", [4, 20]),
        "placebo dates beyond before": at("plan.placebo_dates", [2, 20]),
        "placebo dates that leave a year": at("plan.placebo_dates", [7]),
        "an unknown outcome of the curve": at("plan.curve.outcome", ["gdp", "joy"]),
        "an unknown event": at("plan.events", ["moon_landing"]),
        "an event twice": at("plan.events", ["xixian", "xixian"]),
        "own province excluded": at("plan.exclude_provinces", ["610000"]),
        "a city excluded": at("plan.exclude_provinces", ["510100"]),
        "border of one province": at("growth.border.provinces", ["610000"]),
        "border of one province twice": at("growth.border.provinces", ["610000", "610000"]),
        "border of three": at("growth.border.provinces", ["610000", "620000", "640000"]),
        "border of an unknown": at("growth.border.provinces", ["610000", "600000"]),
        "doubtful city elsewhere": at(
            "growth.border", {"provinces": ["610000", "620000"], "exclude_cities": ["510100"]}
        ),
        "border years turned": at("growth.border", {"first": 2021, "last": 2011}),
        "border year without data": at("growth.border.first", 2005),
        "core that is no regressor": at("growth", {"regressors": ["industry", "finance"]}),
        "more others than there are": at("growth.bounds_others", 9),
        "more lags than years": at("growth.gmm_last_lag", 12),
        "unknown weights of growth": at("growth.weights", "rook"),
        "weights of other neighbours": at("growth.weights", "nearest_7"),
        "growth before the panel": at("growth.years.first", 2000),
        "accounts whole is not both": at("growth.accounting.windows.whole", [2006, 2016]),
        "accounts overlap": at("growth.accounting.windows", {"before": [2005, 2010]}),
        "capital shares of one": at("growth.accounting.capital_shares", [1.0]),
        "a centre twice": at("games.centres", ["610100", "610100"]),
        "a centre thrice": at("games.centres", ["610100"] * 3),
        "an unknown centre": at("games.centres", ["610101"]),
        "four centres": at("games.centres", ["610100", "610200", "610300", "610400"]),
        "games in a year without data": at("games.year", 1990),
        "games in the panel's first year": at("games.year", 2000),
        "programme before the panel": at("games.programme", {"years": 15, "last": 2010}),
        "more imitation draws": at("games.imitation_draws", 500),
        "more coalition draws": at("games.coalition_draws", 201),
        "a grid turned round": at("games.sensitivity.cost", {"first": 0.9, "last": 0.1}),
        "a grid of one value": at("games.sensitivity.cost", {"first": 0.5, "last": 0.5}),
        "games of other weights": at("games.weights", "economic"),
        "games of unknown weights": at("games.weights", "rook"),
        "an unknown spillover": at("games.spillover.weights", "rook"),
        "a spillover without rho": at("games.spillover.variant", "slx"),
        "spillover of a word": at("games.spillover.variant", "queen"),
        "an unknown gravity": at("games.gravity.variant", "newton"),
        "gravity of another treatment": at("games.gravity.method", "listed"),
        "an unknown reaction": at("games.reaction.variant", "ols"),
        "reaction of an unknown outcome": at("games.reaction.outcome", "joy"),
        "promotion of a governor": at("games.promotion.group", "governor"),
        "two rules of tax of one name": at("games.vat", [base["games"]["vat"][0]] * 2),
        "tax of 17 per cent": at("games.vat", [{"name": "a", "rate": 17, "share": 0.5}]),
        "polycentric before the panel": at("games.polycentric.first", 1995),
        "since after until": at("linkage", {"since": 2020, "until": 2010}),
        "since before linkage": at("linkage.since", 1990),
        "until after linkage": at("linkage", {"years": {"last": 2015}, "until": 2019}),
        "income year outside": at("linkage.income_year", 1999),
        "mapped that is no resolution": at("linkage.mapped", 7.0),
        "an unknown second zone": at("linkage.compare_with", "lemuria"),
        "predicted by an unknown": at("linkage.predict_by", ["newton"]),
        "predicted by near pairs": at("linkage.predict_by", ["near"]),
        "predicted by a censored model": at("linkage.predict_by", ["censored"]),
        "outcome among controls": at("spillovers.controls", [base["spillovers"]["outcome"]]),
        "outcome that is text": at("spillovers.outcome", "name_zh"),
        "outcome that is a flag": at("spillovers.outcome", "boundary_change"),
        "outcome that is unknown": at("spillovers.outcome", "joy"),
        "control that is text": at("spillovers.controls", ["province_zh"]),
        "control that is a category": at("spillovers.controls", ["gdp_splice"]),
        "spillovers before the panel": at("spillovers.years.first", 1999),
        "a figure of text": at("convergence.figures.levels", ["name_zh"]),
        "a figure of a category": at("convergence.figures.levels", ["implied_deflator_judgement"]),
        "a figure of joy": at("convergence.figures.levels", ["joy"]),
        "sigma of an unknown": at("convergence.figures.sigma", ["joy"]),
        "beta of an unknown": at("convergence.figures.beta", ["joy"]),
        "a page of text": at("site.variables", ["name_en"]),
        "a page of codes": at("site.variables", ["province_code"]),
        "an unknown specification of dynamics": at("dynamics.specs", ["reported", "joy"]),
        "main that is not studied": at("dynamics.main", "chained_long"),
        "clubs that are not studied": at("dynamics.clubs.specs", ["chained_long"]),
        "unit roots not studied": at("dynamics.unit_roots.specs", ["chained_long"]),
        "break outside the period": at("dynamics.chains.break_year", 2022),
        "break in the first year": at("dynamics.chains.break_year", 2001),
        "steps beyond the period": at("dynamics.chains.horizon", 15)
        | {"dynamics": {"main": "chained", "chains": {"horizon": 12}}},
        "more end years than years": at("dynamics.main", "chained")
        | {"dynamics": {"main": "chained", "clubs": {"last_years": 9}}},
        "trim of a third in per cent": at("dynamics.clubs.trim", 33),
        "critical value above zero": at("dynamics.clubs.critical_value", 1.65),
        "no unit of measurement": at("dynamics.clubs.units", None),
        "a unit of zero": at("dynamics.clubs.units", {"yuan": 0}),
        "reactions turned": at(
            "reactions.outcomes", [outcomes[0] | {"first": 2019, "last": 2000}, *outcomes[1:]]
        ),
        "reactions of text": at(
            "reactions.outcomes", [outcomes[0] | {"variable": "name_zh"}, *outcomes[1:]]
        ),
        "reactions of joy": at(
            "reactions.growth", base["reactions"]["growth"] | {"variable": "joy"}
        ),
        "split outside": at("reactions.outcomes", [outcomes[0] | {"split": 2023}, *outcomes[1:]]),
        "split at the end": at(
            "reactions.outcomes", [outcomes[0] | {"split": outcomes[0]["last"]}, *outcomes[1:]]
        ),
        "an outcome twice": at("reactions.outcomes", [*outcomes, outcomes[0]]),
        "an outcome called growth": at(
            "reactions.outcomes", [*outcomes, outcomes[0] | {"name": "growth"}]
        ),
        "an unknown scale": at(
            "reactions.outcomes", [outcomes[0] | {"scale": "cube"}, *outcomes[1:]]
        ),
        "outlays of the unknown": at("reactions.expenditures", ["joy"]),
        "structure before the data": at("reactions.similar_rivals.structure_year", 1999),
        "pairs without the year": at("similarity.pairs", [{"source": "census", "year": 2016}]),
        "pairs of units after 2016": at("similarity.pairs", [{"source": "units", "year": 2020}]),
        "pairs twice": at("similarity.pairs", [{"source": "units", "year": 2016}] * 2),
        "pairs of an unknown source": at("similarity.pairs", [{"source": "x", "year": 2016}]),
        "counties of other years": at("similarity.counties.first", 2000),
        "land across the satellites": at(
            "similarity.land", {"early": {"first": 2001, "last": 2014}}
        ),
        "land late before early": at("similarity.land", {"late": {"first": 2002, "last": 2005}}),
        "more shared years than years": at("similarity.infrastructure.min_years", 20),
        "a ratio over more years": at("similarity.investment.period", 20),
        "core radius beyond the sphere": at("core_periphery.spread_backwash.core_radius_km", 500),
        "cycles turned": at("core_periphery.cycles", [8, 2]),
        "cycles of one": at("core_periphery.cycles", [2]),
        "periods that overlap": at("core_periphery.windows", {"before": [2001, 2010]}),
        "spillover of an unknown model": at("core_periphery.rho.weights", "rook"),
        "spillover of an error model": at("core_periphery.rho.variant", "sem"),
        "levels outside the panel": at("core_periphery.levels.first", 1995),
        "congestion above one": at("core_periphery.sensitivity.congestion", [1.5]),
        "returns below one": at("core_periphery.sensitivity.returns", [0.5]),
        "growth of zones outside the panel": at("zones.growth.first", 1995),
        "structures across classifications": at("zones.structure.last", 2014),
        "more years after needed than taken": at("zones.approval", {"after": 2, "min_after": 3}),
        "placebo groups too large to list": at("zones.placebo_size", 20),
        "flows of a year without": at("zones.flow_year", 2018),
        "published results of no file": at("external.checks", "config/none.yaml"),
        "alpha in per cent": at("claims.alpha", 5),
        "claims about an unknown zone": at("claims.about", "atlantis"),
        "no registry": at("claims.registry", "config/none.yaml"),
        "claims of another form": at("claims.registry", "config/specs/inequality.yaml"),
        "a table that is not there": at("convergence.specs", "config/none.tsv"),
        "a table that is no table": at("convergence.specs", "config/study.yaml"),
        "a table of another chapter": at("convergence.specs", "config/specs/gravity.tsv"),
        "gravity of another chapter": at("linkage.gravity_specs", "config/specs/convergence.tsv"),
        "plan of another chapter": at("plan.specs", "config/specs/similarity.tsv"),
        "similarity of another chapter": at("similarity.specs", "config/specs/plan_outcomes.tsv"),
        "inequality of another chapter": at("inequality.specs", "config/specs/recovery.yaml"),
        "two folders of one name": at("pathvars", {"logs": "results"}),
    }.items():
        yield Variant("does not fit", name, changes)
    for folder in ("data/raw", "data", "guantian", "paper", "config", "packages", "tests", "docs",
                   ".git", "workflow", "assets", "profiles", "../elsewhere", "/tmp/x", "a b",
                   "x;rm", "$HOME", "results/../data/raw", "Data/Raw", ""):  # fmt: skip
        for key in ("results", "processed", "logs", "benchmarks"):
            yield Variant("a source folder", f"{key}: {folder}", at(f"pathvars.{key}", folder))


def right_ones(base: Mapping[str, Any]) -> Iterator[Variant]:
    """Changes that are right and must be accepted, so that refusing everything is no virtue."""
    zones = sorted(path.stem for path in (ROOT / "config/zones").glob("*.yaml"))
    for zone in zones:
        yield Variant("right", f"zone {zone}", {"zone": zone}, accepted=True)
    for file in ("small", "verify"):
        overrides = read_yaml(ROOT / f"config/{file}.yaml")
        yield Variant("right", file, overrides, accepted=True)
    for name, changes in {
        "no change": {},
        "confidence of a half": at("confidence", 0.5001),
        "whole kilometres": at("weights.cutoff_km", 250),
        "kilometres with a fraction": at("weights.cutoff_km", 250.5),
        "no controls": at("spillovers.controls", []),
        "other folders": at("pathvars.results", "results/mine"),
        "registered population": at("population.basis", "registered"),
        "fewer placebos": at("plan", {f"n_placebos{kind}": 50 for kind in ("", "_slow", "_curve",
                                                                         "_completion")}),
        "no placebo dates": at("plan.placebo_dates", []),
        "other neighbours": at("weights.nearest", 7),
        "weights of other neighbours": at("weights.nearest", 7) | at("growth.weights", "nearest_7"),
        "a split of none": at(
            "reactions.outcomes",
            [outcome | {"split": None} for outcome in base["reactions"]["outcomes"]],
        ),
    }.items():  # fmt: skip
        yield Variant("right", name, changes, accepted=True)


def variants() -> list[Variant]:
    """List every variant, in order."""
    base = base_config()
    found = [
        *by_type(base),
        *sections(),
        *years_turned(base),
        *cross_checks(base),
        *damaged_files(),
        *right_ones(base),
    ]
    return found


def copy_project(folder: Path) -> Path:
    """Copy what is read at the start into a folder."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    (folder / "data/raw").mkdir(parents=True)
    for name in RAW:
        shutil.copy(ROOT / "data/raw" / name, folder / "data/raw" / name)
    return folder


@cache
def base_config() -> dict[str, Any]:
    """Read the study's own configuration, with the defaults of what it leaves out."""
    given = read_yaml(ROOT / STUDY)
    return with_defaults(given, Study.model_validate(given))


def outcome_of(variant: Variant, folder: Path) -> tuple[str, str]:
    """Try a variant: "sentence", "silent" or "bare", and what was said."""
    root = ROOT
    if variant.damage is not None:
        root = copy_project(folder)
        variant.damage(root)
    config = merged(base_config(), variant.overrides)
    try:
        read_study(config, root, [STUDY])
    except (ConfigError, UnreadableError) as error:
        said = str(error)
        whole = "\n" not in said and said.endswith(".") and len(said) < 1500
        return ("sentence" if whole else "bare"), said
    except Exception as error:
        return "bare", f"{type(error).__name__}: {error}"
    return "silent", ""


def faults_of(chosen: list[Variant]) -> tuple[Counter, list[str]]:
    """Try variants; count outcomes by kind, and list what was not as it should be."""
    counts: Counter = Counter()
    faults = []
    for variant in chosen:
        if variant.damage is None:
            outcome, said = outcome_of(variant, ROOT)
        else:
            with tempfile.TemporaryDirectory() as folder:
                outcome, said = outcome_of(variant, Path(folder))
        if outcome == "sentence" and variant.kind in BY_TYPE:
            # The sentence must be about the option that was changed.
            section = variant.name.split(" ")[0].split(".")[0]
            outcome = "sentence" if section in said else "bare"
        if outcome == "sentence" and variant.kind == "does not fit" and "no such key" in said:
            outcome = "bare"  # the variant itself is misspelt
        counts[variant.kind, outcome] += 1
        if outcome != ("silent" if variant.accepted else "sentence"):
            faults.append(f"{variant.kind}: {variant.name}: {outcome} {said}".rstrip())
    return counts, faults


def main() -> int:
    """Try all variants and print the table."""
    chosen = variants()
    counts, faults = faults_of(chosen)
    print(f"{'kind':42} {'sentence':>9} {'accepted':>9} {'bare':>5}")
    for kind in dict.fromkeys(variant.kind for variant in chosen):
        numbers = [counts[kind, outcome] for outcome in ("sentence", "silent", "bare")]
        print(f"{kind:42} {numbers[0]:9} {numbers[1]:9} {numbers[2]:5}")
    print(f"{len(chosen)} variants, {len(faults)} not as they should be.")
    for fault in faults:
        print("  " + fault)
    return min(len(faults), 100)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
