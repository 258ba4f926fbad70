"""What a run did, as a Workflow Run RO-Crate: inputs with checksums, steps, outputs, software.

After every run that ends well the workflow writes ``ro-crate-metadata.json`` at the top of the
project, by the profiles *Workflow RO-Crate* 1.0 and *Provenance Run Crate* 0.5. Each job of
Snakemake is an action with its times, the files that it read and those that it made.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from mimetypes import guess_type
from pathlib import Path
from typing import Any

NAME = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
WORKFLOW = "Snakefile"
LOCK = "requirements.lock"
TYPES = {".parquet": "application/vnd.apache.parquet", ".typ": "text/x-typst", ".smk": "text/plain"}


@dataclass(frozen=True)
class JobRun:
    """One job of a run: its rule, when it ran (seconds since 1970), its inputs and outputs."""

    rule: str
    start: float
    end: float
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read_jobs(records: str | Path, root: str | Path, folders: Iterable[str]) -> list[JobRun]:
    """Read which jobs made what lies in folders, from Snakemake's records.

    Parameters
    ----------
    records
        Snakemake's folder of metadata: a JSON file per output, named by the output's path in
        base 64, long names over several folders.
    root
        The top of the project, from which paths are.
    folders
        Folders of which the files are asked for, from the top of the project.

    Returns
    -------
    list of JobRun
        By start and rule. Records of files that are not there any more are left out.
    """
    root, records, wanted = Path(root), Path(records), tuple(f"{name}/" for name in folders)
    found: dict[tuple[str, float], tuple[float, set[str], set[str]]] = {}
    for path in records.rglob("*"):
        if path.is_dir():
            continue
        name = "".join(part.removeprefix("@") for part in path.relative_to(records).parts)
        output = base64.b64decode(name, altchars=b"-_").decode("utf-8", errors="replace")
        if not output.startswith(wanted) or not (root / output).is_file():
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.get("incomplete") or not record.get("starttime") or not record.get("endtime"):
            continue
        # Outputs of one job end together; each has a start of its own, by thousandths of a second.
        _, inputs, outputs = found.setdefault(
            (record["rule"], record["endtime"]), (record["starttime"], set(), set())
        )
        inputs.update(name for name in record.get("input") or () if (root / name).is_file())
        outputs.add(output)
    jobs = [
        JobRun(rule, start, end, tuple(sorted(inputs)), tuple(sorted(outputs)))
        for (rule, end), (start, inputs, outputs) in found.items()
    ]
    return sorted(jobs, key=lambda job: (job.start, job.rule))


def describe(
    jobs: Iterable[JobRun],
    root: str | Path,
    *,
    title: str,
    description: str,
    messages: Mapping[str, str],
    author: str,
    licence: str,
) -> dict[str, Any]:
    """Describe a run as the JSON-LD of an RO-Crate.

    Parameters
    ----------
    jobs
        As `read_jobs` gives them.
    root
        The top of the project, the crate's root.
    title, description
        Of the run.
    messages
        Rule to what it says that it does.
    author
        Name of those who wrote the workflow.
    licence
        SPDX name of the workflow's licence.
    """
    jobs, root = list(jobs), Path(root)
    if not jobs:
        raise ValueError("No job is on record, of which the run could be described: run the study.")
    rules = list(dict.fromkeys(job.rule for job in jobs))
    made = sorted({name for job in jobs for name in job.outputs})
    read = sorted({name for job in jobs for name in job.inputs} - set(made))
    locked = [name for name in [LOCK] if (root / name).is_file()]
    files = [*dict.fromkeys([WORKFLOW, *locked, *read, *made])]
    graph = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": _ids(
                [
                    "https://w3id.org/ro/crate/1.1",
                    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
                ]
            ),
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": title,
            "description": description,
            "datePublished": _when(jobs[-1].end),
            "license": {"@id": f"https://spdx.org/licenses/{licence}"},
            "creator": {"@id": "#authors"},
            "conformsTo": _ids(PROFILES),
            "hasPart": _ids(files),
            "mainEntity": {"@id": WORKFLOW},
            "mentions": _ids(["#run", "#organised", *(_action(n) for n in range(len(jobs)))]),
        },
        *(
            {
                "@id": address,
                "@type": "CreativeWork",
                "name": name,
                "version": address.split("/")[-1],
            }
            for address, name in PROFILES.items()
        ),
        {
            "@id": f"https://spdx.org/licenses/{licence}",
            "@type": "CreativeWork",
            "name": licence,
            "description": f"The licence {licence}.",
        },
        {"@id": "#authors", "@type": "Organization", "name": author},
        *_workflow(root, rules, messages, licence, locked),
        *_steps(jobs, rules),
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": title,
            "instrument": {"@id": WORKFLOW},
            "agent": {"@id": "#authors"},
            "startTime": _when(min(job.start for job in jobs)),
            "endTime": _when(max(job.end for job in jobs)),
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            "object": _ids(read),
            "result": _ids(made),
        },
        {
            "@id": "#organised",
            "@type": "OrganizeAction",
            "name": f"Snakemake {metadata.version('snakemake')} runs the workflow",
            "agent": {"@id": "#authors"},
            "instrument": {"@id": "#snakemake"},
            "object": _ids(_control(n) for n in range(len(jobs))),
            "result": {"@id": "#run"},
            "startTime": _when(min(job.start for job in jobs)),
            "endTime": _when(max(job.end for job in jobs)),
        },
        *(_file(root, name) for name in files if name != WORKFLOW),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def write_crate(described: Mapping[str, Any], root: str | Path) -> Path:
    """Write the description at the crate's root, under a temporary name first."""
    path = Path(root) / NAME
    temporary = path.with_name(f".{NAME}.tmp")
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    return path


def _workflow(
    root: Path, rules: list[str], messages: Mapping[str, str], licence: str, locked: list[str]
) -> Iterator[dict[str, Any]]:
    """Describe the workflow, its language and engine, its tools, and what it runs on."""
    yield _file(root, WORKFLOW) | {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": "Guantian",
        "programmingLanguage": {"@id": SNAKEMAKE},
        "license": {"@id": f"https://spdx.org/licenses/{licence}"},
        "creator": {"@id": "#authors"},
        "hasPart": _ids(_tool(rule) for rule in rules),
        "step": _ids(_step(rule) for rule in rules),
        "softwareRequirements": _ids(["#python", *locked]),
    }
    yield {
        "@id": SNAKEMAKE,
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "identifier": {"@id": "https://doi.org/10.12688/f1000research.29032.2"},
        "url": {"@id": "https://snakemake.github.io"},
    }
    yield {
        "@id": "#snakemake",
        "@type": "SoftwareApplication",
        "name": "Snakemake",
        "softwareVersion": metadata.version("snakemake"),
    }
    yield {
        "@id": "#python",
        "@type": "SoftwareApplication",
        "name": platform.python_implementation(),
        "softwareVersion": platform.python_version(),
        "operatingSystem": f"{platform.system()} {platform.machine()}",
    }
    for position, rule in enumerate(rules, start=1):
        says = messages.get(rule) or rule
        yield {
            "@id": _step(rule),
            "@type": "HowToStep",
            "name": says,
            "position": str(position),
            "workExample": {"@id": _tool(rule)},
        }
        yield {
            "@id": _tool(rule),
            "@type": "SoftwareApplication",
            "name": rule,
            "description": f"{says}.",
        }


def _steps(jobs: list[JobRun], rules: list[str]) -> Iterator[dict[str, Any]]:
    """Describe what each job did, and the step that it was."""
    for number, job in enumerate(jobs):
        yield {
            "@id": _action(number),
            "@type": "CreateAction",
            "name": f"{job.rule}, step {rules.index(job.rule) + 1}",
            "instrument": {"@id": _tool(job.rule)},
            "agent": {"@id": "#authors"},
            "startTime": _when(job.start),
            "endTime": _when(job.end),
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            "object": _ids(job.inputs),
            "result": _ids(job.outputs),
        }
        yield {
            "@id": _control(number),
            "@type": "ControlAction",
            "name": f"Snakemake runs {job.rule}",
            "instrument": {"@id": _step(job.rule)},
            "object": {"@id": _action(number)},
        }


def _file(root: Path, name: str) -> dict[str, Any]:
    content = (root / name).read_bytes()
    kind = TYPES.get(Path(name).suffix) or guess_type(name)[0] or "text/plain"
    return {
        "@id": name,
        "@type": "File",
        "name": Path(name).name,
        "contentSize": str(len(content)),
        "encodingFormat": kind,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _ids(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _action(number: int) -> str:
    return f"#job-{number}"


def _control(number: int) -> str:
    return f"#control-{number}"


def _tool(rule: str) -> str:
    return f"#rule-{rule}"


def _step(rule: str) -> str:
    return f"#step-{rule}"
