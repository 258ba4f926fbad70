"""Data: raw tables, checks, corrections."""
