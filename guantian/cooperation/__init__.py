"""Cooperation between cities: linkage, flows seen, and what a gravity model expects of them."""
