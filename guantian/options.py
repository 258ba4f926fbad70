"""Types of options: what the configuration accepts, and the sentence where it holds another.

Every section of the configuration is an `Options` model; the schema, the tables of
``config/README.md`` and the sentences of errors are made from the same models, so that they
cannot differ from what is checked.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

FIRST_YEAR, LAST_YEAR = 1990, 2023
T = TypeVar("T")


class ConfigError(ValueError):
    """A wrong configuration, as one sentence: file, key, value, what was expected."""


class Options(BaseModel):
    """A section of the configuration: every key typed, no other accepted, no number NaN or inf."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True
    )


def _distinct(values: list[T]) -> list[T]:
    seen: list[T] = []
    for value in values:
        if value in seen:
            raise ValueError(f"{value!r} appears twice; expected each entry once")
        seen.append(value)
    return values


def _ascending(values: list[Any]) -> list[Any]:
    if values[0] >= values[1]:
        raise ValueError(f"first ({values[0]}) must come before last ({values[1]})")
    return values


def listing(least: int = 1, most: int | None = None) -> tuple[Any, ...]:
    """Annotate a list of different entries with its least and greatest length."""
    return (
        Field(min_length=least, max_length=most, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_distinct),
    )


def number(least: float, most: float) -> Any:
    """Return the type of a number within bounds."""
    return Annotated[float, Field(ge=least, le=most)]


def above_zero(most: float) -> Any:
    """Return the type of a number above zero, up to a bound."""
    return Annotated[float, Field(gt=0, le=most)]


def whole(least: int, most: int | None = None) -> Any:
    """Return the type of a whole number within bounds."""
    return Annotated[int, Field(ge=least, le=most)]


def choice(*values: int) -> Any:
    """Return the type of a whole number that is one of a few; 1.0 and true are none."""

    def check(value: int) -> int:
        if value not in values:
            raise ValueError(f"{value}; expected one of {', '.join(map(str, values))}")
        return value

    return Annotated[int, AfterValidator(check), Field(json_schema_extra={"enum": list(values)})]


Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Draws = Annotated[int, Field(ge=19, le=100_000)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
#: Between points inside cities, of which few are nearer to each other than the least.
Kilometres = Annotated[float, Field(ge=50, le=5000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(.*\S)?$")]
City = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")]
Province = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]0000$")]
Sample = Literal["zone", "region", "nation"]
Period = Annotated[list[Year], Field(min_length=2, max_length=2), AfterValidator(_ascending)]
Table = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.tsv$")]
Yaml = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.yaml$")]


class Years(Options):
    """Years, both included."""

    first: Year
    last: Year

    @model_validator(mode="after")
    def _in_order(self):
        if self.first >= self.last:
            raise ValueError(f"first ({self.first}) must come before last ({self.last})")
        return self

    def holds(self, year: int) -> bool:
        """Tell whether a year is among them."""
        return self.first <= year <= self.last


class Random(Options):
    """Draws and their seed."""

    draws: Draws
    seed: Seed


def sentence(error: ValidationError, model: type[BaseModel], content: Any) -> tuple[str, str]:
    """Say the first error of a model's check: the key, and the value with what was expected.

    Parameters
    ----------
    error
        As pydantic raises it.
    model
        The model that was checked.
    content
        What was given to it.

    Returns
    -------
    tuple of str
        The key, by dots ("the top level" where there is none), and the rest of the sentence
        without its full stop.

    Examples
    --------
    >>> try:
    ...     Years.model_validate({"first": 1890, "last": 2000})
    ... except ValidationError as error:
    ...     sentence(error, Years, {"first": 1890, "last": 2000})
    ('first', '1890; expected a whole number from 1990 to 2023')
    """
    first = error.errors(include_url=False)[0]
    place = [part for part in first["loc"] if not _is_tag(part)]
    schema = _schema(model)
    key = key_of(place)
    if first["type"] == "extra_forbidden":
        known = list(part_at(schema, place[:-1]).get("properties", {}))
        close = difflib.get_close_matches(str(place[-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(known)}"
        return key, f"there is no such key; {hint}"
    if first["type"] == "missing":
        return key, f"no value is given; expected {expected(part_at(schema, place), schema)}"
    value = shorten(first["input"])
    if first["type"] in ("value_error", "assertion_error"):
        return key, str(first["ctx"]["error"])
    return key, f"{value}; expected {expected(part_at(schema, place), schema)}"


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def key_of(place: Sequence[Any]) -> str:
    """Write a place in the configuration: keys by dots, entries of lists counted from one.

    Examples
    --------
    >>> key_of(["reactions", "outcomes", 0, "first"])
    'reactions.outcomes, entry 1, first'
    """
    text = ""
    for before, part in zip([None, *place], place, strict=False):
        if isinstance(part, int):
            text += f", entry {part + 1}"
        else:
            text += f"{', ' if isinstance(before, int) else '.' if text else ''}{part}"
    return text or "the top level"


def shorten(value: Any, most: int = 60) -> str:
    """Print a value as a sentence names it; a long one is cut."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _is_tag(part: Any) -> bool:
    """Tell a step inside pydantic (a member of a union) from a key."""
    return isinstance(part, str) and ("[" in part or part in ("int", "str", "float"))


def _resolve(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference; of "this or nothing" return this."""
    while True:
        if "$ref" in node:
            found = schema
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = {**found, **{key: value for key, value in node.items() if key != "$ref"}}
        elif "allOf" in node and len(node["allOf"]) == 1:
            node = {**node["allOf"][0], **{k: v for k, v in node.items() if k != "allOf"}}
        else:
            return node


def part_at(schema: Mapping[str, Any], place: Sequence[Any]) -> Mapping[str, Any]:
    """Return the part of a schema that describes a place."""
    node = _resolve(schema, schema)
    for part in place:
        if "anyOf" in node:
            options = [_resolve(option, schema) for option in node["anyOf"]]
            node = next((o for o in options if o.get("type") in ("object", "array")), options[0])
        if isinstance(part, int):
            node = node.get("items") or {}
        elif part in node.get("properties", {}):
            node = node["properties"][part]
        else:
            node = node.get("additionalProperties") or {}
        node = _resolve(node if isinstance(node, Mapping) else {}, schema)
    return node


def expected(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Say in words what a part of a JSON schema accepts."""
    node = _resolve(node, schema)
    if "anyOf" in node:
        words = [expected(option, schema) for option in node["anyOf"]]
        null = "nothing (null)" in words
        return " or ".join(w for w in words if w != "nothing (null)") + (
            "; or null" if null else ""
        )
    if "const" in node or "enum" in node:
        values = node.get("enum", [node.get("const")])
        words = [str(value) for value in values]
        return words[0] if len(words) == 1 else "one of " + ", ".join(words)
    kind = node.get("type")
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _bounds(node)
    if kind == "string":
        return WORDS.get(node.get("pattern", ""), "text")
    if kind == "array":
        return _of_list(node, schema)
    if kind == "object":
        keys = node.get("properties")
        if keys:
            return "the keys " + ", ".join(keys)
        return f"names, each with {expected(node.get('additionalProperties') or {}, schema)}"
    return {"boolean": "true or false", "null": "nothing (null)"}.get(kind, "something else")


def _bounds(node: Mapping[str, Any]) -> str:
    low, above = node.get("minimum"), node.get("exclusiveMinimum")
    high, below = node.get("maximum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}" if isinstance(low, float) else f" from {low} to {high}"
    words = []
    if low is not None:
        words.append(f"not below {low:g}")
    if above is not None:
        words.append(f"above {above:g}")
    if high is not None:
        words.append(f"at most {high:g}")
    if below is not None:
        words.append(f"below {below:g}")
    return " " + " and ".join(words) if words else ""


def _of_list(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    least, most = node.get("minItems", 0), node.get("maxItems")
    inner = expected(node.get("items") or {}, schema)
    if least == most == 2 and not node.get("uniqueItems"):
        return f"a list of two entries in order, each {inner}"
    size = f"{least}" if least == most else f"{least} to {most}" if most else f"{least} or more"
    different = "different " if node.get("uniqueItems") else ""
    return f"a list of {size} {different}entries, each {inner}"


WORDS = {
    r"^[a-z0-9_]+$": "a name of small letters, digits and underscores",
    r"^[1-9][0-9]{5}$": "a code of six digits in quotes",
    r"^[1-9][0-9]0000$": "a province's code of six digits in quotes, ending in 0000",
    r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.tsv$": "the path of a table, ending in .tsv",
    r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.yaml$": "the path of a file, ending in .yaml",
    r"^[A-Za-z0-9_][A-Za-z0-9_/-]*$": "a folder's path of letters, digits, _, - and /",
    r"^\S(.*\S)?$": "text without blanks at its ends",
}


def check_date(text: str, precision: str) -> str:
    """Return an ISO date cut to year, month or day; raise ValueError where it is none, or ahead."""
    length = {"year": 4, "month": 7, "day": 10}[precision]
    try:
        if len(text) != length:
            raise ValueError
        date = datetime.date.fromisoformat(text + "-01-01"[: 10 - len(text)])
    except ValueError:
        raise ValueError(f"{text!r}; expected an ISO date to the {precision}") from None
    if date > datetime.date.today():
        raise ValueError(f"{text} lies ahead; expected a past date")
    return text
