"""Estimates of the chapter core_periphery."""
