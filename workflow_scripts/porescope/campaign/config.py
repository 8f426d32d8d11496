"""The campaign's config: the shipped defaults under the user's file, validated."""

from pathlib import Path
from typing import Any

from porescope.campaign.schema import load_schema, validate


def check_config(config: dict[str, Any], schemas: Path) -> None:
    """Validate a complete config (defaults with the user's values over them).

    Parameters
    ----------
    config : dict
        As merged by the workflow engine.
    schemas : path
        Folder with config.schema.yaml.

    Raises
    ------
    InputError
        The first unknown key, missing key or value out of range.
    """
    validate(config, load_schema(schemas / "config.schema.yaml"), "config")
