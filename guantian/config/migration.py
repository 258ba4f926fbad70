"""Keys of version 1 that bear another name now, for the sentence of an error and for the README."""

from __future__ import annotations

RENAMED = {
    "spatial_growth": "spillovers",
    "coalition": "core_periphery",
    "coalition.spans": "core_periphery.windows",
    "coalition.spread": "core_periphery.spread_backwash",
    "coalition.spread.least": "core_periphery.spread_backwash.min_cities",
    "coalition.swept": "core_periphery.sensitivity",
    "figures": "convergence.figures",
    "inequality.fewest_members": "inequality.min_members",
    "dynamics.neighbours.false_discovery": "dynamics.neighbours.false_discovery_rate",
    "dynamics.clubs.critical": "dynamics.clubs.critical_value",
    "dynamics.clubs.walks": "dynamics.clubs.random_walks",
    "dynamics.chains.step": "dynamics.chains.horizon",
    "plan.placebos": "plan.n_placebos",
    "plan.placebos_slow": "plan.n_placebos_slow",
    "plan.placebos_curve": "plan.n_placebos_curve",
    "plan.placebos_completion": "plan.n_placebos_completion",
    "plan.struck": "plan.exclude_provinces",
    "plan.acts": "plan.events",
    "plan.acts_span": "plan.event_window",
    "similarity.known": "similarity.min_known_share",
    "similarity.infrastructure.least_years": "similarity.infrastructure.min_years",
    "similarity.investment.span": "similarity.investment.period",
    "reactions.outlays": "reactions.expenditures",
    "reactions.alike": "reactions.similar_rivals",
    "reactions.band": "reactions.equivalence_bound",
    "reactions.contest.far": "reactions.contest.max_disagreement",
    "growth.border.doubtful": "growth.border.exclude_cities",
    "games.cities": "games.max_cities",
    "games.spread_draws": "games.imitation_draws",
    "games.sharing_draws": "games.coalition_draws",
    "games.gravity.spec": "games.gravity.variant",
    "games.gravity.sample": "games.gravity.method",
    "games.sweep": "games.sensitivity",
    "games.funds": "games.cost_of_funds",
    "folders": "pathvars",
}


def new_name(key: str) -> str | None:
    """Return the present name of a key of version 1; None where it never was one.

    Examples
    --------
    >>> new_name("coalition.spans.before")
    'core_periphery.windows.before'
    >>> new_name("zonne")
    """
    parts = key.split(".")
    for length in range(len(parts), 0, -1):
        old = ".".join(parts[:length])
        if old in RENAMED:
            return ".".join([RENAMED[old], *parts[length:]])
    # A section that was renamed may hold a key that was renamed as well.
    for old, new in RENAMED.items():
        last = old.rpartition(".")[2]
        if last == parts[-1] and new.rpartition(".")[0] == ".".join(parts[:-1]):
            return new
    return None


def table() -> str:
    """Return the changes as a Markdown table."""
    rows = [f"| `{old}` | `{new}` |" for old, new in RENAMED.items()]
    return "\n".join(["| version 1 | now |", "|---|---|", *rows])
