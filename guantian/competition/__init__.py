"""Competition between local governments: likeness, markets, reactions, the contest."""
