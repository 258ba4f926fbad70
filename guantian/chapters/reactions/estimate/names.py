"""Officials, measures of growth and modes of competition, in the order of tables."""

OFFICIALS = ("secretary", "mayor")
MEASURES = ("same_year", "lagged", "three_years", "overbid")
MODES = ("confrontational", "differentiated", "cooperative", "no_response")
