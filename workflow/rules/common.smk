# The study's choices, checked before anything runs: a wrong one stops with one sentence.

import json
import os
import sys
from functools import cache
from pathlib import Path
from shlex import quote

from guantian import folders
from guantian.config import ConfigError, read_study
from guantian.files import UnreadableError
from guantian.geography.zones import as_config, read_zone as read_zone_file
from guantian.labels import in_words
from guantian.present.captions import caption, rest_text, write_report_captions
from forked import fork_scripts
from imports import modules_used
from snakemake.exceptions import WorkflowError
from snakemake.persistence import PersistenceBase
from snakemake_interface_executor_plugins.settings import ExecMode

# Snakemake imports jsonschema at every start, and that, where a tool brought it, a grammar of web
# addresses that nothing here needs: half of a start with nothing to do.
sys.modules.setdefault("rfc3987_syntax", None)

# It compares the parameters of rules with those of the last run, and imports pandas for tables
# among them. There are none here, and the import is a quarter of a start with nothing to do.
PersistenceBase._serialize_param = property(
    lambda records: records._serialize_param_builtin
)

ROOT = Path(workflow.current_basedir).parents[1]
os.environ.update(GUANTIAN_TOP=str(ROOT))  # for environment.post-deploy.sh


@cache
def source(path):
    """The path of one of the project's own files, from where Snakemake runs.

    That is the project's folder itself, unless another workflow uses this one as a module.
    """
    return os.path.relpath(ROOT / path)


def checked(config):
    """Check the configuration; stop with one sentence."""
    # The files that were read, later ones in force; --config is named by no file.
    sources = ["config/study.yaml", *map(str, workflow.overwrite_configfiles or [])]
    try:
        return read_study(config, ROOT, sources)
    except (ConfigError, UnreadableError) as error:
        raise WorkflowError(str(error))


def with_pathvars(config):
    """Take the folders that another workflow's `module` statement names by its `pathvars`."""
    known = workflow.pathvars
    named = {name: path for name, path in known.items.items() if known.level[name] < 2}
    if not named:
        return config
    places = config.get("pathvars")
    return {
        **config,
        "pathvars": {**(places if isinstance(places, dict) else {}), **named},
    }


def mark_folders():
    """Mark what the study makes, so that cleaning removes that alone; stop on what it did not."""
    if set(map(str, workflow.dag_settings.targets)) == {"clean_results"}:
        return
    try:
        folders.mark([PROCESSED, RESULTS, LOGS, BENCHMARKS], ROOT, GIVEN.zone.id)
    except folders.FolderError as error:
        raise WorkflowError(str(error))


def stop_timers():
    """Let the scheduler wait for jobs alone.

    It may start a hundred jobs a second, and for that each of its rounds sets a timer that causes
    another round, so that every finished job adds one for good: a tenth of the time of a run.
    """
    if workflow.local_exec and hasattr(workflow.scheduler, "job_rate_limiter"):
        workflow.scheduler.job_rate_limiter = None


def fork_workers():
    """Fork the scripts of a run on this machine from one process with their imports."""
    if workflow.local_exec and workflow.exec_mode == ExecMode.DEFAULT:
        fork_scripts(ROOT / "workflow/scripts/_worker.py")


def describe_run():
    """Leave the run's inputs, steps, outputs and software as an RO-Crate at the project's top."""
    if ROOT != Path.cwd():
        return
    from guantian import crate

    jobs = crate.read_jobs(".snakemake/metadata", ROOT, [PROCESSED, RESULTS])
    if jobs:
        described = crate.describe(
            jobs,
            ROOT,
            title=f"Guantian, run for the zone {GIVEN.zone.name_en}",
            description="A run of the study of convergence, competition, cooperation and growth.",
            messages={rule.name: rule.message for rule in workflow.rules},
            author="The Guantian authors",
            licence="MIT",
        )
        crate.write_crate(described, ROOT)


def read_zone(name):
    """Read a zone; stop with one sentence where its file is not as expected."""
    try:
        return as_config(read_zone_file(ROOT / f"config/zones/{name}.yaml"))
    except ValueError as error:
        raise WorkflowError(f"config/zones/{error}")


def code_of(script):
    """A script and what it uses of the library: a change in either reruns the rule."""
    try:
        modules = modules_used(ROOT / script, ROOT)
    except FileNotFoundError as error:
        name = Path(error.filename).relative_to(ROOT)
        if name.name == "__init__.py" and not (ROOT / name).parent.exists():
            name = name.parent.with_suffix(".py")  # a module was looked for
        raise WorkflowError(
            f"{name} is missing, which {script} uses: put it back (`git checkout {name}`)."
        )
    return [source(script), *map(source, modules)]


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
    return sorted(map(source, paths))


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


def claims_shown(kind, names):
    """The forms of the ledger's figures or tables, with their captions."""
    forms = figure_forms if kind == "figures" else table_forms
    return [
        shown(forms(name), "Claims", caption("claims", name, kind).title)
        for name in names
    ]


GIVEN = checked(with_pathvars(config))
config.update(GIVEN.config)  # what the zone's file says is filled in
ZONE = as_config(GIVEN.zone)
ZONE_CODES = sorted(GIVEN.zone.codes)

PROCESSED, RESULTS = GIVEN.folders.processed, GIVEN.folders.results
LOGS, BENCHMARKS = GIVEN.folders.logs, GIVEN.folders.benchmarks
ENVIRONMENT = "../../environment.yml"
ZONE_FILES = files_in("config/zones", "*.yaml")
FONTS = [
    source(f"assets/fonts/NotoSansSC-{weight}.otf") for weight in ("Regular", "Bold")
]

# Captions stand in the chapters' captions.yaml; Snakemake's report wants a file for each.
CAPTION_VALUES = dict(
    confidence=f"{100 * config['confidence']:g}",
    base_year=config["base_year"],
    power="0.8",
    treated_year=GIVEN.zone.first_treated,
    zone=GIVEN.zone.id,
    zone_name=ZONE["name_en"],
)
with in_words(GIVEN.words):
    REPORT_CAPTIONS = {
        (kind, name): str(path.resolve())
        for (_, kind, name), path in write_report_captions(
            ".snakemake/report_captions", **CAPTION_VALUES
        ).items()
    }

# What the chapters make; each chapter's file adds its own.
ESTIMATES, FIGURES, TABLES, CHAPTER_NUMBERS = [], [], [], []
