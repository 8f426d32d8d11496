"""Write config/README.md from the schemas and the shipped defaults."""

import sys
from pathlib import Path
from typing import Any

import yaml

from porescope.campaign.schema import load_schema

HEAD = """# The config and the sample sheet

Made from `config/schemas/` and `config/config.yaml` by `make reference`; a test keeps it true.

A campaign is described by a config (YAML) and a sample sheet (TSV). Put both into a folder of your own and name them
as the README shows. The shipped `config/config.yaml` is always read first and your file is laid over it, so
yours holds only what differs. Relative paths in both files start at the folder given with `-d`.
"""


def config_reference(folder: Path) -> str:
    """The text of config/README.md.

    Parameters
    ----------
    folder : path
        The folder `config` with config.yaml and schemas/.
    """
    defaults = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    config = load_schema(folder / "schemas" / "config.schema.yaml")
    sheet = load_schema(folder / "schemas" / "samples.schema.yaml")
    lines = [
        HEAD,
        "## The sample sheet",
        "",
        sheet["description"],
        "",
        "| column | values | meaning |",
        "|---|---|---|",
    ]
    for name, schema in sheet["properties"].items():
        needed = " (required)" if name in sheet["required"] else ""
        lines.append(f"| `{name}`{needed} | {_values(schema)} | {_cell(schema['description'])} |")
    lines += ["", "## The config", "", config["description"], ""]
    plain = {name: s for name, s in config["properties"].items() if "properties" not in s}
    lines += _table(plain, defaults)
    for name, schema in config["properties"].items():
        if "properties" in schema:
            lines += ["", f"### {name}", "", schema.get("description", ""), ""]
            lines += _table(schema["properties"], defaults[name])
    return "\n".join(lines) + "\n"


def _table(properties: dict[str, Any], defaults: dict[str, Any]) -> list[str]:
    rows = ["| key | default | values | meaning |", "|---|---|---|---|"]
    rows += _rows(properties, defaults, "")
    return rows


def _rows(properties: dict[str, Any], defaults: dict[str, Any], prefix: str) -> list[str]:
    rows = []
    for name, schema in properties.items():
        value = defaults.get(name)
        if "properties" in schema and isinstance(value, dict):
            rows.append(f"| `{prefix}{name}` | | | {_cell(schema.get('description', ''))} |")
            rows += _rows(schema["properties"], value, f"{prefix}{name}/")
        else:
            meaning = _cell(schema["description"])
            rows.append(f"| `{prefix}{name}` | {_default(value)} | {_values(schema)} | {meaning} |")
            rows += _item_rows(schema, f"{prefix}{name}")
    return rows


def _item_rows(schema: dict[str, Any], path: str) -> list[str]:
    """Keys of the entries of a list or of a dictionary with free names."""
    for key, mark in (("items", "[]"), ("additionalProperties", "/NAME")):
        inner = schema.get(key)
        if isinstance(inner, dict) and "properties" in inner:
            return [
                f"| `{path}{mark}/{name}` | | {_values(s)} | {_cell(s.get('description', ''))} |"
                for name, s in inner["properties"].items()
            ]
    return []


def _default(value: Any) -> str:
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict | list)):
        return "see config.yaml"
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000).strip().removesuffix("...").strip()
    return f"`{text}`"


def _values(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema.get("type", "any")
    text = " or ".join(kinds) if isinstance(kinds, list) else kinds
    limits = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join([text, *(f"{sign} {schema[key]}" for key, sign in limits.items() if key in schema)])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    (place / "README.md").write_text(config_reference(place), encoding="utf-8")
