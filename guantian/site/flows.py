"""Who goes where inside the zone: a picture of links and the same as a table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from guantian.present.format import decimals_for, number
from guantian.site.shapes import Picture
from guantian.site.strings import both, named, say

WIDEST = 34.0  # of a link, in the picture's units


def links_between(flows: pd.DataFrame, members: list[str]) -> pd.DataFrame:
    """Return the flow of every pair of members, both directions together, largest first.

    Parameters
    ----------
    flows
        ``origin_code``, ``destination_code``, ``flow_index``.
    members
        Codes of the zone's cities.

    Returns
    -------
    DataFrame
        ``a``, ``b`` (codes in order), ``flow``; pairs without a flow are left out.
    """
    inside = flows["origin_code"].isin(members) & flows["destination_code"].isin(members)
    rows = flows.loc[inside & (flows["origin_code"] != flows["destination_code"])]
    ends = rows[["origin_code", "destination_code"]]
    pairs = pd.DataFrame({"a": ends.min(axis=1), "b": ends.max(axis=1), "flow": rows["flow_index"]})
    sums = pairs.groupby(["a", "b"], as_index=False)["flow"].sum()
    sums = sums[sums["flow"] > 0]
    return sums.sort_values(["flow", "a", "b"], ascending=[False, True, True], ignore_index=True)


def network(links: pd.DataFrame, picture: Picture, names: Mapping[str, tuple[str, str]]) -> str:
    """Draw the links as an SVG: areas stand for sizes, the largest drawn first."""
    if links.empty:
        return say("flows", "absent", "p")
    widths = WIDEST * (links["flow"] / links["flow"].max()) ** 0.5
    lines = []
    for link, width in zip(links.itertuples(), widths, strict=True):
        (x, y), (x_end, y_end) = picture.points[link.a], picture.points[link.b]
        said = escape(f"{names[link.a][0]} – {names[link.b][0]}: {_said(link.flow)}")
        lines.append(
            f'<path class="link" data-a="{link.a}" data-b="{link.b}" '
            f'd="M{x} {y}L{x_end} {y_end}" stroke-width="{max(width, 1):.1f}">'
            f"<title>{said}</title></path>"
        )
    whole = pd.concat([links.groupby("a")["flow"].sum(), links.groupby("b")["flow"].sum()])
    whole = whole.groupby(level=0).sum().reindex(list(picture.points), fill_value=0.0)
    nodes = []
    for code, (x, y) in picture.points.items():
        radius = 8 + 22 * (whole[code] / whole.max()) ** 0.5
        crowded = any(
            0 < other_x - x < 190 and abs(other_y - y) < 40
            for other_x, other_y in picture.points.values()
        )
        anchor = ' style="text-anchor:end"' if crowded else ""
        nodes.append(
            f'<g class="node" data-code="{code}"><circle cx="{x}" cy="{y}" r="{radius:.1f}">'
            f"<title>{escape(names[code][0])}: {_said(whole[code])}</title></circle>"
            f'<text x="{x}" y="{y - radius - 8:.0f}"{anchor}>'
            f"{both(*names[code], 'tspan')}</text></g>"
        )
    return (
        f'<svg class="network" viewBox="0 0 {picture.width} {picture.height}" role="img" '
        f'{named("flows", "head")}><path class="around" d="{picture.around}"/>'
        f"{''.join(lines)}{''.join(nodes)}</svg>"
    )


def link_table(links: pd.DataFrame, names: Mapping[str, tuple[str, str]]) -> str:
    """Return the links as the body of a table."""
    total = links["flow"].sum()
    return "".join(
        f'<tr data-a="{link.a}" data-b="{link.b}"><th scope="row">'
        f"{both(*names[link.a])} – {both(*names[link.b])}</th>"
        f'<td class="n">{_said(link.flow)}</td>'
        f'<td class="n">{number(100 * link.flow / total, 1)}</td>'
        "</tr>"
        for link in links.itertuples()
    )


def _said(flow: float) -> str:
    return number(flow, decimals_for(flow, digits=3))
