# The study's choices, checked before anything runs: a wrong one stops with one sentence.

import csv
import json
import sys
from pathlib import Path
from shlex import quote

import jsonschema
import yaml
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
    """Read a zone and check its codes against the figures."""
    path = ROOT / f"config/zones/{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(zone.stem for zone in path.parent.glob("*.yaml")))
        raise WorkflowError(
            f"The configuration is wrong at zone: {name!r} is not among {known}."
        )
    return read_yaml(path)


def stop_on_unknown_code(where, codes, column):
    """Stop where a code is not in the figures."""
    with open(ROOT / "data/raw/city_names.csv", encoding="utf-8") as names:
        known = {row[column] for row in csv.DictReader(names)}
    for code in codes:
        if code not in known:
            raise WorkflowError(
                f"{where} names the code {code!r}, which is not in the figures "
                f"(data/raw/city_names.csv, column {column})."
            )


def library(*rooms):
    """List modules of the library: what takes them as input reruns when one changes."""
    files = [ROOT / "guantian/estimates.py"]
    for room in rooms:
        path = ROOT / "guantian" / room
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [str(path.relative_to(ROOT)) for path in files]


def figure_forms(name):
    """The formats of a figure, the first for screens; the last is its data."""
    return multiext(f"{RESULTS}/figures/{name}", ".png", ".svg", ".pdf", ".csv")


def table_forms(name):
    """The formats of a table; the first is for screens."""
    return multiext(f"{RESULTS}/tables/{name}", ".html", ".csv", ".tex")


def shown(forms, category, title, caption=None):
    """The forms of a result, the first of them in the report with its caption and label.

    One label only: of a second one that takes two values, each in half of a list or of what a
    search finds, Snakemake's report makes a switch that finds half of the results nowhere.
    """
    first, *others = forms
    kind = "table" if first.endswith(".html") else "figure"
    caption = f"../report/{caption or Path(first).stem}.rst"
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
ZONE = read_zone(config["zone"])
ZONE_CODES = sorted(member["code"] for member in ZONE["members"])
stop_on_unknown_code(f"config/zones/{config['zone']}.yaml", ZONE_CODES, "city_code")
stop_on_unknown_code("The configuration, at region,", config["region"], "province_code")

PROCESSED, RESULTS = config["folders"]["processed"], config["folders"]["results"]
LOGS, BENCHMARKS = config["folders"]["logs"], config["folders"]["benchmarks"]
ENVIRONMENT = "../../environment.yml"
FONTS = ["assets/fonts/NotoSansSC-Regular.otf", "assets/fonts/NotoSansSC-Bold.otf"]

# What the chapters make; each chapter's file adds its own.
ESTIMATES, FIGURES, TABLES, CHAPTER_NUMBERS = [], [], [], []
