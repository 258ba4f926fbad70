"""Estimates of the chapter reactions."""
