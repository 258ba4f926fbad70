"""Guantian (关天): the econometrics of a zone's local governments, as a library.

Packages, from the ground up: `results` (estimates, series and tests, each in one form),
`geography` and `data` (raw tables in, checked panel and weights out), `present` (tables, figures
and printed numbers), `chapters`, `claims`, and on top `site`. Imports go down only; no module
knows a path that it was not given.
"""

__version__ = "0.1.0"
