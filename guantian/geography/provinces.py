"""Which provinces share a border, by the first two digits of their codes (GB/T 2260)."""

from __future__ import annotations

from collections.abc import Iterable

#: Provinces of mainland China that share a land border; a test compares them with the boundaries
#: of prefectures. Hainan, an island, is given Guangdong across the strait.
_NEIGHBOURS = {
    "11": "12 13",
    "12": "11 13",
    "13": "11 12 14 15 21 37 41",
    "14": "13 15 41 61",
    "15": "13 14 21 22 23 61 62 64",
    "21": "13 15 22",
    "22": "15 21 23",
    "23": "15 22",
    "31": "32 33",
    "32": "31 33 34 37",
    "33": "31 32 34 35 36",
    "34": "32 33 36 37 41 42",
    "35": "33 36 44",
    "36": "33 34 35 42 43 44",
    "37": "13 32 34 41",
    "41": "13 14 34 37 42 61",
    "42": "34 36 41 43 50 61",
    "43": "36 42 44 45 50 52",
    "44": "35 36 43 45 46",
    "45": "43 44 52 53",
    "46": "44",
    "50": "42 43 51 52 61",
    "51": "50 52 53 54 61 62 63",
    "52": "43 45 50 51 53",
    "53": "45 51 52 54",
    "54": "51 53 63 65",
    "61": "14 15 41 42 50 51 62 64",
    "62": "15 51 61 63 64 65",
    "63": "51 54 62 65",
    "64": "15 61 62",
    "65": "54 62 63",
}
#: Code of each province to the codes of its neighbours, in order.
NEIGHBOURS = {
    f"{code}0000": tuple(f"{other}0000" for other in others.split())
    for code, others in _NEIGHBOURS.items()
}


def province_of(code: str) -> str:
    """Return the code of the province in which a city or county lies.

    Examples
    --------
    >>> province_of("620500")
    '620000'
    """
    return f"{code[:2]}0000"


def with_neighbours(provinces: Iterable[str]) -> list[str]:
    """Return provinces and all that share a border with one of them, in the order of codes.

    Examples
    --------
    >>> with_neighbours(["640000"])
    ['150000', '610000', '620000', '640000']
    """
    provinces = set(provinces)
    return sorted(provinces.union(*(NEIGHBOURS.get(code, ()) for code in provinces)))
