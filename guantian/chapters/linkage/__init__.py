"""Flows between cities: gravity, networks and linkage."""
