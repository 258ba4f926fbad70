"""Boundaries as paths of a small picture: projected metres in, SVG units out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

WIDE = 1000  # units of the picture's width
MARGIN = 0.05  # of the zone's extent, shown around it
TOLERANCE = 700.0  # metres; less than a unit of the picture


@dataclass(frozen=True)
class Frame:
    """The part of the plane that a picture shows, and its scale.

    Attributes
    ----------
    west, north
        Metres at the picture's left and upper edge.
    scale
        The picture's units a metre.
    """

    west: float
    north: float
    scale: float

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Turn metres into the picture's units."""
        return round((x - self.west) * self.scale), round((self.north - y) * self.scale)


@dataclass(frozen=True)
class Picture:
    """The zone as paths.

    Attributes
    ----------
    width, height
        Of the picture, in its units.
    around
        One path of the boundaries of everything around the zone, cut at the picture's edge.
    cities
        Code to its path.
    points
        Code to a point inside the city.
    frame
        Where it lies.
    """

    width: int
    height: int
    around: str
    cities: dict[str, str]
    points: dict[str, tuple[int, int]]
    frame: Frame


def picture(prefectures: gpd.GeoDataFrame, members: Sequence[str]) -> Picture:
    """Turn the boundaries of a zone and of what lies around it into paths.

    Parameters
    ----------
    prefectures
        Index code, in metres.
    members
        Codes of the zone's cities.
    """
    from shapely.geometry import box

    zone = prefectures.loc[sorted(members)]
    west, south, east, north = zone.total_bounds
    margin = MARGIN * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    edge = Frame(west, north, WIDE / (east - west))
    frame = box(west, south, east, north)
    others = prefectures.drop(index=list(members))
    others = others[others.intersects(frame)].sort_index()
    around = others.geometry.simplify(TOLERANCE).buffer(0).intersection(frame)
    points = zone.representative_point()
    return Picture(
        width=WIDE,
        height=round((north - south) * edge.scale),
        around="".join(path(shape, edge.place) for shape in around),
        cities={
            code: path(shape, edge.place)
            for code, shape in zone.geometry.simplify(TOLERANCE).items()
        },
        points={code: edge.place(point.x, point.y) for code, point in points.items()},
        frame=edge,
    )


def labels_apart(
    points: dict[str, tuple[int, int]], width: int = 190, height: int = 62
) -> dict[str, tuple[int, int]]:
    """Move labels of a width and height down, from the top one on, until none covers another.

    Examples
    --------
    >>> labels_apart({"a": (0, 0), "b": (50, 10), "c": (500, 10)})
    {'a': (0, 0), 'b': (50, 62), 'c': (500, 10)}
    """
    placed: dict[str, tuple[int, int]] = {}
    for code, (x, y) in sorted(points.items(), key=lambda item: (item[1][1], item[0])):
        for other_x, other_y in sorted(placed.values(), key=lambda point: point[1]):
            if abs(x - other_x) < width and abs(y - other_y) < height:
                y = other_y + height
        placed[code] = (x, y)
    return {code: placed[code] for code in points}


def path(shape, place) -> str:
    """Return a polygon's outlines as an SVG path; points that fall together are written once.

    Parameters
    ----------
    shape
        A polygon, several, or None.
    place
        Turns metres into the picture's units.
    """
    text = ""
    if shape is None:
        return text
    for polygon in getattr(shape, "geoms", [shape]):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            points = list(dict.fromkeys(place(x, y) for x, y in ring.coords))
            if len(points) > 2:
                text += "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"
    return text
