"""The text and the results in; the PDF out, by the standard PDF/UA-1. Any warning stops it."""

import json
from io import BytesIO
from pathlib import Path

from _job import job

import pikepdf
import typst

from guantian.registry import TEXTS, chapter_texts

with job(snakemake):
    text = snakemake.input.text
    try:
        pdf, warnings = typst.compile_with_warnings(
            text,
            root=".",
            font_paths=[str(Path(snakemake.input.fonts[0]).parent)],
            ignore_system_fonts=True,
            sys_inputs={
                "results": f"/{snakemake.params.results}",  # from the root above
                "parts": json.dumps({kind: chapter_texts(kind) for kind in TEXTS}),
            },
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        raise ValueError(f"{text} does not compile: {error.diagnostic}") from error
    if warnings:
        raise ValueError(f"{text} compiles with warnings: " + "; ".join(map(str, warnings)))
    # The tags that screen readers need are half of what Typst writes, packed an eighth of the file.
    pikepdf.settings.set_flate_compression_level(9)
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(
            snakemake.output[0],
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )
