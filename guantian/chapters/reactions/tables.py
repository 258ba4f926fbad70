"""Tables of reactions to rivals, of the promotion contest and of modes, from typed results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from guantian.chapters.reactions.estimate.names import MEASURES, MODES, OFFICIALS
from guantian.chapters.reactions.tables_primary import primary_cells
from guantian.labels import label, ordered
from guantian.present.cells import count_cell, p_cell, share_cell, value_cell, with_interval
from guantian.present.format import MINUS, MISSING, interval
from guantian.present.tables import Table, captioned
from guantian.results import Row, find, one, rows

SIDES = ("inside", "across")
RIVALS = ("inside", "across", "neighbours", "like_income", "like_structure", "zone", "rest")
INSTRUMENTED = ("iv_sides", "iv_neighbours", "iv_like_income", "iv_like_structure")
CASES = (
    "nominal_growth_in",
    "yearbook_growth",
    "yearbook_same_year",
    "sources_agree",
    "without_last_year",
)
#: What leaders may move: head and scale.
LEADERS = {
    "growth": ("Growth, percentage points", 1),
    "overbid": ("Target minus the province's, points", 1),
    "investment": ("Investment, log points × 100", 100),
    "expenditure": ("Expenditure, log points × 100", 100),
}
CAREER = ("late", "tenure", "first_year")


def reaction_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    names: Mapping[str, str],
    choices: Mapping[str, Any],
    confidence: float,
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    names
        Code of a city to its English name.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    outcomes = outcomes_in(estimates, choices)
    level = f"{100 * confidence:g}"

    def table(name: str, body: Iterable[Mapping], *text: str, group: str | None = None) -> Table:
        cells = list(body) or pd.DataFrame(columns=[group or text[0], *text])
        return captioned("reactions", name, cells, *text, group=group, confidence=level)

    return [
        table("reactions", _compact(estimates, tests, outcomes), "Outcome"),
        table(
            "reactions_all",
            _all(estimates, outcomes),
            *("Specification", "Sample", "Rivals"),
            group="Outcome",
        ),
        table(
            "reactions_instruments",
            _instruments(estimates, series, tests, outcomes),
            "Rivals",
            group="Outcome",
        ),
        table("reactions_shocks", _shocks(estimates, outcomes), "Rivals", group="Outcome"),
        table("reactions_samples", _samples(series, outcomes), "Outcome"),
        table(
            "government", _government(estimates, choices["expenditures"]), "Term", group="Regressor"
        ),
        table("contest", _promotion(estimates, tests), "Regressor", group="Official"),
        table("contest_sensitivity", _sensitivity(estimates), "Case", group="Official"),
        table("leaders", _leaders(estimates), "Official", "Term", group="Outcome"),
        table(
            "responses_careers",
            primary_cells(estimates, series, tests),
            *("Test", "Outcome", "Term", "Note"),
            group="Claim",
        ),
        table(
            "modes_cities",
            _modes(estimates, series, names, choices["expenditures"]),
            *("City", "Mode"),
            group="Outcome",
        ),
        table(
            "modes_pairs",
            _modes(estimates, series, names, choices["expenditures"], pairs=True),
            *("Pair", "Mode"),
            group="Outcome",
        ),
    ]


def outcomes_in(estimates: pd.DataFrame, choices: Mapping[str, Any]) -> list[str]:
    """Outcomes that have reaction functions, in the order of the configuration."""
    found = set(rows(estimates, analysis="reaction")["outcome"])
    return [outcome["name"] for outcome in choices["outcomes"] if outcome["name"] in found]


def _compact(
    estimates: pd.DataFrame, tests: pd.DataFrame, outcomes: Sequence[str]
) -> Iterator[dict[str, str]]:
    for name in outcomes:
        key = {"sample": "nation", "outcome": name}

        def slope(variant: str, rivals: str, key=key) -> Row | None:
            return find(estimates, analysis="reaction", variant=variant, term=rivals, **key)

        def test(term: str, key=key) -> Row | None:
            return find(tests, analysis="instruments", variant="iv_sides", term=term, **key)

        inside, across = (slope("iv_sides", side) for side in SIDES)
        first = inside or across
        yield {
            "Outcome": label("outcome", name),
            "Cities": count_cell(first),
            "Years": count_cell(first, "n_periods"),
            "Inside": with_interval(inside, 2),
            "Across": with_interval(across, 2),
            "F": value_cell(test("kleibergen_paap"), 1, column="statistic"),
            "AR": p_cell(test("anderson_rubin")),
            "Border": with_interval(slope("iv_border", "across"), 2),
            "QML": with_interval(slope("ml_neighbours", "neighbours"), 2),
        }


def _all(estimates: pd.DataFrame, outcomes: Sequence[str]) -> Iterator[dict[str, str]]:
    slopes = rows(estimates, analysis="reaction")
    variants = ordered("reaction_model", slopes["variant"].unique())
    for name in outcomes:
        for variant in variants:
            for sample in ("nation", "region"):
                chosen = rows(slopes, outcome=name, variant=variant, sample=sample)
                lag = find(chosen, term="own_lag")
                for rivals in RIVALS:
                    row = find(chosen, term=rivals)
                    if row is not None:
                        yield {
                            "Outcome": label("outcome", name),
                            "Specification": label("reaction_model", variant),
                            "Sample": label("sample", sample, "short"),
                            "Rivals": label("rivals", rivals, "short"),
                            "Slope": with_interval(row, 2),
                            "p": p_cell(row),
                            "Own lag": value_cell(lag, 2) if lag else "",
                            "Cities": count_cell(row),
                            "Years": count_cell(row, "n_periods"),
                        }


def _instruments(
    estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame, outcomes: Sequence[str]
) -> Iterator[dict[str, str]]:
    for name in outcomes:
        for variant in INSTRUMENTED:
            key = {"variant": variant, "sample": "nation", "outcome": name}
            found = rows(tests, analysis="instruments", **key)
            chances = rows(series, analysis="class_probability", **key)
            for rivals in RIVALS:
                own, chance = rows(found, variable=rivals), rows(chances, variable=rivals)
                first = find(own, term="first_stage")
                if first is None:
                    continue
                given = find(own, term="sanderson_windmeijer")
                imitation, none, differentiation = (
                    share_cell(find(chance, term=kind), column="value")
                    for kind in ("imitation", "none", "differentiation")
                )
                yield {
                    "Outcome": label("outcome", name),
                    "Rivals": label("rivals", rivals, "short"),
                    "F": value_cell(first, 1, column="statistic"),
                    "F given other": value_cell(given, 1, column="statistic"),
                    "J": p_cell(find(found, term="overidentification")),
                    "AR": p_cell(find(found, term="anderson_rubin")),
                    "AR set": anderson_rubin_cell(estimates, series, tests, rivals, key),
                    "Wild": p_cell(find(own, term="wild")),
                    "Imitation, %": imitation,
                    "None, %": none,
                    "Diff., %": differentiation,
                }


def anderson_rubin_cell(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    rivals: str,
    key: Mapping[str, str],
) -> str:
    """Print an Anderson–Rubin set: as an interval where it is one around the slope."""
    test = find(tests, analysis="instruments", term="anderson_rubin_set", **key)
    if test is None:
        return ""
    ends = rows(series, analysis="anderson_rubin_set", **key)
    if ends.empty:
        return test.resolution
    slope = one(estimates, analysis="reaction", term=rivals, **key).estimate
    pieces = ends.pivot(index="setting", columns="term", values="value").sort_index()
    low, high = pieces[["low", "high"]].iloc[0]
    if len(pieces) == 1 and low <= slope <= high:
        return interval(low, high, 2)
    said = " and ".join(f"{piece.low:.3g} to {piece.high:.3g}" for piece in pieces.itertuples())
    return said.replace("-", MINUS).replace("inf", "∞")


def _shocks(estimates: pd.DataFrame, outcomes: Sequence[str]) -> Iterator[dict[str, str]]:
    for name in outcomes:
        for rivals in ("inside", "across", "neighbours"):
            key = {"outcome": name, "weights": rivals}
            cells = {
                "Outcome": label("outcome", name),
                "Rivals": label("rivals", rivals, "short"),
                "Slope": MISSING,
            }
            for chosen, head in (("any_city", "Any city"), ("same_province", "Same province")):
                row = find(estimates, analysis="permutation", placebo_set=chosen, **key)
                if row is not None:
                    cells["Slope"] = value_cell(row, 2, column="own_value")
                cells |= {head: drawn_cell(row), f"{head}, p": p_cell(row)}
            for term in ("before", "same", "next"):
                row = find(estimates, analysis="leads", term=term, **key)
                cells[term.capitalize()] = with_interval(row, 2)
            yield cells


def drawn_range(row: Row) -> tuple[float, float]:
    """Central range of the draws among which a value is ranked."""
    return row.own_value - row.conf_high, row.own_value - row.conf_low


def drawn_cell(row: Row | None) -> str:
    """Print the median and the central range of draws."""
    if row is None:
        return MISSING
    return f"{value_cell(row, 2, column='benchmark')} {interval(*drawn_range(row), 2)}"


def _samples(series: pd.DataFrame, outcomes: Sequence[str]) -> Iterator[dict[str, str]]:
    for name in outcomes:
        found = rows(series, analysis="sample", outcome=name)

        def share(term: str, side: str = "", sample: str = "nation", found=found) -> str:
            row = one(found, term=term, sample=sample, weights=side or None)
            return share_cell(row, 1, column="value")

        cells = one(found, term="interpolated")
        yield {
            "Outcome": label("outcome", name),
            "Cities": count_cell(cells),
            "of the zone": count_cell(one(found, term="cities"), "value"),
            "Years": count_cell(cells, "n_periods"),
            "Filled": share("interpolated"),
            "Lost": share("lost", "neighbours"),
            "inside": share("lost", "inside"),
            "across": share("lost", "across"),
            "Half": share("lost_over_half", "neighbours"),
            "Lost, zone": share("lost", "neighbours", "zone"),
        }


def _government(estimates: pd.DataFrame, expenditures: Sequence[str]) -> Iterator[dict[str, str]]:
    for expenditure in expenditures:
        spill = rows(estimates, analysis="spillover", variable=expenditure)
        impacts = rows(estimates, analysis="government", variable=expenditure, term="impact")
        if spill.empty:
            continue
        head = {"Regressor": label("outcome", expenditure)}
        for term, said in (("own", "Own"), *((side, label("rivals", side)) for side in SIDES)):
            yield head | {
                "Term": said,
                "Province-year effects": with_interval(
                    find(spill, variant="province_year", term=term), 2
                ),
                "Year effects": with_interval(find(spill, variant="year", term=term), 2),
            }
        for effect in ("direct", "indirect"):
            yield head | {
                "Term": f"Durbin, {effect}",
                "Province-year effects": "",
                "Year effects": with_interval(find(impacts, effect=effect), 2),
            }


def _promotion(estimates: pd.DataFrame, tests: pd.DataFrame) -> Iterator[dict[str, str]]:
    for official in OFFICIALS:
        for measure in MEASURES:
            key = {"analysis": "promotion", "group": official, "term": measure}
            linear = find(estimates, variant="province_year", **key)
            if linear is None:
                continue
            logit = find(estimates, variant="logit", **key)
            with_city = find(estimates, variant="city_province_year", **key)
            yield {
                "Official": label("official", official),
                "Regressor": label("growth_measure", measure),
                "Province-year": with_interval(linear, 2, scale=100),
                "p": p_cell(linear),
                "Holm": p_cell(linear, "p_adjusted"),
                "RW": p_cell(find(tests, variant="province_year", **key), "p_adjusted"),
                "and city effects": with_interval(with_city, 2, scale=100),
                "Logit": with_interval(logit, 3),
                "Holm, logit": p_cell(logit, "p_adjusted"),
                "n": count_cell(linear, "n_obs"),
            }


def _sensitivity(estimates: pd.DataFrame) -> Iterator[dict[str, str]]:
    for official in OFFICIALS:
        for case in CASES:
            row = find(estimates, analysis="promotion_sensitivity", group=official, variant=case)
            if row is not None:
                yield {
                    "Official": label("official", official),
                    "Case": label("promotion_case", case),
                    "Slope × 100": with_interval(row, 2, scale=100),
                    "p": p_cell(row),
                    "n": count_cell(row, "n_obs"),
                }


def _leaders(estimates: pd.DataFrame) -> Iterator[dict[str, str]]:
    found = rows(estimates, analysis="leaders")
    for outcome, (head, scale) in LEADERS.items():
        for official in OFFICIALS:
            for term in CAREER:
                key = {"outcome": outcome, "group": official, "term": term}
                main = find(found, variant="city_year", **key)
                check = find(found, variant="province_year", **key)
                yield {
                    "Outcome": head,
                    "Official": label("official", official),
                    "Term": label("career", term),
                    "Year effects": with_interval(main, 2, scale=scale),
                    "p": p_cell(main),
                    "Holm": p_cell(main, "p_adjusted") if term == "late" else "",
                    "Province-year effects": with_interval(check, 2, scale=scale),
                    "n": count_cell(main, "n_obs"),
                }


def _modes(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    names: Mapping[str, str],
    expenditures: Sequence[str],
    *,
    pairs: bool = False,
) -> Iterator[dict[str, str]]:
    slopes = (
        slope
        for expenditure in expenditures
        for slope in rows(estimates, analysis="modes", variable=expenditure).to_dict("records")
    )
    for slope in slopes:
        if bool(slope["partner"]) != pairs:
            continue
        about = {name: slope[name] for name in ("variable", "unit")}
        about["partner"] = slope["partner"] or None
        found = rows(series, analysis="modes", **about)
        cells = {"Outcome": label("outcome", slope["variable"])}
        if pairs:
            cells["Pair"] = f"{names[slope['unit']]}–{names[slope['partner']]}"
            cells["Neighbours"] = "yes" if one(found, term="adjacent").value else "no"
        else:
            cells["City"] = names[slope["unit"]]
        cells["Slope"] = with_interval(Row(slope), 2)
        cells["Similarity"] = value_cell(one(found, term="similarity"), 2, column="value")
        cells["Spillover"] = value_cell(one(found, term="spillover"), 2, column="value")
        for mode in MODES:
            chance = find(found, term="probability", group=mode)
            cells[label("mode", mode)] = share_cell(chance, column="value")
        most = find(found, term="mode")
        cells["Mode"] = label("mode", most.group).lower() if most else MISSING
        yield cells
