"""Guantian (关天): the econometrics of a zone's local governments, as a library.

Rooms, from the ground up: ``estimates`` (the one tidy form of a result), ``data`` and
``geography`` (raw figures in, checked panel and weights out), ``panel`` and ``spatial`` (models),
the chapters (``convergence`` and its neighbours), and on top ``figures`` and ``tables``. Arrows go
down only; no module knows a path that it was not given.
"""

__version__ = "0.1.0"
