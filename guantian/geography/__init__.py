"""Boundaries, adjacency, spatial weights and placebo zones."""
