"""Sources of growth: accounting, regressions and county borders."""
