"""What the library offers by way of intervals and tests, and the rows of the tables of recovery.

`found` reads the library's source: every public class or function, and every helper of theirs, that
has a p-value, an interval or a standard error. `OFFERED` names for each the procedures of the
tables (their beginning), or says in a sentence of a tuple why there is no row of its own.
"""

import ast
import re
from pathlib import Path

import regiometrics
import regiometrics.gravity
import regiometrics.panel
import regiometrics.spatial
from regiometrics.inference import Inference

LIBRARY = Path(regiometrics.__file__).parent
MARK = re.compile(
    r"(^|_)(p_?values?|conf_int|conf_low|conf_high|p_rank|std_errors?|p_sim)$|^(low|lower)$"
)

#: A public function with such a name gives a test or an interval, whatever it returns.
NAME = re.compile(r"(_|^)(tests?|rank|interval|intervals|bootstrap|with_error|autocorrelation)$")


def found():
    """Names "module.name" of what has a mark of inference in its body, not in its docstring."""
    names = {
        f"{each.__module__}.{each.__qualname__}".removeprefix("regiometrics.")
        for each in _subclasses(Inference)
        if each.__module__.startswith("regiometrics.")
    }
    for path in sorted(LIBRARY.rglob("*.py")):
        module = ".".join(path.relative_to(LIBRARY).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            called = not node.name.startswith("_") and NAME.search(node.name)
            if called or any(_marks(node)):
                names.add(f"{module}.{node.name}")
    return names


def _subclasses(base):
    for each in base.__subclasses__():
        yield each
        yield from _subclasses(each)


def _marks(node):
    doc = ast.get_docstring(node, clean=False)
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value != doc:
            yield MARK.search(part.value)
        elif isinstance(part, ast.keyword) and part.arg:
            yield MARK.search(part.arg)
        elif isinstance(part, ast.FunctionDef):
            yield MARK.search(part.name)
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield MARK.search(part.target.id)


#: A tuple of one sentence says why there is no row.
READS = ("It lays out, draws or combines what other results have.",)
INNER = ("It is a part of a procedure that has rows.",)
NO_INFERENCE = ("The word has another meaning here.",)

OFFERED = {
    "convergence.beta.BetaResult": ["beta, cross-section", "beta, two-way", "beta, speed"],
    "convergence.beta.ImpliedSpeed": ["beta, speed"],
    "convergence.beta.beta_convergence": ["beta, cross-section", "beta, two-way"],
    "convergence.beta.implied_speed": ["beta, speed"],
    "convergence.beta_trend._slopes": ["beta by period, first window"],
    "convergence.clubs._tests": ["log t"],
    "convergence.log_t.LogTResult": ["log t"],
    "convergence.log_t.log_t_test": ["log t"],
    "convergence.sensitivity._run": ["log t"],
    "convergence.sigma.SigmaResult": ["Pitman-Morgan", "Newey-West trend"],
    "convergence.sigma.sigma_convergence": ["Pitman-Morgan", "Newey-West trend"],
    "convergence.trends.TrendResult": ["Newey-West trend", "market trend"],
    "convergence.weak_sigma.WeakSigmaResult": ["weak sigma convergence"],
    "convergence.weak_sigma.weak_sigma_test": ["weak sigma convergence"],
    "counterfactuals.conformal.ConformalTest": ["conformal test"],
    "counterfactuals.conformal.conformal_test": ["conformal test"],
    "counterfactuals.intervals.prediction_intervals": ["prediction interval"],
    "counterfactuals.pooling.PooledEffects": ["pooled effects"],
    "counterfactuals.pooling.pool_effects": ["pooled effects"],
    "counterfactuals.pretrends.sensitivity": [
        "robust interval, relative magnitudes",
        "robust interval, smoothness",
    ],
    "counterfactuals.pretrends._as_results": INNER,
    "distribution.autocorrelation.local_moran": ["local Moran"],
    "distribution.markov.MarkovChain": ["transition, error"],
    "distribution.markov.HomogeneityResult": ["homogeneity of chains", "spatial Markov"],
    "distribution.markov.homogeneity_test": ["homogeneity of chains", "spatial Markov"],
    "distribution.markov_bootstrap.bootstrap_chain": ["mobility, bootstrap"],
    "distribution.spatial_markov.QuadrantResult": ["quadrants, co-movement"],
    "distribution.spatial_markov.quadrant_markov": ["quadrants, co-movement"],
    "distribution.spatial_unit_root.SpatialUnitRootResult": ["spatial unit root"],
    "distribution.spatial_unit_root._run": INNER,
    "gravity.prediction.zone_pairs": NO_INFERENCE,
    "inequality.decomposition.between_rank": ["between-group rank"],
    "inference.Inference": READS,
    "inference.Result": READS,
    "inference.SlopeInference": READS,
    "inference.error_behind": READS,
    "inference.holm": READS,
    "inference.implied_error": READS,
    "inference.inference_row": ["Zipf's exponent"],
    "inference.minimum_detectable_effect": READS,
    "inference.tost": READS,
    "panel.bootstrap.WildBootstrapResult": ["wild bootstrap, interval"],
    "panel.bootstrap.wild_cluster_bootstrap": ["wild bootstrap, test"],
    "panel.bootstrap.symmetric_p_value": ["wild bootstrap, test"],
    "panel.bootstrap.equal_tailed_p_value": ["wild bootstrap, equal-tailed"],
    "panel.dynamic_results.chi_squared": ["difference GMM, collapsed, Wald"],
    "panel.gmm.DynamicPanelGMMResult": [
        "difference GMM, collapsed, Hansen",
        "difference GMM, collapsed, Sargan",
        "difference GMM, collapsed, interval",
        "system GMM",
    ],
    "panel.gmm_steps.serial_correlation": ["difference GMM, collapsed, serial correlation"],
    "panel.lag_test.LagTest": ["LSDVC, score interval"],
    "panel.lsdvc.LSDVCResult": ["LSDVC, score interval", "LSDVC, bootstrap error"],
    "panel.unit_root.UnitRootResult": ["Im-Pesaran-Shin", "CIPS"],
    "panel.unit_root.im_pesaran_shin": ["Im-Pesaran-Shin"],
    "panel.unit_root.pesaran_cips": ["CIPS"],
    "placebo.ranks.PlaceboRank": ["placebo rank"],
    "placebo.ranks.placebo_rank": ["placebo rank", "SDID, placebo rank"],
    "placebo.ranks.rank_row": ["placebo rank, interval"],
    "spatial.comparison._chi2": ["lr_test", "hausman_test"],
    "spatial.comparison.select_model": READS,
    "spatial.component_tests.error_component_tests": ["error_component_tests"],
    "spatial.diagnostics.lm_tests": ["lm_tests"],
    "spatial.diagnostics.moran_test": ["moran_test"],
    "spatial.diagnostics.pesaran_cd": ["pesaran_cd"],
    "spatial.diagnostics.randomised_cd": ["randomised_cd"],
    "spatial.familiar.TestStatistic": READS,
    "spatial.gmm_output.TwoStageOutput": READS,
    "spatial.gmm_results.Spatial2SLSResult": [
        "2sls, robust",
        "overidentification",
        "Anderson-Rubin",
    ],
    "spatial.logdet.band.Band": NO_INFERENCE,
    "spatial.output.SpatialOutput": ["F of all slopes"],
    "spatial.paths.impact_path": ["dynamic SAR, Lee-Yu: total impact after a period"],
    "spatial.plots.coefficients": READS,
    "spatial.plots.impacts": READS,
    "spatial.prediction.SpatialPrediction": ["dynamic SAR: forecast"],
    "spatial.recovery._covering": READS,
    "spatial.recovery._row": READS,
    "spatial.restrictions.wald": ["wald_test, SAR in SDM"],
    "spatial.selection_robust.RobustSelectedModel": NO_INFERENCE,
    "spatial.serial.fit_serial": ["SAR, serial errors"],
    "spatial.several.SeveralLagsResult": ["two lags"],
    "spatial.tables.Comparison": READS,
    "spatial.tables.compare": READS,
    "spatial.wild.WildTest": ["wild bootstrap of rho", "wild bootstrap of a slope"],
    "spatial.wild.wild_spatial_test": ["wild bootstrap of rho"],
    "structure.specialisation.specialisation": NO_INFERENCE,
    "convergence.trends.autocorrelation": ("It is the statistic of a series, not a test.",),
    "counterfactuals.effect_errors.effect_with_error": [
        "effect, did",
        "effect, sdid",
        "effect, sc",
    ],
    "counterfactuals.honest.relative_magnitude_interval": ["robust interval, relative magnitudes"],
    "distribution.spatial_unit_root.spatial_stationarity_test": ["spatial unit root, weak"],
    "distribution.spatial_unit_root.spatial_unit_root_test": ["spatial unit root, root"],
    "spatial.comparison.hausman_test": ["hausman_test"],
    "spatial.comparison.lr_test": ["lr_test"],
    "spatial.comparison.wald_test": ["wald_test"],
    "spatial.rank.check_rank": NO_INFERENCE,
    "spatial.weak.anderson_rubin_test": ["Anderson-Rubin"],
    # What has inference by the protocol of results alone.
    "convergence.beta_trend.BetaTrendResult": ["trend of beta", "beta by period, mean"],
    "counterfactuals.effect_errors.EffectResult": ["effect, did", "effect, sdid"],
    "distribution.autocorrelation.global_autocorrelation": ["Moran's I", "Geary's C"],
    "distribution.spatial_markov.neighbour_rank": ["neighbour rank"],
    "gravity.matrices.matrix_correlation": ["matrix correlation"],
    "gravity.ppml.PoissonFit": ["Poisson gravity"],
    "gravity.results.GravityResult": ["Poisson gravity", "tobit gravity"],
    "gravity.tobit.TobitFit": ["tobit gravity"],
    "panel.dynamic_results.DynamicPanelResult": ["difference GMM"],
    "panel.jackknife.HalfPanelResult": ["half-panel jackknife"],
    "panel.mean_group.MeanGroupResult": ["mean group", "common correlated effects"],
    "panel.spread.exposure_slope": ["exposure slope"],
    "spatial.impacts.impact_table": ["SDM, classical: indirect impact", "SDM, simulated"],
    "spatial.profile.profile_interval": ["SDM, profile", "GNS, profile"],
    "spatial.results.SpatialPanelResult": ["SDM, classical", "SEM, classical"],
}

#: Each choice of an option that changes an interval, and a row that has it.
CHOICES = {
    "models": {
        "slx": "SLX, classical",
        "sar": "SAR, robust",
        "sem": "SEM, classical",
        "sdm": "SDM, classical",
        "sdem": "SDEM, classical",
        "sac": "SAC, classical",
        "gns": "GNS, classical",
    },
    "effects": {
        "twoway": "SDM, classical",
        "none": "SAR, pooled",
        "unit": "SAR, unit effects",
        "time": "SAR, time effects",
        "random": "SAR, random effects",
        "between": "SAR, between",
        "first-difference": "SAR, first-difference",
        "factors": "SAR, factors",
    },
    "covariances": {
        "classical": "SDM, classical",
        "qml": "SDM, qml",
        "robust": "SAR, robust",
        "HC0": "least squares, HC0",
        "HC1": "least squares, HC1",
        "HC2": "least squares, HC2",
        "HC3": "least squares, HC3",
        "clustered": "least squares, clustered by unit",
        "newey-west": "least squares, Newey-West",
        "driscoll-kraay": "least squares, Driscoll-Kraay",
        "conley": "least squares, Conley",
    },
    "effect errors": {"placebo": "effect, sdid, placebo", "jackknife": "effect, sdid, jackknife"},
    "shocks": {
        "subgaussian": "prediction interval, subgaussian",
        "location-scale": "prediction interval, location-scale",
        "quantile": "prediction interval, quantile",
    },
}
