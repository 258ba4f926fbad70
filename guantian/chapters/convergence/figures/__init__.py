"""Figures of the chapter convergence."""
