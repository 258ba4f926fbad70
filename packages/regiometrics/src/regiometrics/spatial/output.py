"""What results of spatial models print and export, and tests of their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.familiar import FamiliarNames, TestStatistic
from regiometrics.spatial.restrictions import wald, wald_by_formula, wald_by_matrix
from regiometrics.spatial.tables import Summary, TextTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class SpatialOutput(FamiliarNames):
    """Summary, exports, tests by formula and plots of a result.

    A class has `params`, `cov`, `table`, `nobs` and `_heading`, which gives the lines above the
    coefficients by name.
    """

    params: pd.Series
    cov: pd.DataFrame
    nobs: int
    n_units: int
    n_periods: int

    if TYPE_CHECKING:

        @property
        def table(self) -> pd.DataFrame:
            """Coefficients, one row per term: see :class:`regiometrics.inference.Inference`."""

        @property
        def fitted(self) -> pd.Series:
            """Outcome minus errors, on the panel's index."""

    def _heading(self) -> dict[str, str]:
        raise NotImplementedError

    def _footing(self) -> list[str]:
        """Lines below the coefficients."""
        return []

    def _effects_name(self) -> str:
        raise NotImplementedError

    def _cov_name(self) -> str:
        raise NotImplementedError

    @property
    def summary(self) -> Summary:
        """Heading, coefficients and fit: print it, call it, or show it in a notebook."""
        heading = self._heading()
        width = max(len(key) for key in heading) + 2
        lines = [f"{key:<{width}}{value}" for key, value in heading.items()]
        table = self.table.to_string(float_format=lambda v: f"{v:.5g}")
        footing = self._footing()
        text = "\n".join([*lines, "", table, *([""] * bool(footing)), *footing])
        return Summary(text, self._text_table())

    def __str__(self) -> str:
        """Return the summary."""
        return str(self.summary)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_latex(self, caption: str = "", label: str | None = None, digits: int = 4) -> str:
        """Coefficients as a LaTeX table (booktabs).

        Parameters
        ----------
        caption : str
            The caption of the table.
        label : str, optional
            The label for cross-references.
        digits : int, default 4
            The number of decimals, 0 to 15.

        Returns
        -------
        str
        """
        return self._text_table(caption, digits).to_latex(label)

    def to_html(self, caption: str = "", digits: int = 4) -> str:
        """Coefficients as an HTML table; see `to_latex`."""
        return self._text_table(caption, digits).to_html()

    def to_typst(self, caption: str = "", digits: int = 4) -> str:
        """Coefficients as a Typst table; see `to_latex`."""
        return self._text_table(caption, digits).to_typst()

    def _text_table(self, caption: str = "", digits: int = 4) -> TextTable:
        whole = isinstance(digits, int | np.integer) and not isinstance(digits, bool)
        if not (whole and 0 <= digits <= 15):
            raise SpecificationError(f"digits is {digits!r}; expected a whole number from 0 to 15.")
        header = ("", "Estimate", "Std. error", "Statistic", "p-value", "95% low", "95% high")
        rows = [
            (str(name), *(f"{value:.{digits}f}" for value in row))
            for name, row in zip(self.table.index, self.table.to_numpy(), strict=True)
        ]
        rule = len(rows)
        blank = ("",) * (len(header) - 2)
        rows += [(name, _short(value), *blank) for name, value in self._table_statistics().items()]
        return TextTable(
            header, tuple(rows), frozenset({rule}), tuple(self._footing()), str(caption)
        )

    def _table_statistics(self) -> dict[str, object]:
        """Statistics below a table of this result, by the name that is printed."""
        out: dict[str, object] = {"Observations": int(self.nobs), "Units": int(self.n_units)}
        out |= {"Effects": self._effects_name(), "Covariance": self._cov_name()}
        for name, part in (("R²", "rsquared"), ("R² within", "rsquared_within")):
            value = getattr(self, part, None)
            if value is not None:
                out[name] = float(value)
        for name, part in (("Log-likelihood", "loglik"), ("AIC", "aic"), ("BIC", "bic")):
            value = getattr(self, part, None)
            if value is not None:
                out[name] = float(value)
        return out

    @property
    def fitted_values(self) -> pd.DataFrame:
        """Outcome minus residuals, by linearmodels' name and in its form, a frame."""
        return self.fitted.rename("fitted_values").to_frame()

    def wald_test(
        self,
        formula: object | None = None,
        value: object | None = None,
        *,
        restriction: object | None = None,
    ) -> pd.Series:
        """Test restrictions that are written out, or R b = r.

        Parameters
        ----------
        formula : str or sequence of str, optional
            Such as "x1 = x2, W.x1 = 0"; products are allowed: "W.x1 + rho * x1 = 0". An array is
            read as the restriction.
        value : array_like, shape (q,), optional
            r; zeros by default.
        restriction : array_like or pandas.DataFrame, shape (q, k), optional
            R, in place of a formula; the columns of a DataFrame are named.

        Returns
        -------
        pandas.Series
            statistic, df, p_value (chi-squared).

        Raises
        ------
        SpecificationError
            If the formula cannot be read or names no parameter, or shapes do not fit.

        Examples
        --------
        >>> from regiometrics.spatial import SpatialPanel, simulate_panel
        >>> data = simulate_panel(n=25, T=5, seed=1)
        >>> result = SpatialPanel(data.dependent, data.exog, data.weights).fit()
        >>> int(result.wald_test("x1 = 1, W.x1 + rho * x1 = 0")["df"])
        2
        """
        groups = getattr(self, "n_groups", None)
        if isinstance(formula, np.ndarray | pd.DataFrame) and restriction is None:
            formula, restriction = None, formula
        if restriction is not None:
            if formula is not None:
                raise SpecificationError("formula and restriction are given; expected one.")
            return wald_by_matrix(self.params, self.cov, restriction, value, groups)
        if value is not None:
            raise SpecificationError("value is given without restriction; expected both.")
        if isinstance(formula, list | tuple) and all(isinstance(part, str) for part in formula):
            formula = ", ".join(formula)
        return wald_by_formula(self.params, self.cov, formula, groups)

    @property
    def f_statistic(self) -> pd.Series:
        """Wald test that all coefficients but a constant are zero, over its degrees of freedom.

        statistic, df, df_denom, p_value by the F distribution with the residuals' degrees of
        freedom, or those of the clusters where there are some.
        """
        names = [name for name in self.params.index if name != "const"]
        places = [self.params.index.get_loc(name) for name in names]
        jacobian = np.eye(len(self.params))[places]
        groups = getattr(self, "n_groups", None)
        cov = self.cov.to_numpy()
        test = wald(self.params[names].to_numpy(), jacobian, cov, "all zero", groups)
        df = int(test["df"])
        denominator = self.df_resid if groups is None else groups - 1
        statistic = float(test["statistic"]) / df
        return TestStatistic(
            {
                "statistic": statistic,
                "df": df,
                "df_denom": denominator,
                "p_value": float(laws.f.sf(statistic, df, denominator)),
            },
            dtype=object,
            name="F",
        )

    @property
    def df_model(self) -> int:
        """Coefficients and absorbed effects."""
        return len(self.params) + self._absorbed()

    @property
    def df_resid(self) -> int:
        """Observations minus `df_model`."""
        return int(self.nobs) - self.df_model

    def _absorbed(self) -> int:
        n, T = self.n_units, self.n_periods
        return {"unit": n, "time": T, "twoway": n + T - 1}.get(self._effects_name(), 0)

    def plot_coefficients(self, ax: Axes | None = None, level: float = 0.95) -> Axes:
        """Draw estimates with intervals; see :func:`regiometrics.spatial.plots.coefficients`."""
        from regiometrics.spatial.plots import coefficients

        return coefficients(self, ax=ax, level=level)

    def plot_impacts(self, ax: Axes | None = None, level: float = 0.95) -> Axes:
        """Draw impacts with intervals; see :func:`regiometrics.spatial.plots.impacts`."""
        from regiometrics.spatial.plots import impacts

        return impacts(self, ax=ax, level=level)

    # What maketables reads, so that its ETable takes these results beside those of others.

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        table = self.table.rename(
            columns={
                "estimate": "b",
                "std_error": "se",
                "statistic": "t",
                "p_value": "p",
                "conf_low": "ci95l",
                "conf_high": "ci95u",
            }
        )
        return table.rename_axis("Coefficient")

    def __maketables_stat__(self, key: str) -> object:
        names = {
            "N": "nobs",
            "r2": "rsquared",
            "r2_within": "rsquared_within",
            "ll": "loglik",
            "aic": "aic",
            "bic": "bic",
        }
        if key == "se_type":
            return self._cov_name()
        return getattr(self, names[key], None) if key in names else None

    @property
    def __maketables_depvar__(self) -> str:
        return self._outcome_name()

    @property
    def __maketables_fixef_string__(self) -> str | None:
        names = {"unit": "unit", "time": "period", "twoway": "unit+period"}
        return names.get(self._effects_name())

    @property
    def __maketables_vcov_info__(self) -> dict[str, object]:
        return {"vcov_type": self._cov_name(), "clustervar": None, "se_type": self._cov_name()}

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        return ["N", "r2"]

    def _outcome_name(self) -> str:
        raise NotImplementedError


def _short(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
