"""Structure of regional economies: similarity, specialisation, duplication, market segmentation."""

from regiometrics.structure.duplication import (
    benchmarked,
    capital_output,
    co_movement,
    common_years,
    dispersion,
    growth_net_of_years,
    outgrowth,
    wide,
)
from regiometrics.structure.segmentation import (
    adjacent_provinces,
    price_changes,
    relative_price_variance,
    variance_of_rounding,
    within_rounding,
)
from regiometrics.structure.similarity import (
    INDICES,
    bray_curtis,
    cosine,
    hellinger,
    krugman,
    overlap,
)
from regiometrics.structure.specialisation import location_quotients, specialisation

__all__ = [
    "INDICES",
    "adjacent_provinces",
    "benchmarked",
    "bray_curtis",
    "capital_output",
    "co_movement",
    "common_years",
    "cosine",
    "dispersion",
    "growth_net_of_years",
    "hellinger",
    "krugman",
    "location_quotients",
    "outgrowth",
    "overlap",
    "price_changes",
    "relative_price_variance",
    "specialisation",
    "variance_of_rounding",
    "wide",
    "within_rounding",
]
