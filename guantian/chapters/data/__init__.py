"""The data: sources, corrections, maps."""
