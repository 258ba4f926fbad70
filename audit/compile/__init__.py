"""Rebuild raw tables from checkouts of their sources, one module for each source.

``python -m audit.compile SOURCES`` (or ``make from-sources SOURCES=folder``) reads the files that
``data/sources.csv`` names, at the commits that it names, makes the tables again and compares them
with ``data/raw`` cell by cell. ``SOURCES`` holds a checkout, or a bare clone, of each repository,
under its name or under owner and name. Sources without a module are listed, and so are those whose
checkout is missing: nothing is downloaded.
"""
