"""Estimates of the chapter on all approved zones."""
