"""Estimates of the chapter inequality."""
