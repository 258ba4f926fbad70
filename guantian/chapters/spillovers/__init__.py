"""Growth with spatial spillovers."""
