"""Estimates of the chapter growth."""
