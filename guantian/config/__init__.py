"""The configuration: typed options, checked before anything runs.

Each chapter declares its options in ``guantian/chapters/<name>/config.py``; `Study` composes
them. The JSON schema (``workflow/schemas/config.schema.json``) and the tables of
``config/README.md`` are written from the models: ``python -m guantian.config --write``.
"""

from guantian.config.reading import Given, load_study, merged, read_study
from guantian.config.study import Study, folders_of
from guantian.options import ConfigError

__all__ = ["ConfigError", "Given", "Study", "folders_of", "load_study", "merged", "read_study"]
