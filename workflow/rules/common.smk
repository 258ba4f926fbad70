# The study's choices, checked before anything runs: a wrong one stops with one sentence.

import csv
import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from shlex import quote

import jsonschema
import yaml
from guantian.data.variables import VARIABLES
from guantian.present.captions import write_report_captions
from imports import modules_used
from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)


def read_schema():
    """Read the configuration's schema; each chapter's section has a file of its own."""
    folder = ROOT / "workflow/schemas"
    schema = json.loads((folder / "config.schema.json").read_text())
    for path in sorted((folder / "chapters").glob("*.schema.json")):
        section = path.name.removesuffix(".schema.json")
        schema["properties"][section] = json.loads(path.read_text())
        schema["required"].append(section)
    return schema


def stop_on_bad_config(config):
    """Hold the configuration against its schema; name the key, the value and what was expected."""
    schema = read_schema()
    errors = jsonschema.Draft202012Validator(schema).iter_errors(config)
    error = min(errors, key=lambda error: list(map(str, error.path)), default=None)
    if error:
        key = ".".join(map(str, error.path)) or "the top level"
        raise WorkflowError(f"The configuration is wrong at {key}: {error.message}.")
    stop_on_bad_years("years", config["years"])
    stop_on_bad_years("spatial_growth.years", config["spatial_growth"]["years"])
    for key, year in (
        ("base_year", config["base_year"]),
        ("weights.economic_year", config["weights"]["economic_year"]),
        ("spatial_growth.years", config["spatial_growth"]["years"]["first"]),
        ("spatial_growth.years", config["spatial_growth"]["years"]["last"]),
    ):
        if not config["years"]["first"] <= year <= config["years"]["last"]:
            raise WorkflowError(
                f"The configuration is wrong at {key}: {year} is not within years."
            )


def stop_on_bad_years(key, years):
    """Stop where a span of years ends before it begins."""
    first, last = years["first"], years["last"]
    if first >= last:
        raise WorkflowError(
            f"The configuration is wrong at {key}: first ({first}) must come before last ({last})."
        )


def read_yaml(path):
    """Read YAML by the compiled reader where there is one: ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)


def read_zone(name):
    """Read a zone; stop with one sentence where its file is not as the library expects."""
    path = ROOT / f"config/zones/{name}.yaml"
    # By its path: the room's other modules take seconds to load.
    spec = spec_from_file_location("zones", ROOT / "guantian/geography/zones.py")
    zones = sys.modules["zones"] = module_from_spec(spec)
    spec.loader.exec_module(zones)
    try:
        zones.read_zone(path, units=column_of("data/raw/city_names.csv", "city_code"))
    except ValueError as error:
        raise WorkflowError(f"config/zones is wrong at {error}")
    return read_yaml(path)


def column_of(path, column):
    """The entries of a column of a table, by commas or tabs."""
    try:
        with open(ROOT / path, encoding="utf-8") as table:
            rows = csv.DictReader(
                table, delimiter="\t" if path.endswith(".tsv") else ","
            )
            return {row[column] for row in rows}
    except (OSError, KeyError):
        raise WorkflowError(f"{path}: no such table, or no column {column} in it.")


def values_at(key):
    """What the configuration holds at a key, as a list; * is each entry of a list."""
    found = [config]
    for part in key.split("."):
        found = [
            inner
            for value in found
            for inner in (value if part == "*" else [value[part]])
        ]
    return [
        inner
        for value in found
        for inner in (value if isinstance(value, list) else [value])
    ]


def stop_on_unknown(known, among, *keys):
    """Stop where the configuration names what there is not."""
    for key in keys:
        for value in values_at(key):
            if value not in known:
                raise WorkflowError(
                    f"The configuration is wrong at {key}: {value!r} is not among {among}."
                )


def stop_on_unknown_names():
    """Hold every code and name in the configuration against what it means."""
    names = "data/raw/city_names.csv"
    stop_on_unknown(
        {path.stem for path in (ROOT / "config/zones").glob("*.yaml")},
        "the zones of config/zones",
        "zone",
        "linkage.compare_with",
        "claims.about",
    )
    stop_on_unknown(
        column_of(names, "province_code"),
        f"the provinces of {names}",
        "region",
        "checks.plant_in",
        "plan.earthquake_affected",
        "growth.border.provinces",
    )
    stop_on_unknown(
        column_of(names, "city_code"),
        f"the cities of {names}",
        "checks.focus",
        "growth.border.doubtful",
        "games.centres",
    )
    stop_on_unknown(
        {variable.name for variable in VARIABLES},
        "the variables of the panel",
        "figures.levels",
        "site.variables",
        "spatial_growth.outcome",
        "spatial_growth.controls",
    )
    specs = config["convergence"]["specs"]
    stop_on_unknown(
        column_of(specs, "spec"),
        f"the specifications of {specs}",
        "figures.sigma",
        "figures.beta",
        "dynamics.specs",
        "dynamics.clubs.specs",
        "dynamics.unit_roots.specs",
    )
    specs = config["linkage"]["gravity_specs"]
    stop_on_unknown(
        column_of(specs, "spec"),
        f"the specifications of {specs}",
        "linkage.predict_by",
        "games.gravity.variant",
    )
    specs = config["plan"]["specs"]
    stop_on_unknown(
        column_of(specs, "outcome"), f"the outcomes of {specs}", "plan.curve.outcome"
    )
    for key, among in (
        ("dynamics.main", "dynamics.specs"),
        ("growth.core", "growth.regressors"),
        ("linkage.mapped", "linkage.resolutions"),
        ("reactions.outlays", "reactions.outcomes.*.name"),
        ("games.reaction.outcome", "reactions.outcomes.*.name"),
    ):
        stop_on_unknown(values_at(among), among, key)


def code_of(script):
    """A script and what it uses of the library: a change in either reruns the rule."""
    modules = modules_used(ROOT / script, ROOT)
    return [script, *[str(path.relative_to(ROOT)) for path in modules]]


def module_file(module):
    """The file of a module of the study."""
    place = ROOT.joinpath(*module.split("."))
    path = (
        place / "__init__.py" if place.is_dir() else place.with_name(f"{place.name}.py")
    )
    return str(path.relative_to(ROOT))


def files_in(folder, pattern):
    """Files of a folder, in alphabetical order."""
    paths = (ROOT / folder).glob(pattern)
    return sorted(str(Path(folder) / path.relative_to(ROOT / folder)) for path in paths)


def figure_forms(name):
    """The formats of a figure, the first for screens; the last is its data."""
    return multiext(f"{RESULTS}/figures/{name}", ".png", ".svg", ".pdf", ".csv")


def table_forms(name):
    """The formats of a table; the first is for screens."""
    return multiext(f"{RESULTS}/tables/{name}", ".html", ".csv", ".tex")


def shown(forms, category, title):
    """The forms of a result, the first of them in the report with its caption and label.

    One label only: of a second one that takes two values, each in half of a list or of what a
    search finds, Snakemake's report makes a switch that finds half of the results nowhere.
    """
    first, *others = forms
    kind = "table" if first.endswith(".html") else "figure"
    caption = REPORT_CAPTIONS[f"{kind}s", Path(first).stem]
    labels = {"result": f"{title} ({kind})"}
    return [report(first, caption=caption, category=category, labels=labels), *others]


def read_checked(path, kind):
    """Read claims or evidence and hold them against their schema; stop with one sentence."""
    schema = json.loads((ROOT / "workflow/schemas/claims.schema.json").read_text())
    schema = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    read = read_yaml(ROOT / path) or []
    errors = jsonschema.Draft202012Validator(schema).iter_errors(read)
    error = min(errors, key=lambda error: list(map(str, error.path)), default=None)
    if error:
        first, *where = error.path or ["the top level"]
        claim = read[first].get("id", first) if isinstance(first, int) else first
        place = ".".join(map(str, [claim, *where]))
        raise WorkflowError(f"{path} is wrong at {place}: {error.message}.")
    return read


def estimates_behind(evidence):
    """The files of estimates on which the claims rest."""
    entries = [entry for path in evidence for entry in read_checked(path, "evidence")]
    parts = [
        part
        for entry in entries
        for kind in ("parts", "illustration")
        for part in entry.get(kind) or []
    ]
    names = sorted({part["estimate"]["file"] for part in parts})
    return [f"{RESULTS}/estimates/{name}.parquet" for name in names]


stop_on_bad_config(config)
stop_on_unknown_names()
ZONE = read_zone(config["zone"])
ZONE_CODES = sorted(member["code"] for member in ZONE["members"])

PROCESSED, RESULTS = config["folders"]["processed"], config["folders"]["results"]
LOGS, BENCHMARKS = config["folders"]["logs"], config["folders"]["benchmarks"]
ENVIRONMENT = "../../environment.yml"
ZONE_FILES = files_in("config/zones", "*.yaml")
FONTS = ["assets/fonts/NotoSansSC-Regular.otf", "assets/fonts/NotoSansSC-Bold.otf"]

# Captions stand in the chapters' captions.yaml; Snakemake's report wants a file for each.
REPORT_CAPTIONS = {
    (kind, name): str(path.resolve())
    for (_, kind, name), path in write_report_captions(
        ".snakemake/report_captions",
        confidence=f"{100 * config['confidence']:g}",
        base_year=config["base_year"],
        zone_name=ZONE["name_en"],
        power="0.8",
    ).items()
}

# What the chapters make; each chapter's file adds its own.
ESTIMATES, FIGURES, TABLES, CHAPTER_NUMBERS = [], [], [], []
