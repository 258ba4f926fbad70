"""Competition between local governments: likeness, markets, duplication, burden and reaction."""
