"""The JSON schema and the tables of options, written from the models."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from guantian.config import migration
from guantian.config.study import Study
from guantian.declarations import Declarations
from guantian.geography.zones import Zone
from guantian.options import Options, expected, part_at

SCHEMA = "workflow/schemas/config.schema.json"
ZONE_SCHEMA = "workflow/schemas/zone.schema.json"
CLAIMS_SCHEMA = "workflow/schemas/claims.schema.json"
#: Page to the model whose options it lists.
PAGES: dict[str, type[Options]] = {"config/README.md": Study, "config/zones/README.md": Zone}


def schema(model: type[Options], title: str) -> str:
    """Return a model's JSON schema, with what each option means, as text.

    Editors read it; `guantian.config.read_study` checks more (files, names, what must fit).
    """
    made = model.model_json_schema()
    described = {model.__name__: made, **made.get("$defs", {})}
    for found in _models(model):
        # Of two classes of one name, pydantic writes where they are declared.
        long = f"{found.__module__}.{found.__qualname__}".replace(".", "__")
        _describe(described.get(long, described.get(found.__name__, {})), found)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": title}
    return json.dumps(_without_titles(made), ensure_ascii=False, indent=2) + "\n"


def table(model: type[Options]) -> str:
    """Return the options of a model as a Markdown table: key, what may appear, meaning."""
    rows = ["| key | accepts | meaning |", "|---|---|---|"]
    whole = model.model_json_schema()
    for key, node, meaning in _options(model, whole):
        accepts = expected(node, whole).replace("|", "\\|")
        rows.append(f"| `{key}` | {accepts} | {meaning} |")
    return "\n".join(rows)


def write(root: Path, check: bool = False) -> list[str]:
    """Write the schemas and the tables; return the files that changed (or would, on a check)."""
    wanted = {
        SCHEMA: schema(Study, "Configuration of the study"),
        ZONE_SCHEMA: schema(Zone, "A zone approved by the State Council"),
        CLAIMS_SCHEMA: schema(Declarations, "The claims and their primary tests"),
    }
    tables = [(page, "options", table(model)) for page, model in PAGES.items()]
    tables.append(("config/README.md", "renamed", migration.table()))
    for page, name, made in tables:
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        text = wanted.get(page) or (root / page).read_text("utf-8")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        if not rest:
            raise ValueError(f"{page} has no line {begin!r}; expected one where the table goes.")
        wanted[page] = f"{before}{begin}\n\n{made}\n\n{end}{after}"
    changed = []
    for name, text in wanted.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            changed.append(name)
            if not check:
                path.write_text(text, "utf-8")
    return changed


def _options(
    model: type[BaseModel], whole: Mapping[str, Any], prefix: str = "", above: str = ""
) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Give every option of a model: its key, its part of the schema, its meaning."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        inner, listed = inner_model(field.annotation)
        meaning = _docstrings(model).get(name, above)
        if inner is None:
            yield key, part_at(whole, _steps(key)), meaning
        else:
            yield from _options(inner, whole, f"{key}[]." if listed else f"{key}.", meaning)


def inner_model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model that an option is, or a list of; None for a plain value."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation, False
    origin = get_origin(annotation)
    if origin is Annotated:
        return inner_model(get_args(annotation)[0])
    if origin in (Union, UnionType):
        for option in get_args(annotation):
            found, listed = inner_model(option)
            if found:
                return found, listed
    if origin in (list, tuple):
        return inner_model(get_args(annotation)[0])[0], True
    return None, False


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    found = [model]
    for field in model.model_fields.values():
        inner, _ = inner_model(field.annotation)
        if inner:
            found += _models(inner)
    return found


@cache
def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Read the text below each option of a class, from its source; those of its bases too."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if not (inspect.isclass(base) and issubclass(base, Options) and base is not Options):
            continue
        module = ast.parse(Path(sys.modules[base.__module__].__file__).read_text("utf-8"))
        defined = [  # none of a class that is put together
            inner
            for node in module.body
            if isinstance(node, ast.ClassDef) and node.name == base.__name__
            for inner in node.body
        ]
        for node, following in pairwise(defined):
            if isinstance(node, ast.AnnAssign) and isinstance(following, ast.Expr):
                found[node.target.id] = " ".join(following.value.value.split())
    return found


def _describe(node: dict[str, Any], model: type[BaseModel]) -> None:
    for name, meaning in _docstrings(model).items():
        if name in node.get("properties", {}):
            node["properties"][name]["description"] = meaning


def _without_titles(node: Any, top: bool = True) -> Any:
    """Leave out the titles that pydantic makes of names, at every level but the first."""
    if isinstance(node, dict):
        return {
            key: _without_titles(value, False)
            for key, value in node.items()
            if top or not (key == "title" and isinstance(value, str))
        }
    if isinstance(node, list):
        return [_without_titles(value, False) for value in node]
    return node


def _steps(key: str) -> list[str | int]:
    """Turn ``a[].b`` into the steps of a place: a, its first entry, b."""
    steps: list[str | int] = []
    for part in key.split("."):
        steps.append(part.removesuffix("[]"))
        if part.endswith("[]"):
            steps.append(0)
    return steps
