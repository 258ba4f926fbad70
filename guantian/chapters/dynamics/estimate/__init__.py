"""Estimates of the chapter dynamics."""
