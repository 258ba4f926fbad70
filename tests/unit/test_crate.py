"""A run as a Workflow Run RO-Crate: read from Snakemake's records, and valid by its profile."""

import base64
import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pytest
import requests
from rocrate_validator import services
from rocrate_validator.models import Severity
from rocrate_validator.utils.http import HttpRequester

from guantian.crate import NAME, JobRun, describe, read_jobs, write_crate

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
ABOUT = {
    "title": "A run",
    "description": "Two steps.",
    "messages": {"estimate": "Estimating"},
    "author": "Authors",
    "licence": "MIT",
}


class Context:
    """Serve the vocabulary of RO-Crate 1.1 from an installed package, and nothing else."""

    def __init__(self):
        text = (files("rocrate") / "data/ro-crate.jsonld").read_text(encoding="utf-8")
        held = json.loads(text)
        # Where versions 1.1 and 1.3 of the vocabulary differ for what is used here.
        for name in ("ComputationalWorkflow", "FormalParameter"):
            held["@context"][name] = f"https://bioschemas.org/{name}"
        self.content = json.dumps(held).encode()

    def get(self, url, **_):
        response = requests.Response()
        response.url = url
        response.status_code = 200 if url == CONTEXT else 504
        response._content = self.content if url == CONTEXT else b""
        response.headers["Content-Type"] = "application/ld+json"
        return response

    head = get

    def close(self):
        pass


def issues_of(root, monkeypatch):
    monkeypatch.setattr(HttpRequester(offline=True), "session", Context())
    settings = services.ValidationSettings(
        rocrate_uri=str(root),
        profile_identifier="provenance-run-crate-0.5",
        requirement_severity=Severity.REQUIRED,
    )
    monkeypatch.setattr(HttpRequester(), "session", Context())
    return [str(issue.message) for issue in services.validate(settings).get_issues()]


@pytest.fixture
def project(tmp_path):
    """A project with two jobs on record, one of them with two outputs."""
    made = {"results/a.csv": ("estimate", 2.0), "results/b.csv": ("estimate", 2.0)}
    made |= {"results/c.svg": ("draw", 3.0), "results/gone.csv": ("draw", 3.5)}
    for name in ("Snakefile", "requirements.lock", "data/raw/table.csv", *made):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "results/gone.csv").unlink()
    records = tmp_path / ".snakemake/metadata"
    records.mkdir(parents=True)
    for name, (rule, end) in made.items():
        inputs = (
            ["data/raw/table.csv"] if rule == "estimate" else ["results/a.csv", "results/b.csv"]
        )
        record = {"rule": rule, "starttime": end - 1, "endtime": end, "input": inputs}
        key = base64.b64encode(name.encode(), altchars=b"-_").decode()
        (records / key).write_text(json.dumps(record), encoding="utf-8")
    return tmp_path


def test_outputs_of_one_job_are_one_action(project):
    jobs = read_jobs(project / ".snakemake/metadata", project, ["results"])
    assert jobs == [
        JobRun("estimate", 1.0, 2.0, ("data/raw/table.csv",), ("results/a.csv", "results/b.csv")),
        JobRun("draw", 2.0, 3.0, ("results/a.csv", "results/b.csv"), ("results/c.svg",)),
    ]


def test_a_run_is_described_with_checksums(project):
    jobs = read_jobs(project / ".snakemake/metadata", project, ["results"])
    path = write_crate(describe(jobs, project, **ABOUT), project)
    assert path.name == NAME
    entities = {row["@id"]: row for row in json.loads(path.read_text(encoding="utf-8"))["@graph"]}
    raw = entities["data/raw/table.csv"]
    assert raw["sha256"] == hashlib.sha256(b"data/raw/table.csv").hexdigest()
    assert entities["#run"]["object"] == [{"@id": "data/raw/table.csv"}]
    assert len(entities["#run"]["result"]) == 3
    assert entities["#step-estimate"]["name"] == "Estimating"


def test_the_description_conforms_to_the_profile(project, monkeypatch):
    jobs = read_jobs(project / ".snakemake/metadata", project, ["results"])
    described = describe(jobs, project, **ABOUT)
    write_crate(described, project)
    assert issues_of(project, monkeypatch) == []
    # The validator sees what is wrong: an action without its step.
    described["@graph"] = [row for row in described["@graph"] if row["@id"] != "#step-draw"]
    write_crate(described, project)
    assert issues_of(project, monkeypatch)


def test_a_study_that_never_ran_has_no_description(tmp_path):
    with pytest.raises(ValueError, match="run the study"):
        describe([], tmp_path, **ABOUT)


def test_the_study_names_no_crate_among_its_files():
    root = Path(__file__).parents[2]
    assert f"/{NAME}" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
