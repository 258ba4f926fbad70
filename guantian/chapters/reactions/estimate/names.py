"""How outcomes, measures and modes are called in tables and figures."""

OUTCOMES = {
    "expenditure": "Expenditure per head",
    "investment": "Investment per head",
    "target": "Growth target",
    "tax": "Tax over GDP",
}
OFFICIALS = ("secretary", "mayor")
MEASURES = {
    "same_year": "Growth, same year",
    "lagged": "Growth, year before",
    "three_years": "Growth, mean of three years",
    "overbid": "Target less province's",
}
MODES = ("confrontational", "differentiated", "cooperative", "no answer")
