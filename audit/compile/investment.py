"""andyhsi2023-cq/urban-investment-aggregation-trap: investment, budgets and lending of cities."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, csv, rounded

REPOSITORY = "andyhsi2023-cq/urban-investment-aggregation-trap"
AMOUNTS = {
    "fixed_investment_100m_yuan": "fai_100m",
    "budget_revenue_100m_yuan": "fiscal_revenue_100m",
    "budget_expenditure_100m_yuan": "fiscal_expenditure_100m",
    "loans_100m_yuan": "loan_balance_100m",
    "deposits_100m_yuan": "deposit_balance_100m",
}


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make the table; but for investment's, the flags of imputation are ours and not made here."""
    frame = csv(read("02-data/processed/china_city_panel_real.csv"))
    wanted = {"city_code": "city_code", "year": "year", **AMOUNTS}
    return {"city_investment_fiscal": rounded(columns(frame, wanted, ("city_code",)))}
