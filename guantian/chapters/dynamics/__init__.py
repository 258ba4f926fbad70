"""Clubs, distribution dynamics and neighbours."""
