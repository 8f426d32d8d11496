"""If these fail, a typing error in the config passes silently or its message does not help."""

import copy
from pathlib import Path

import pytest
import yaml

from porescope.campaign.config import check_config
from porescope.campaign.reference import config_reference
from porescope.campaign.schema import load_schema, walk_keys
from porescope.errors import InputError

CONFIG = Path(__file__).parents[3] / "config"


def shipped():
    return yaml.safe_load((CONFIG / "config.yaml").read_text())


def test_the_shipped_config_is_valid():
    check_config(shipped(), CONFIG / "schemas")
    assert shipped()["samples"] is None


def merged(under, over):
    return {**under, **{k: merged(under[k], v) if isinstance(v, dict) else v for k, v in over.items()}}


def test_the_config_of_the_papers_size_is_valid():
    paper = merged(shipped(), yaml.safe_load((CONFIG / "paper.yaml").read_text()))
    check_config(paper, CONFIG / "schemas")
    assert paper["describe"]["voi_um"] == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sede": 1}, "unknown key 'sede'; did you mean 'seed'"),
        ({"seed": -1}, "'seed' is -1, expected at least 0"),
        ({"device": "gpu"}, "'device' is 'gpu', expected one of"),
        ({"describe": {"vio_um": 2}}, "unknown key 'describe/vio_um'; did you mean 'voi_um'"),
    ],
)
def test_faults_name_the_key_the_value_and_the_remedy(change, message):
    config = copy.deepcopy(shipped())
    for key, value in change.items():
        config[key] = {**config[key], **value} if isinstance(value, dict) else value
    with pytest.raises(InputError, match=message):
        check_config(config, CONFIG / "schemas")


def test_every_key_is_described_and_no_schema_holds_a_default():
    for name in ("config", "samples"):
        for path, schema in walk_keys(load_schema(CONFIG / "schemas" / f"{name}.schema.yaml")):
            assert schema.get("description"), f"{name}: {path} lacks a description"
            assert "default" not in schema, f"{name}: {path}: defaults stand in config.yaml"


def test_every_object_is_strict():
    for path, schema in walk_keys(load_schema(CONFIG / "schemas" / "config.schema.yaml")):
        if "properties" in schema:
            assert schema["additionalProperties"] is False, path


def test_config_readme_is_what_the_schemas_say():
    """Run `make reference` and commit."""
    assert (CONFIG / "README.md").read_text() == config_reference(CONFIG)
