"""Estimates of the chapter plan."""
