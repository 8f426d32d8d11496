"""Strict validation with messages that a person can act on."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from porescope.errors import InputError


def load_schema(path: Path) -> dict[str, Any]:
    """Read a JSON schema written as YAML; ``$ref: file.yaml`` is replaced by that file's content."""
    schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    properties = schema.get("properties", {})
    for name, value in properties.items():
        if "$ref" in value:
            properties[name] = load_schema(path.parent / value["$ref"])
    return schema


def validate(value: Any, schema: dict[str, Any], source: str) -> None:
    """Check a value against a schema.

    Raises
    ------
    InputError
        With the first problem in reading order: the source, the key, the value and what was expected; for an
        unknown key also the nearest known one.
    """
    errors = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        raise InputError(f"{source}: {describe_error(errors[0])}")


def describe_error(error: ValidationError) -> str:
    """One sentence for one schema violation."""
    where = "/".join(str(part) for part in error.absolute_path)
    schema: Any = error.schema
    instance: Any = error.instance
    limit: Any = error.validator_value
    if error.validator == "additionalProperties":
        known = sorted(schema.get("properties", {}))
        unknown = sorted(set(instance) - set(known))[0]
        path = f"{where}/{unknown}" if where else unknown
        return f"unknown key '{path}'; {nearest(unknown, known)}"
    if error.validator == "required":
        missing = [key for key in limit if key not in instance]
        return f"'{where or 'top level'}' lacks '{missing[0]}'"
    return f"'{where}' is {instance!r}, expected {_expectation(error)}"


def nearest(name: str, known: list[str]) -> str:
    """A hint to the closest known name, or the list of them all."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"expected one of {', '.join(known)}"


def walk_keys(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a schema by its path, parents before their children."""
    for name, value in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        yield path, value
        yield from walk_keys(value, f"{path}/")


def _expectation(error: ValidationError) -> str:
    limit: Any = error.validator_value
    texts = {
        "enum": f"one of {limit}",
        "const": f"{limit!r}",
        "type": f"a value of type {' or '.join(limit) if isinstance(limit, list) else limit}",
        "minimum": f"at least {limit}",
        "maximum": f"at most {limit}",
        "exclusiveMinimum": f"more than {limit}",
        "exclusiveMaximum": f"less than {limit}",
        "minItems": f"at least {limit} items",
        "maxItems": f"at most {limit} items",
        "pattern": f"a text that matches {limit}",
        "uniqueItems": "no item twice",
        "multipleOf": f"a multiple of {limit}",
    }
    return texts.get(str(error.validator), error.message)
