"""Is the zone's convergence unusual? Inequality, beta and placebo zones."""
