"""The chapter on dynamics: neighbours, clubs, the whole distribution and its persistence."""
