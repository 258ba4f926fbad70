"""Do the cities converge? Dispersion and growth against the initial level."""
