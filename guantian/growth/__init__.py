"""Sources of growth: accounts, regressions over declared controls, and the provincial border."""
