"""Estimates of the chapter games."""
