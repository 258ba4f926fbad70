"""Zones, boundaries and placebo sets of the study."""
