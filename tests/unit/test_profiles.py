"""Profiles beside the default one name options that Snakemake has, and rules that the study has."""

import re

import pytest
import yaml
from snakemake.cli import get_argument_parser

from guantian.registry import chapters, estimated_again


@pytest.fixture(scope="module")
def known():
    actions = get_argument_parser()._actions
    return {name.lstrip("-") for action in actions for name in action.option_strings}


@pytest.mark.parametrize("name", ["ci", "default", "kubernetes", "slurm"])
def test_every_key_is_an_option(root, known, name):
    """An executor's own options begin with its name."""
    given = yaml.safe_load((root / f"profiles/{name}/config.yaml").read_text("utf-8"))
    own = f"{given.get('executor')}-"
    assert [key for key in given if key not in known and not key.startswith(own)] == []


def test_the_slurm_profile_groups_rules_of_the_study(root):
    given = yaml.safe_load((root / "profiles/slurm/config.yaml").read_text("utf-8"))
    text = "".join(path.read_text("utf-8") for path in (root / "workflow/rules").glob("*.smk"))
    rules = set(re.findall(r"^rule (\w+):", text, re.M))
    rules |= {f"{stage.verb}_{each.name}" for each in chapters() for stage in each.stages}
    rules |= {f"{stage.verb}_first_published_{each.name}" for each, stage in estimated_again()}
    assert {entry.partition("=")[0] for entry in given["groups"]} <= rules


def test_the_job_runs_the_container_as_its_user_and_keeps_what_is_made(root):
    text = (root / "profiles/kubernetes/job.yaml").read_text("utf-8")
    claim, job = yaml.safe_load_all(text)
    spec = job["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    recipe = (root / "Containerfile").read_text("utf-8")
    assert f"USER {spec['securityContext']['runAsUser']}\n" in recipe
    top = re.search(r"^WORKDIR (\S+)", recipe, re.M)[1]
    places = [mount["mountPath"].removeprefix(f"{top}/") for mount in container["volumeMounts"]]
    ignored = (root / ".gitignore").read_text("utf-8").split("\n")
    assert [place for place in places if f"/{place}/" not in ignored] == []
    assert spec["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    profile = yaml.safe_load((root / "profiles/kubernetes/config.yaml").read_text("utf-8"))
    assert profile["container-image"] == container["image"]
    version = re.search(r'image\.version="([^"]+)"', recipe)[1]
    assert container["image"].endswith(f":{version}")
