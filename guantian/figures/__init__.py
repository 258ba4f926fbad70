"""Figures: estimates and panel in, picture out; nothing is estimated here."""
