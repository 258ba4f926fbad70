"""Are structures similar, markets segmented and construction duplicated? Structures and prices."""
