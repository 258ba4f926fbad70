"""Captions and the chapters' numbers in; what the paper says beside its exhibits out, as JSON."""

import json
from pathlib import Path

from _job import job

from guantian.present.captions import typeset_captions

with job(snakemake):
    numbers = {
        Path(path).stem: json.loads(Path(path).read_text(encoding="utf-8"))
        for path in snakemake.input.chapters
    }
    said = typeset_captions(numbers or None, **snakemake.params.values)
    Path(snakemake.output[0]).write_text(
        json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
