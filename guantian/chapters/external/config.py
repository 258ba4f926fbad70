"""Options of the chapter on published results."""

from __future__ import annotations

from guantian.options import Options, Yaml


class External(Options):
    """Published results that are compared with the study's own."""

    checks: Yaml
    """The published results: value, source, design, and which rows of results answer them."""
