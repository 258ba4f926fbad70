"""Clean long tables beside the panel: relative prices, and flows with what is not listed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guantian.errors import DataError

ONE_DECIMAL_UNTIL = 2010  # retail prices are printed to one decimal until then


def relative_prices(retail: pd.DataFrame) -> pd.DataFrame:
    """Prepare retail prices for tests of market segmentation (Parsley and Wei 1996).

    Parameters
    ----------
    retail
        ``province_code``, ``year``, ``category``, ``rpi_previous_year_100``.

    Returns
    -------
    DataFrame
        The same rows, sorted by key, with ``log_change`` (of the price over the year before),
        ``log_change_net`` (less the mean over the provinces of that year and good, which leaves
        what is the province's own; missing where a province is missing) and ``one_decimal`` (1
        where the index is printed to one decimal: a rounding error of up to 0.0005 in logs).
    """
    key = ["province_code", "year", "category"]
    frame = retail.sort_values(key, ignore_index=True)
    change = np.log(frame["rpi_previous_year_100"] / 100)
    groups = change.groupby([frame["year"], frame["category"]])
    everyone = groups.transform("count") == frame["province_code"].nunique()
    return frame.assign(
        log_change=change,
        log_change_net=(change - groups.transform("mean")).where(everyone),
        one_decimal=(frame["year"] <= ONE_DECIMAL_UNTIL).astype("int64"),
    )


def listed_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Give every ordered pair of cities a row and say which are listed.

    Parameters
    ----------
    flows
        ``origin_code``, ``destination_code``, ``days_observed``, ``days_in_period``,
        ``flow_index``: pairs seen on fewer days than the source's limit are left out.

    Returns
    -------
    DataFrame
        Every ordered pair of the cities that occur, sorted by key: the columns of ``flows``,
        missing where the pair is not listed, and ``listed`` (1 or 0). A pair that is not listed
        is censored: its flow is small and unknown, not zero.

    Raises
    ------
    DataError
        For a city paired with itself.
    """
    key = ["origin_code", "destination_code"]
    itself = flows["origin_code"] == flows["destination_code"]
    if itself.any():
        code = flows.loc[itself, "origin_code"].iloc[0]
        raise DataError(f"The flows pair {code} with itself; two cities were expected.")
    cities = sorted(set(flows["origin_code"]) | set(flows["destination_code"]))
    pairs = pd.MultiIndex.from_product([cities, cities], names=key).to_frame(index=False)
    pairs = pairs[pairs["origin_code"] != pairs["destination_code"]]
    frame = pairs.merge(flows, on=key, how="left", validate="one_to_one")
    return frame.assign(listed=frame["flow_index"].notna().astype("int64"))
