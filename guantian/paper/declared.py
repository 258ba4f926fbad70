"""The quantities that the main paper names, by section."""

from __future__ import annotations

from collections.abc import Mapping

from guantian.paper.quantities import (
    PERCENT,
    PERCENT_1,
    PLAIN,
    POINTS,
    RATE,
    THOUSANDTHS,
    Quantity,
    Scale,
    primary,
)


def beside(kind: str, chapter: str, variant: str, *, scale: Scale = PLAIN, **common):
    """Return a function that declares evidence beside a primary test.

    Parameters
    ----------
    kind
        ``secondary`` or ``falsification``.
    chapter, variant
        Whose estimates, and the statement that the evidence bears on.
    scale
        How it is printed.
    **common
        Columns to values that all of it shares; the sample is China unless given.
    """
    shared: Mapping[str, object] = {"analysis": kind, "variant": variant, "sample": "china"}

    def declare(key: str, **own) -> Quantity:
        return Quantity(key, chapter, {**shared, **common, **own}, scale)

    return declare


_trend = beside(
    "secondary", "similarity", "S1.3", scale=THOUSANDTHS, measure="krugman", errors="province"
)
_built = beside("secondary", "reactions", "S1.4", measure="growth", method="")
_slope = beside(
    "secondary", "reactions", "S1.7", outcome="investment", term="slope", measure="growth"
)
_late = beside("secondary", "reactions", "S2.1", setting=57)
_fast = beside("secondary", "growth", "S1.1a", scale=RATE, term="mean", errors="", weights="")
_whole = {"first_year": 2000, "last_year": 2019}

GROWTH = (
    primary("growth.china", "growth", "S1.1a", RATE),
    primary("growth.zone", "growth", "S1.1a", RATE, sample="zone"),
    _fast("growth.china_retro", outcome="gdp_growth_retrospective_pct", **_whole),
    _fast("growth.china_first", outcome="gdp_growth_first_published_pct", **_whole),
    _fast("growth.zone_retro", outcome="gdp_growth_retrospective_pct", sample="zone", **_whole),
    _fast("growth.zone_first", outcome="gdp_growth_first_published_pct", sample="zone", **_whole),
)
MARKETS = (
    primary("segmentation.growth", "growth", "S2.b"),
    beside("falsification", "growth", "S2.b")("segmentation.lead"),
)
STRUCTURES = (
    primary("similarity.early", "similarity", "S1.3", THOUSANDTHS),
    primary("similarity.zone", "similarity", "S1.3", THOUSANDTHS, sample="zone"),
    _trend("similarity.late", variable="units_late", group="with"),
    _trend("similarity.districts", variable="districts", group="with"),
    _trend("similarity.branches", variable="branches", group="with"),
    _trend("similarity.census", variable="census", group="with"),
    _trend("similarity.census_without", variable="census", group="without"),
    beside("falsification", "similarity", "S1.3", scale=THOUSANDTHS)("similarity.far"),
    primary("debt.china", "similarity", "S1.5", RATE),
    primary("debt.zone", "similarity", "S1.5", RATE, sample="zone"),
    beside("falsification", "similarity", "S1.5", scale=RATE)("debt.lead"),
)
INFRASTRUCTURE = (
    primary("built.inside", "reactions", "S1.4"),
    beside("falsification", "reactions", "S1.4")("built.across"),
    _built("built.investment", outcome="investment", term="inside", effect="two_way"),
    _built("built.investment_py", outcome="investment", term="inside", effect="province_year"),
    _built("built.land", outcome="land", term="inside", effect="two_way"),
    _built("built.land_py", outcome="land", term="inside", effect="province_year"),
    _built("built.road", outcome="road_area", term="inside", effect="two_way"),
    _built("built.debt", outcome="platform_debt", term="inside", effect="two_way"),
)
RIVALS = (
    primary("types.difference", "reactions", "S1.7"),
    beside("secondary", "reactions", "S1.7")(
        "types.chance", outcome="infrastructure_per_head", term="difference_by_chance"
    ),
    *(
        _slope(f"types.{side}_{tercile}", group=side, setting=tercile)
        for side in ("inside", "across")
        for tercile in (1, 2, 3)
    ),
    primary("late.target", "reactions", "S2.1"),
    beside("falsification", "reactions", "S2.1", setting=50)("late.placebo", outcome="target"),
    _late("late.investment", outcome="investment"),
    _late("late.expenditure", outcome="expenditure"),
    primary("career.inside", "reactions", "S2.2"),
    beside("falsification", "reactions", "S2.2")("career.across"),
    primary("promotion.change", "reactions", "S2.d"),
    beside("secondary", "reactions", "S2.d")(
        "promotion.before", term="growth", group="both", measure="mean_growth", setting=2014
    ),
    beside("falsification", "reactions", "S2.d")("promotion.placebo"),
)


def _level(key: str, chapter: str, scale: Scale = PLAIN, **select) -> Quantity:
    return Quantity(key, chapter, select, scale)


_cross = {"analysis": "beta", "variant": "chained", "term": "initial", "method": "cross-section"}
_county_beta = {"analysis": "county_beta", "variant": "median", "term": "initial", "effect": "none"}
CONVERGENCE = (
    _level("beta.china", "convergence", POINTS, **_cross, sample="nation"),
    _level("beta.zone", "convergence", POINTS, **_cross, sample="zone"),
    *(
        _level(
            f"sigma.{name}",
            "convergence",
            analysis="sigma",
            variant=variant,
            sample=sample,
            term="ratio",
        )
        for name, variant, sample in (
            ("china", "chained", "nation"),
            ("zone", "chained", "zone"),
            ("zone_reported", "reported", "zone"),
            ("zone_census", "reported_census", "zone"),
        )
    ),
    *(
        _level(f"county.beta_{sample}", "counties", POINTS, **_county_beta, sample=sample)
        for sample in ("china", "zone")
    ),
    *(
        _level(
            f"county.sigma_{sample}",
            "counties",
            analysis="county_sigma",
            variant="median",
            sample=sample,
            term="ratio",
        )
        for sample in ("china", "zone")
    ),
    primary("centres.growth", "counties", "S2.c"),
    beside("falsification", "counties", "S2.c")("centres.lead"),
)


def _approval(key: str, variant: str, **own) -> Quantity:
    own = {"parameter": "", **own}
    common = {"outcome": "gdp_retrospective", "members": "", "group": "", "term": "effect"}
    return beside("secondary", "plan", variant, scale=PERCENT_1, **common)(key, **own)


def _counties(key: str, **own) -> Quantity:
    common = {"group": "counties", "method": "sdid", "donors": ""}
    return beside("secondary", "counties", "S1.10", scale=PERCENT_1, **common)(key, **own)


def _placebo(key: str, variant: str, **own) -> Quantity:
    return beside("falsification", "plan", variant, scale=PERCENT_1)(key, **own)


PLANS = (
    primary("dispersion.china", "counties", "S1.6", THOUSANDTHS),
    primary("dispersion.zone", "counties", "S1.6", THOUSANDTHS, sample="zone"),
    beside("falsification", "counties", "S1.6", scale=THOUSANDTHS)("dispersion.placebo"),
    _counties("output.counties"),
    primary("output.china", "plan", "S1.10", PERCENT_1),
    primary("output.zone", "plan", "S1.10", PERCENT_1, sample="zone"),
    _approval("output.did", "S1.10", method="did"),
    _approval("output.detrended", "S1.10", method="detrended"),
    beside("secondary", "plan", "S1.10", scale=PERCENT_1, outcome="gdp", term="effect")(
        "output.accounts", method="sdid", members="", group=""
    ),
    _placebo("output.trend", "S1.10", term="trend_before"),
    _placebo("output.early", "S1.10", term="effect", parameter="years_earlier", setting=4),
    primary("core.china", "plan", "S2.5", PERCENT_1),
    primary("core.zone", "plan", "S2.5", PERCENT_1, sample="zone"),
    _approval("core.did", "S2.5", method="did"),
    primary("within.china", "plan", "S2.6", PERCENT_1),
    _approval("within.did", "S2.6", method="did"),
    beside("secondary", "plan", "S2.6", scale=PERCENT_1, outcome="gdp", term="effect")(
        "within.accounts", method="sdid", members="", group=""
    ),
    primary("centre.share", "plan", "S1.9a", RATE),
    primary("centre.share_zone", "plan", "S1.9a", RATE, sample="zone"),
    primary("centre.china", "core_periphery", "S1.9b"),
    primary("centre.zone", "core_periphery", "S1.9b", sample="zone"),
)
TWICE = Scale("exp", decimals=2)
_border = {"term": "same_province", "parameter": ""}
_flow = beside("secondary", "linkage", "S1.2", scale=TWICE, **_border)
_falsely = beside("falsification", "linkage", "S1.2", scale=TWICE, **_border)
BORDERS = (
    primary("borders.china", "linkage", "S1.2", TWICE),
    primary("borders.zone", "linkage", "S1.2", TWICE, sample="zone"),
    _falsely("borders.search", outcome="search_2019", method=""),
    _falsely("borders.placebo", outcome="travel_2019", method="placebo_provinces"),
    _flow("borders.net", outcome="travel_2019", method="net_of_search"),
    _flow("borders.adjacent", outcome="travel_2019", method="adjacent_pairs"),
    _flow("borders.near", outcome="travel_2019", method="near_pairs", parameter="near_km"),
    *(_flow(f"borders.travel_{year}", outcome=f"travel_{year}") for year in (2020, 2021, 2023)),
    *(
        beside("secondary", "linkage", "S1.2", scale=Scale("exp", decimals=0), **_border)(
            f"borders.trade_{year}", outcome=f"trade_{year}", method="trade_shares"
        )
        for year in (2002, 2012)
    ),
)
_across = {"term": "same_zone_across_provinces", "group": "", "method": ""}
COOPERATION = (
    primary("share.china", "linkage", "S1.1b", PERCENT_1),
    primary("share.zone", "linkage", "S1.1b", PERCENT_1, sample="zone"),
    beside("falsification", "linkage", "S1.1b", scale=PERCENT_1)("share.search"),
    primary("members.china", "linkage", "S1.8", PERCENT),
    primary("members.zone", "linkage", "S1.8", PERCENT, sample="zone"),
    beside("falsification", "linkage", "S1.8", scale=PERCENT)("members.search", **_across),
    beside("secondary", "linkage", "S1.8", scale=PERCENT)(
        "members.travel_2023", outcome="travel_2023", **_across
    ),
    beside("secondary", "linkage", "S1.8", scale=PERCENT)(
        "members.log_distance", **{**_across, "method": "log_distance"}
    ),
    primary("structure.china", "linkage", "S2.3", PERCENT),
    beside("falsification", "linkage", "S2.3", scale=PERCENT)("structure.search"),
    beside("secondary", "linkage", "S2.3", scale=PERCENT, outcome="travel_2019")(
        "structure.gap", method="with_output_gap"
    ),
    beside("secondary", "linkage", "S2.3", scale=PERCENT, outcome="travel_2019")(
        "structure.non_farm", method="similarity_census_non_farm"
    ),
    primary("gap.china", "linkage", "S2.4", POINTS),
    beside("falsification", "linkage", "S2.4", scale=POINTS)("gap.placebo"),
    beside("secondary", "linkage", "S2.4", scale=POINTS)("gap.wide", method="wide_pairs"),
    beside("secondary", "linkage", "S2.4", scale=PERCENT)(
        "gap.travel", outcome="travel_2019", term="output_gap"
    ),
)
EDGES = (
    beside("secondary", "counties", "S1.2", group="province")("edge.province", effect="prefecture"),
    beside("falsification", "counties", "S1.2", group="prefecture")(
        "edge.prefecture", effect="prefecture"
    ),
)
_yzz = {"analysis": "external", "variant": "yu_zhou_zhu_2016"}
_lili = {
    **{"analysis": "external", "variant": "li_li_2019", "outcome": "gdp_current"},
    **{"donors": "zones kept", "last_year": 2016},
}
_kong = {"analysis": "external", "variant": "kong_2022", "term": "approved", "group": ""}
CHECKS = (
    _level("check.kong", "growth", PERCENT_1, **_kong, outcome="real_gdp_retrospective_100m_yuan"),
    _level("check.kong_accounts", "growth", PERCENT_1, **_kong, outcome="real_gdp_100m_yuan"),
    _level("check.yu_inside", "reactions", **_yzz, term="inside", effect="two_way"),
    _level("check.yu_across", "reactions", **_yzz, term="across", effect="two_way"),
    _level("check.yu_late", "reactions", **_yzz, term="rivals_late", group="inside"),
    _level("check.yu_rank", "reactions", **_yzz, term="similar_rank", effect="two_way"),
    _level("check.yu_near", "reactions", **_yzz, term="neighbours_given_rank", effect="two_way"),
    *(
        _level(
            f"check.ties_{name}",
            "linkage",
            Scale(decimals=0),
            analysis="external",
            variant="li_xiang_2020",
            measure="gravity",
            group=group,
        )
        for name, group in (
            ("chengdu", "chengdu_chongqing_cluster"),
            ("wuhan", "yangtze_middle_reaches"),
        )
    ),
    _level("check.li_zone", "plan", PERCENT_1, **_lili, members="all"),
    _level("check.li_core", "plan", PERCENT_1, **_lili, members="core"),
    _level("check.li_other", "plan", PERCENT_1, **_lili, members="other provinces"),
    _level(
        "check.wiebe",
        "reactions",
        THOUSANDTHS,
        analysis="external",
        variant="wiebe_2024",
        term="three_years",
        group="secretary",
    ),
)

#: In the order of the sections; a test compares them with the text, both ways.
QUANTITIES: tuple[Quantity, ...] = (
    *BORDERS,
    *COOPERATION,
    *GROWTH,
    *MARKETS,
    *EDGES,
    *STRUCTURES,
    *INFRASTRUCTURE,
    *RIVALS,
    *PLANS,
    *CONVERGENCE,
    *CHECKS,
)
