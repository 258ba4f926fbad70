"""Every public function refuses what it cannot use, with a sentence; see `registry`."""

import importlib
import warnings

import numpy as np
import pandas as pd
import pytest
from corruptions import CORRUPTIONS
from forms import difference, flat, forms
from registry import COMPLETE, EXEMPT, load

from regiometrics.errors import EstimationError

REGISTRY = load()
CASES = [
    pytest.param(name, argument, corruption, id=f"{name}-{argument}-{corruption}")
    for name, subject in REGISTRY.items()
    for argument, kind in subject.kinds.items()
    for corruption in CORRUPTIONS[kind]
]


def quietly(call, arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        # What numpy warns of ends in numbers that are none.
        warnings.simplefilter("error", RuntimeWarning)
        return call(**arguments)


@pytest.mark.parametrize("name", REGISTRY)
def test_good_arguments_work(name):
    subject = REGISTRY[name]
    quietly(subject.call, subject.good())


@pytest.mark.parametrize(("name", "argument", "corruption"), CASES)
def test_bad_arguments_are_refused_with_a_sentence(name, argument, corruption):
    subject = REGISTRY[name]
    arguments = subject.good()
    bad = CORRUPTIONS[subject.kinds[argument]][corruption](arguments[argument])
    arguments[argument] = bad
    try:
        result = quietly(subject.call, arguments)
    except EstimationError as error:
        message = str(error)
        # A sentence says what was found and what to do.
        assert message.endswith((".", "!")) and " " in message, message
        assert len(message) > 30, message
        return
    reason = subject.fine.get((argument, corruption))
    assert reason, f"{corruption} for {argument} gave {result!r:.200}"
    assert_finite(result)


SAME = [
    pytest.param(name, argument, id=f"{name}-{argument}")
    for name, subject in REGISTRY.items()
    for argument, kind in subject.kinds.items()
    if kind in ("outcome", "series", "frame", "weights")
]


@pytest.mark.parametrize(("name", "argument"), SAME)
def test_other_forms_of_data_give_the_same_numbers(name, argument):
    subject = REGISTRY[name]
    plain = flat(quietly(subject.call, subject.good()))
    for form, other, tolerance in forms(subject.good()[argument]):
        try:
            found = quietly(subject.call, subject.good() | {argument: other})
        except EstimationError as error:
            assert str(error).endswith("."), form
            continue
        assert difference(plain, flat(found), tolerance) is None, form


def assert_finite(result):
    for value in numbers(result):
        assert np.isfinite(value).all(), result


def numbers(result):
    if isinstance(result, pd.DataFrame | pd.Series):
        frame = result.to_frame() if isinstance(result, pd.Series) else result
        yield from (frame[c].to_numpy(float) for c in frame.select_dtypes("number"))
    elif isinstance(result, int | float | np.ndarray):
        yield np.asarray(result, dtype=float)
    elif isinstance(getattr(result, "params", None), pd.Series):
        yield result.params.to_numpy(float)
        yield result.std_errors.to_numpy(float)


@pytest.mark.parametrize("package", COMPLETE)
def test_every_public_name_is_registered(package):
    module = importlib.import_module(f"regiometrics.{package}")
    registered = {tuple(name.split(".")[:2]) for name in [*REGISTRY, *EXEMPT]}
    missing = [name for name in module.__all__ if (package, name) not in registered]
    assert not missing
    strange = [
        name
        for name in [*REGISTRY, *EXEMPT]
        if name.startswith(f"{package}.") and name.split(".")[1] not in module.__all__
    ]
    assert not strange
