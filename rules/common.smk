"""Wiring only: the package on sys.path, the config and the sample sheet checked, what the rules ask for by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir, "workflow_scripts")))

from porescope.campaign import targets
from porescope.campaign.config import check_config
from porescope.campaign.models import check_models
from porescope.campaign.recipes import check_recipes, simulation_memory
from porescope.campaign.resources import gpu, memory, minutes
from porescope.campaign.specimens import read_specimens
from porescope.errors import InputError
from porescope.provenance import code_digest

SCRIPTS = Path(workflow.basedir, "workflow_scripts")
SCHEMAS = Path(workflow.basedir, "config", "schemas")
LOCK = Path(workflow.basedir, "requirements.lock")

try:
    check_config(config, SCHEMAS)
    specimens = read_specimens(targets.sheet(config, Path(workflow.basedir)), SCHEMAS)
    check_models(config, specimens)
    check_recipes(config, specimens)
    campaign = targets.Campaign(specimens, config)
except InputError as error:
    sys.exit(f"porescope: {error}")  # one sentence on stderr, where an exception would add a traceback


wildcard_constraints:
    sample="|".join(specimens),
    segmenter="[a-z0-9_]+",
    generator="ddpm|cgan",
    training="[1-9][0-9]*",
    withheld_C=r"[0-9]+(\.[0-9]+)?",


def code(script):
    """Digest of a script, all first-party code it imports and the versions of the packages these use."""
    return code_digest(SCRIPTS / script, LOCK)
