"""Run the scripts of a made study again, in the order in which they ran, to compare the bytes.

`python run_again.py [name ...]`, in the study's folder, runs what Snakemake left there under
``--skip-script-cleanup``: the same scripts with the same inputs, outputs and options. A name takes
the scripts of that name alone. Each runs in a process of its own, forked from this one, which has
imported what they all import: a start of Python and its imports cost more than most of the jobs.
"""

import importlib
import os
import runpy
import sys
from contextlib import suppress
from pathlib import Path

#: Imported by functions, when they are called.
LATE = ["great_tables", "matplotlib.pyplot", "pyarrow.parquet", "scipy.stats", "seaborn"]


def scripts(names=()):
    """The scripts in the order of their making; a job's begins when its inputs are made."""
    found = sorted(Path(".snakemake/scripts").glob("*.py"), key=lambda path: path.stat().st_mtime)
    return [path for path in found if not names or path.stem.partition(".")[2] in names]


def prepare():
    """Import what the scripts import."""
    from guantian.registry import chapters

    sys.path.append(str(Path("workflow/scripts").resolve()))
    for chapter in chapters():
        for stage in chapter.stages:
            stage.function()
    for name in ("snakemake.script", *LATE):
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)


def run(path):
    """Run a script in a process of its own; return whether it ended well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            runpy.run_path(str(path))
            code = 0
        except SystemExit as end:
            code = end.code
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


if __name__ == "__main__":
    prepare()
    chosen = scripts(sys.argv[1:])
    print(len(chosen))
    for path in chosen:
        if not run(path):
            sys.exit(f"{path.name} stopped")
