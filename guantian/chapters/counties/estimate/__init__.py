"""Estimates of the chapter on counties."""
