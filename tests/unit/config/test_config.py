"""The configuration: typed, its documents current, the zone's choices filled in."""

import importlib.util
import json
import subprocess
import sys

import jsonschema
import pytest

from guantian.config import ConfigError, load_study, merged, read_study
from guantian.config.documents import write
from guantian.config.migration import RENAMED
from guantian.config.study import Study, Where
from guantian.files import read_yaml
from guantian.geography.provinces import NEIGHBOURS, with_neighbours
from guantian.geography.zones import read_zones


@pytest.fixture(scope="module")
def faults(root):
    spec = importlib.util.spec_from_file_location("faults", root / "tests/faults/config.py")
    module = sys.modules["faults"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def config(root):
    return read_yaml(root / "config/study.yaml")


def test_wrong_configurations_stop_with_a_sentence(faults):
    """All variants but those made for every option by rule, of which each eighth."""
    chosen = faults.variants()
    by_rule = [variant for variant in chosen if variant.kind in faults.BY_TYPE]
    others = [variant for variant in chosen if variant.kind not in faults.BY_TYPE]
    assert len(chosen) > 2000
    assert len(others) > 500
    _, found = faults.faults_of([*by_rule[::8], *others])
    assert found == []


def test_a_fault_of_the_harness_is_seen(faults, monkeypatch):
    """Where nothing is checked, every variant is silent, and the harness says so."""
    monkeypatch.setattr(faults, "read_study", lambda *given: None)
    chosen = [faults.Variant("does not fit", "x", {}), faults.Variant("right", "y", accepted=True)]
    counts, found = faults.faults_of(chosen)
    assert found == ["does not fit: x: silent"]
    assert counts["does not fit", "silent"] == 1
    monkeypatch.setattr(faults, "read_study", lambda *given: 1 / 0)
    _, found = faults.faults_of(chosen)
    assert found[0] == "does not fit: x: bare ZeroDivisionError: division by zero"
    assert len(found) == 2


def test_schema_and_tables_are_current(root):
    assert write(root, check=True) == [], "run `python -m guantian.config --write`"


def test_the_schema_accepts_the_study_and_refuses_what_is_wrong(root, config):
    schema = json.loads((root / "workflow/schemas/config.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    assert list(validator.iter_errors(config)) == []
    for wrong in ({"confidence": 95}, {"zonne": "x"}, {"placebo": {"draws": 10000.5}}):
        assert not validator.is_valid(config | wrong)
    schema = json.loads((root / "workflow/schemas/zone.schema.json").read_text("utf-8"))
    for path in (root / "config/zones").glob("*.yaml"):
        jsonschema.validate(read_yaml(path), schema)


def test_every_option_says_what_it_means(root):
    for page in ("config/README.md", "config/zones/README.md"):
        lines = (root / page).read_text("utf-8").splitlines()
        rows = [line for line in lines if line.startswith("| `")]
        assert len(rows) > 20
        assert all(len(row.split(" | ")[-1]) > 5 for row in rows)
    assert len(Study.model_fields) > 20


def test_the_zones_own_choices_are_filled_in(root, config):
    given = read_study(config, root)
    border = given.study.growth.border
    assert border.provinces == ["610000", "620000"]
    assert border.exclude_cities == ["610100", "610400"]
    assert (given.study.linkage.since, given.study.linkage.until) == (2009, 2019)
    assert given.study.games.centres == ["610100", "610300", "620500"]
    assert given.study.checks.focus == given.about.codes
    assert given.config["region"] == given.study.region
    assert given.zone.id == given.about.id == "guanzhong_tianshui"


def test_a_small_zone_needs_no_more_members_than_it_has(root, config):
    asked = {}
    for zone in ("changsha_zhuzhou_xiangtan", "beibu_gulf_economic_zone", "guanzhong_tianshui"):
        given = read_study(config | {"zone": zone}, root)
        asked[len(given.zone.codes)] = given.study.inequality.min_members
    assert asked == {3: 3, 4: 4, 7: 5}


def test_what_the_configuration_says_wins_over_the_zone(root, config):
    asked = merged(config, {"linkage": {"since": 2010}, "games": {"centres": ["610500"]}})
    given = read_study(asked, root)
    assert given.study.linkage.since == 2010
    assert given.study.games.centres == ["610500"]
    assert asked["linkage"] == config["linkage"] | {"since": 2010}, "what was given stays as it was"


def test_reading_what_was_filled_in_changes_nothing(root, config):
    for zone in ("guanzhong_tianshui", "wuhan_city_circle"):
        once = read_study(config | {"zone": zone}, root)
        again = read_study(once.config, root)
        assert (again.config, again.folders) == (once.config, once.folders)


def test_every_zone_has_folders_of_its_own(root, config):
    seen = set()
    for zone in read_zones(root / "config/zones"):
        given = read_study(config | {"zone": zone}, root)
        made = set(given.folders.model_dump().values())
        assert len(made) == 4
        assert not seen & made
        seen |= made
        # The raw tables were corrected once, for all zones.
        assert given.study.checks.focus == given.about.codes
    assert {"results", "results/wuhan_city_circle", "data/processed/wuhan_city_circle"} <= seen


def test_the_study_is_read_from_its_files(root, config):
    assert load_study(root) == read_study(config, root)
    small = load_study(root, "config/small.yaml")
    assert (small.zone.id, small.study.placebo.draws) == ("guanzhong_plain", 2000)
    with pytest.raises(ConfigError, match=r"config/none\.yaml is missing"):
        load_study(root, "config/none.yaml")


def test_labels_say_what_is_so_of_the_zone(root, config):
    """Its region is western, and 2009 is after its approval, where it is the study's own."""

    def words(zone):
        return read_study(config | {"zone": zone}, root).words

    periods = {"period": {"before": "2001–2008", "after": "2009–2019"}}
    assert words("guanzhong_tianshui") == {}
    assert words("guanzhong_plain") == periods  # of the same provinces, approved in 2018
    other = {"sample": {"region": "Region"}, "donor_set": {"region": "Region"}}
    assert words("jiangsu_coastal") == other  # approved in the same month
    assert words("wuhan_city_circle") == other | periods


def test_folders_that_are_named_are_used_as_named(root, config):
    small = merged(config, read_yaml(root / "config/small.yaml"))
    given = read_study(small, root)
    assert given.zone.id == "guanzhong_plain"
    assert given.folders.results == "results/small"
    assert given.folders.processed == "data/processed/small"


def test_the_file_that_holds_the_key_is_named(root, config, tmp_path):
    other = tmp_path / "mine.yaml"
    other.write_text("confidence: 95\n")
    with pytest.raises(ConfigError, match=r"\(.*mine\.yaml\) is wrong at confidence: 95; expected"):
        read_study(config | {"confidence": 95}, root, ["config/study.yaml", str(other)])
    study = ["config/study.yaml"]
    with pytest.raises(
        ConfigError, match=r"\(config/study\.yaml\) is wrong at growth\.draws: 1999 "
    ):
        Where(root, study, config).stop("growth.draws", "1999 is an example")
    with pytest.raises(ConfigError, match=r"\(--config\) is wrong at base_year: 'x'; expected"):
        read_study(config | {"base_year": "x"}, root, study)
    with pytest.raises(ConfigError, match=r"\(--config\) is wrong at zonne: there is no such key"):
        read_study(config | {"zonne": "x"}, root, study)
    with pytest.raises(ConfigError, match="The configuration is wrong at base_year: no value is"):
        read_study({k: v for k, v in config.items() if k != "base_year"}, root, study)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"coalition": {"draws": 40}}, r"at coalition: the key is called core_periphery now"),
        ({"plan": {"placebos": 100}}, r"at plan\.placebos: the key is called plan\.n_placebos now"),
        (
            {"core_periphery": {"swept": {}}},
            r"at core_periphery\.swept: the key is called core_periphery\.sensitivity now",
        ),
        ({"figures": {}}, r"at figures: the key is called convergence\.figures now"),
    ],
)
def test_a_key_of_version_1_is_told_its_new_name(root, config, overrides, sentence):
    with pytest.raises(ConfigError, match=sentence):
        read_study(merged(config, overrides), root)


def test_renamed_keys_are_gone_and_their_new_names_are_there(config, faults):
    keys = set(faults.leaves())
    for old, new in RENAMED.items():
        assert any(key == new or key.startswith(f"{new}.") for key in keys), new
        assert not any(key == old or key.startswith(f"{old}.") for key in keys), old


def test_reading_is_cheap(root):
    """Every start of the workflow waits for it: nothing heavy may be imported."""
    code = (
        "import sys; from guantian.config import read_study; from guantian.files import read_yaml;"
        "read_study(read_yaml('config/study.yaml'), '.');"
        "print(sorted({'numpy', 'pandas', 'scipy', 'geopandas', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_provinces_adjoin_as_on_the_map(raw_folder):
    from guantian.geography.boundaries import read_prefectures, shared_borders

    borders = shared_borders(read_prefectures(raw_folder / "prefectures.gpkg"))
    borders = borders[borders["border_km"] > 0]
    found = {code: set() for code in NEIGHBOURS}
    for a, b in zip(borders["code_a"].str[:2], borders["code_b"].str[:2], strict=True):
        first, second = f"{a}0000", f"{b}0000"
        if first != second and {first, second} <= set(found):
            found[first].add(second)
            found[second].add(first)
    # An island has no neighbour on land.
    found["460000"].add("440000")
    found["440000"].add("460000")
    assert {code: set(others) for code, others in NEIGHBOURS.items()} == found
    assert with_neighbours(["460000"]) == ["440000", "460000"]
