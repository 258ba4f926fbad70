"""From a value back to the raw cells, corrections and sources behind it."""
