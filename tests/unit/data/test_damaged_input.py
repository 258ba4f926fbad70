"""A sample of what `make faults` tries: damaged tables, side files and boundaries."""

import importlib.util

import pytest


@pytest.fixture(scope="module")
def harness(root):
    path = root / "tests/faults/files.py"
    spec = importlib.util.spec_from_file_location("faults_files", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAMPLE = [("tables", 14, 150), ("side files", 4, 100), ("boundaries", 2, 20)]


@pytest.mark.parametrize(("group", "step", "least"), SAMPLE)
def test_damage_stops_with_a_sentence_that_names_the_file(harness, tmp_path, group, step, least):
    outcomes = list(harness.GROUPS[group](tmp_path, step))
    assert len(outcomes) > least
    assert [each for each in outcomes if each[2] not in ("refused", "harmless")] == []


def test_the_harness_tells_what_is_read_as_if_nothing_were_wrong(harness, tmp_path):
    path = tmp_path / "acts.csv"
    sound, other = harness.pd.DataFrame({"a": [1]}), harness.pd.DataFrame({"a": [2]})
    assert harness.judge(lambda: other, path, sound) == "silent"
    assert harness.judge(lambda: sound.copy(), path, sound) == "harmless"
    assert harness.judge(lambda: {}["x"], path, sound) == "bare: KeyError"
