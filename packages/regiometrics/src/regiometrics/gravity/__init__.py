"""Gravity of flows: Poisson and tobit models on a grid of origins and destinations, networks."""
