"""Run one stage of one chapter: the function that the chapter declares."""

import gc
from pathlib import Path
from types import SimpleNamespace

from _job import job, settle

from guantian.registry import Job, chapters

with job(snakemake):
    params = snakemake.params
    (chapter,) = (each for each in chapters() if each.name == params.chapter)
    (stage,) = (each for each in chapter.stages if each.verb == params.verb)
    paths = {name: snakemake.input[name] for name in stage.inputs}
    folders = {path.parent.name: path.parent for path in map(Path, snakemake.output)}
    gc.disable()  # while modules are imported, as in _job
    run = stage.function()
    settle()
    run(
        Job(
            inputs=SimpleNamespace(
                **{k: v if isinstance(v, str) else list(v) for k, v in paths.items()}
            ),
            outputs=SimpleNamespace(**{name: snakemake.output[name] for name in stage.outputs}),
            options=params.options,
            figures=folders.get("figures", Path(params.results)),
            tables=folders.get("tables", Path(params.results)),
        )
    )
