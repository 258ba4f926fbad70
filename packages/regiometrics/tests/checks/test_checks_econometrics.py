"""Every public econometric function refuses damaged arguments in a sentence."""

import importlib
import importlib.util
import inspect
import pkgutil
import sys
import warnings
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def _load(name):
    """Import a helper beside this file, which is in no package."""
    path = FOLDER / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"regiometrics_checks_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


forms, mutations, specimens, more = (
    _load(name) for name in ("forms", "mutations", "specimens", "specimens_more")
)
ALL = [*specimens.SPECIMENS, *more.specimens(specimens.Specimen)]


@pytest.mark.parametrize("specimen", ALL, ids=lambda specimen: specimen.name)
def test_damaged_arguments_are_refused_or_show(specimen):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        specimen.function(**specimen.arguments)  # the good call itself
    faults = [
        f"{name}, {damage.kind}: {fault}"
        for name, value in specimen.arguments.items()
        for damage in mutations.damages(name, value)
        if damage.kind not in specimen.allows.get(name, ())
        and (fault := mutations.verdict(specimen.function, specimen.arguments, name, damage))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("specimen", ALL, ids=lambda specimen: specimen.name)
def test_other_forms_of_arguments_give_the_same_numbers(specimen):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = forms.flat(specimen.function(**specimen.arguments))
        faults = []
        for name, value in specimen.arguments.items():
            for form, other, tolerance in forms.forms(value):
                try:
                    found = specimen.function(**(specimen.arguments | {name: other}))
                except ValueError as error:
                    fault = mutations._refusal(error)
                except Exception as error:
                    fault = f"bare {type(error).__name__}: {error}"
                else:
                    fault = forms.difference(plain, forms.flat(found), tolerance or 1e-12)
                if fault:
                    faults.append(f"{name}, {form}: {fault}")
    assert not faults, "\n".join(faults)


#: Functions that read what another function has checked, or that need an optional program.
INNER = {
    "counterfactuals.simplex": {"one_problem"},
    "convergence.log_t": {
        "first_used",
        "group_variance",
        "log_panel",
        "log_t_regressions",
        "long_run_variance",
    },
    "convergence.merging": {
        "absorb_divergent",
        "merge_phillips_sul",
        "merge_von_lyncker_thoennessen",
    },
    "convergence.sensitivity": {"adjusted_rand"},
    "convergence.trends": {"autocorrelation", "trend_and_error"},
    "counterfactuals.augmented": {"ridge_correction"},
    "counterfactuals.honest": {"relative_magnitude_interval"},
    "counterfactuals.synthetic": {"checked_design"},
    "distribution.autocorrelation": {"lisa_by_period", "lisa_chain", "local_moran"},
    "distribution.markov": {"state_codes"},
    "distribution.spatial_markov": {"checked_weights", "independent_moves", "spatial_lag"},
    "games.gains": {"read_cities"},
    "games.stage": {"pair_equilibria"},
    "gravity.communities": {"agreement", "find_communities", "zone_labels"},
    "gravity.errors_dyadic": {"covariance", "dyadic_meat", "two_way_meat"},
    "gravity.grid": {"bases", "usable"},
    "gravity.network": {"check_flow", "check_zones", "directed_graph"},
    "gravity.prediction": {
        "log_ratios",
        "predict_left_out",
        "predict_left_out_fast",
        "zone_pairs",
    },
    "gravity.separation": {"independent", "separated"},
    "inequality.indices": {"shares"},
    "placebo.chain": {"draw_by_chain"},
    "placebo.ranks": {"disjoint_zones"},
    "structure.duplication": {"benchmarked", "common_years", "wide"},
    "structure.segmentation": {"adjacent_provinces", "price_changes", "rounded"},
}
PACKAGES = (
    "convergence",
    "counterfactuals",
    "distribution",
    "games",
    "gravity",
    "inequality",
    "placebo",
    "structure",
)


@pytest.mark.parametrize("package", ["panel", "weights"])
def test_every_public_name_of_panels_and_weights_has_a_specimen(package):
    offered = importlib.import_module(f"regiometrics.{package}")
    tried = {specimen.function.__name__ for specimen in ALL}
    missing = [
        name
        for name in offered.__all__
        if callable(getattr(offered, name))
        and more.CALLED_BY.get(name, name) not in tried
        and name not in more.ELSEWHERE
    ]
    assert not missing


def test_every_function_of_inference_has_a_specimen():
    module = importlib.import_module("regiometrics.inference")
    tried = {specimen.function.__name__ for specimen in ALL}
    public = {
        value.__name__
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    # Rows of a table, read by name.
    assert public - tried == {"error_behind"}


def test_every_public_function_has_a_specimen():
    covered = {
        (specimen.function.__module__, specimen.function.__name__)
        for specimen in specimens.SPECIMENS
    }
    missing = []
    for package in PACKAGES:
        parent = importlib.import_module(f"regiometrics.{package}")
        for info in pkgutil.iter_modules(parent.__path__):
            module = importlib.import_module(f"{parent.__name__}.{info.name}")
            inner = INNER.get(f"{package}.{info.name}", set())
            for name, value in vars(module).items():
                own = inspect.isfunction(value) and value.__module__ == module.__name__
                public = own and not name.startswith("_") and name not in inner
                if public and (module.__name__, name) not in covered:
                    missing.append(f"{package}.{info.name}.{name}")
    assert not missing
