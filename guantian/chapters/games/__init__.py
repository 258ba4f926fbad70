"""The claims as games, calibrated."""
