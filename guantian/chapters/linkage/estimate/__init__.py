"""Estimates of the chapter linkage."""
