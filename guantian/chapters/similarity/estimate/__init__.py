"""Estimates of the chapter similarity."""
