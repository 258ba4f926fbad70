"""What a configuration names must exist, and what it asks for must fit together.

Types and ranges are the models' business; here are the files that the configuration names, the
codes and names in them, and choices of one section that another must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from guantian.config import specs
from guantian.files import UnreadableError, read_json, read_rows
from guantian.geography.provinces import NEIGHBOURS

if TYPE_CHECKING:
    from guantian.config.study import Study, Where
    from guantian.geography.zones import Zone

NAMES = "data/raw/city_names.csv"
EVENTS = "data/raw/acts.csv"
PACKAGE = "data/raw/datapackage.json"
#: Models of growth with spillovers that are estimated under every weights matrix.
Stop = Callable[[str, str], None]


def check_study(study: Study, zone: Zone, root: Path, where: Where) -> None:
    """Stop with one sentence where the configuration names what there is not, or does not fit.

    Parameters
    ----------
    study
        The configuration, its types checked and the zone's choices filled in.
    zone
        The zone under study.
    root
        The top of the project.
    where
        Says which file holds a key, and stops.

    Raises
    ------
    ConfigError
        For the first error.
    UnreadableError
        If a file that it names cannot be read.
    """
    known = Known(study, root)
    _codes(study, zone, known, where.stop)
    _variables(study, known, where.stop)
    read = specs.read_specs(study, root, where.stop)
    _specs(study, read, where.stop)
    _years(study, read, where.stop)
    _weights(study, where.stop)
    _draws(study, where.stop)
    _files(study, root, where.stop)


@dataclass(frozen=True)
class Known:
    """What the project's data name."""

    study: Study
    root: Path

    @cached_property
    def names(self) -> list[dict[str, str]]:
        """Cities with their provinces."""
        columns = ["city_code", "province_code"]
        return read_rows(self.root / NAMES, columns, NAMES)

    @cached_property
    def resources(self) -> list[dict]:
        """What the data package describes."""
        resources = read_json(self.root / PACKAGE, PACKAGE).get("resources")
        if not isinstance(resources, list) or not resources:
            raise UnreadableError(f"{PACKAGE} has no resources; expected a list of the raw tables.")
        for number, resource in enumerate(resources, start=1):
            if not isinstance(resource, dict) or not {"name", "path"} <= set(resource):
                raise UnreadableError(
                    f"{PACKAGE}, resource {number}: no name or no path; expected both."
                )
        return resources

    def columns(self, tables: Collection[str]) -> set[str]:
        """Return the numeric columns of described tables."""
        return {
            field["name"]
            for resource in self.resources
            if resource["name"] in tables
            for field in (resource.get("schema") or {}).get("fields") or []
            if field.get("type") in ("number", "integer")
            and field["name"] != "year"
            and field.get("unit") != "0 or 1"
        }


def stop_on_unknown(
    values: Iterable[object], known: Collection[object], among: str, key: str, stop: Stop
) -> None:
    """Stop at the first value that is not among the known ones."""
    for value in values:
        if value not in known:
            stop(key, f"{value!r} is not among {among}")


def _codes(study: Study, zone: Zone, known: Known, stop: Stop) -> None:
    # Of mainland China: Taiwan, Hong Kong and Macao keep other accounts.
    provinces = {row["province_code"] for row in known.names} & set(NEIGHBOURS)
    cities = {row["city_code"] for row in known.names}
    border = study.growth.border
    for key, codes in (
        ("region", study.region),
        ("checks.plant_in", study.checks.plant_in),
        ("plan.exclude_provinces", study.plan.exclude_provinces),
        ("growth.border.provinces", border.provinces or ()),
    ):
        stop_on_unknown(codes, provinces, f"the provinces of mainland China in {NAMES}", key, stop)
    for key, codes in (
        ("checks.focus", study.checks.focus),
        ("growth.border.exclude_cities", border.exclude_cities or ()),
        ("games.centres", study.games.centres),
    ):
        stop_on_unknown(codes, cities, f"the cities of {NAMES}", key, stop)
    for code in zone.provinces:
        if code not in study.region:
            stop("region", f"{code}, a province of the zone {zone.id}, is not in it; add it")
        if code in study.plan.exclude_provinces and code == f"{zone.core[:2]}0000":
            stop(
                "plan.exclude_provinces", f"{code} is the province of the zone's core; leave it out"
            )
    second = study.linkage.compare_with
    among = f"the zones of config/zones; {second!r}.yaml is not there"
    files = {path.stem for path in (known.root / "config/zones").glob("*.yaml")}
    stop_on_unknown([second] if second else [], files, among, "linkage.compare_with", stop)
    events = {row["id"]: row for row in read_rows(known.root / EVENTS, ["id", "members"], EVENTS)}
    stop_on_unknown(study.plan.events, events, f"the ids of {EVENTS}", "plan.events", stop)
    for name in study.plan.events:
        if not events[name]["members"].split():
            stop("plan.events", f"{name!r} names no city in {EVENTS}; expected an event that does")


def _variables(study: Study, known: Known, stop: Stop) -> None:
    numeric = specs.numeric_variables()
    for key, names in (
        ("convergence.figures.levels", study.convergence.figures.levels),
        ("site.variables", study.site.variables),
        ("spillovers.outcome", [study.spillovers.outcome]),
        ("spillovers.controls", study.spillovers.controls),
    ):
        stop_on_unknown(names, numeric, "the variables of the panel that are quantities", key, stop)
    from guantian.chapters.reactions.config import TABLES

    columns = known.columns(TABLES)
    among = f"the columns of {', '.join(TABLES)} that are quantities"
    for key, outcome in [
        *(
            (f"reactions.outcomes, entry {number}, variable", outcome)
            for number, outcome in enumerate(study.reactions.outcomes, start=1)
        ),
        ("reactions.growth.variable", study.reactions.growth),
    ]:
        stop_on_unknown([outcome.variable], columns, among, key, stop)


def _specs(study: Study, read: specs.Specs, stop: Stop) -> None:
    convergence = f"the specifications of {study.convergence.specs}"
    for key, names in (
        ("convergence.figures.sigma", study.convergence.figures.sigma),
        ("convergence.figures.beta", study.convergence.figures.beta),
        ("dynamics.specs", study.dynamics.specs),
    ):
        stop_on_unknown(names, read.convergence, convergence, key, stop)
    gravity = f"the specifications of {study.linkage.gravity_specs}"
    stop_on_unknown(study.linkage.predict_by, read.gravity, gravity, "linkage.predict_by", stop)
    for name in study.linkage.predict_by:
        row = read.gravity[name]
        if row["treatment"] == "censored" or row["pairs"] != "all":
            stop(
                "linkage.predict_by",
                f"{name!r} is not a Poisson model of all pairs; expected one in "
                f"{study.linkage.gravity_specs}",
            )
    wanted = study.games.gravity
    stop_on_unknown([wanted.variant], read.gravity, gravity, "games.gravity.variant", stop)
    method = read.gravity[wanted.variant]["treatment"]
    if wanted.method != method:
        stop(
            "games.gravity.method",
            f"{wanted.method!r}; expected {method!r}, as {wanted.variant!r} is estimated in "
            f"{study.linkage.gravity_specs}",
        )
    plan = f"the outcomes of {study.plan.specs}"
    stop_on_unknown(study.plan.curve.outcome, read.plan, plan, "plan.curve.outcome", stop)
    outcomes = [outcome.name for outcome in study.reactions.outcomes]
    stop_on_unknown(
        [study.games.reaction.outcome],
        outcomes,
        f"the outcomes of reactions: {', '.join(outcomes)}",
        "games.reaction.outcome",
        stop,
    )


def _years(study: Study, read: specs.Specs, stop: Stop) -> None:
    years = study.years
    growth, core, games, zones = study.growth, study.core_periphery, study.games, study.zones
    windows = growth.accounting.windows
    spans = {
        "spillovers.years": (study.spillovers.years.first, study.spillovers.years.last),
        "linkage.income_year": (study.linkage.income_year,) * 2,
        "growth.years": (growth.years.first - 1, growth.years.last),
        "growth.accounting.windows": (windows.whole[0], windows.whole[1]),
        "core_periphery.years": (core.years.first, core.years.last),
        "core_periphery.levels": (core.levels.first, core.levels.last),
        "core_periphery.windows": (core.windows.before[0], core.windows.after[1]),
        "games.year": (games.year - 1, games.year),
        "games.polycentric": (games.polycentric.first, games.polycentric.last),
        "games.programme": (games.programme.last - games.programme.years, games.programme.last),
        "zones.growth": (zones.growth.first, zones.growth.last),
        "zones.levels": (zones.levels.first, zones.levels.last),
        "zones.approval.years": (zones.approval.years.first, zones.approval.years.last),
        "dynamics.chains.break_year": (study.dynamics.chains.break_year,) * 2,
    }
    for key, (first, last) in spans.items():
        if first < years.first or last > years.last:
            asked = first if first == last else f"{first} to {last}"
            stop(
                key,
                f"{asked} is asked for; expected years from {years.first} to {years.last}, those "
                "of the panel",
            )
    if study.weights.economic_year >= study.spillovers.years.first:
        stop(
            "weights.economic_year",
            f"{study.weights.economic_year}; expected a year before "
            f"{study.spillovers.years.first}, the first of spillovers.years, so that growth does "
            "not make its own weights",
        )
    main = read.convergence[study.dynamics.main]
    first, last = int(main["first"]), int(main["last"])
    chains = study.dynamics.chains
    if not first < chains.break_year <= last:
        stop(
            "dynamics.chains.break_year",
            f"{chains.break_year}; expected a year from {first + 1} to {last}, within the "
            f"specification {study.dynamics.main!r}",
        )
    if chains.horizon >= last - first:
        stop(
            "dynamics.chains.horizon",
            f"{chains.horizon}; expected fewer years than the {last - first} of the specification "
            f"{study.dynamics.main!r}",
        )
    if study.dynamics.clubs.last_years > last - first - 5:
        stop(
            "dynamics.clubs.last_years",
            f"{study.dynamics.clubs.last_years} end years are tried; expected at most "
            f"{max(last - first - 5, 1)}, so that six years remain",
        )


def _weights(study: Study, stop: Stop) -> None:
    estimated = [
        "queen",
        f"nearest_{study.weights.nearest}",
        f"inverse_distance_{study.weights.cutoff_km:g}km",
        "economic",
    ]
    made = [*estimated, "flow", "travel_time"]
    among = f"the spatial weights: {', '.join(made)}"
    stop_on_unknown([study.growth.weights], made, among, "growth.weights", stop)
    stop_on_unknown([study.games.weights], made, among, "games.weights", stop)
    among = f"the weights of growth with spillovers: {', '.join(estimated)}"
    for key, chosen in (
        ("core_periphery.rho", study.core_periphery.rho),
        ("games.spillover", study.games.spillover),
    ):
        stop_on_unknown([chosen.weights], estimated, among, f"{key}.weights", stop)
        if chosen.variant in ("slx", "sem"):
            stop(
                f"{key}.variant",
                f"{chosen.variant!r} has no spillover of growth (rho); expected sar or sdm",
            )
    if study.games.spillover.weights != study.games.weights:
        stop(
            "games.weights",
            f"{study.games.weights!r}; expected the weights of games.spillover, "
            f"{study.games.spillover.weights!r}",
        )


def _draws(study: Study, stop: Stop) -> None:
    draws = study.placebo.draws
    for key, asked in (
        ("plan.n_placebos", study.plan.n_placebos),
        ("linkage.exact_draws", study.linkage.exact_draws),
    ):
        if asked > draws:
            stop(key, f"{asked} placebo zones; expected at most placebo.draws, {draws}")


def _files(study: Study, root: Path, stop: Stop) -> None:
    from guantian.declarations import claim_files, read_claims

    for key, folder in study.pathvars.model_dump().items():
        if (root / folder).exists() and not (root / folder).is_dir():
            stop(f"pathvars.{key}", f"{folder!r} is a file; expected a folder, or nothing, there")
    if not (root / study.claims.registry).exists():
        stop("claims.registry", f"{study.claims.registry}: no such file")
    registry, *more = claim_files(study.claims.registry, root)
    read_claims(registry, root, *more)
    if not (root / study.external.checks).is_file():
        stop("external.checks", f"{study.external.checks}: no such file")
