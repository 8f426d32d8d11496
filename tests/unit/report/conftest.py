"""A small campaign's results as the stages write them (DESIGN section 6), with plausible numbers and real figures."""

from pathlib import Path
from typing import Any

import pytest

from reporting.descriptors import write_descriptors
from reporting.figures import draw
from reporting.generated import write_generated
from reporting.made import Made
from reporting.masks import write_scores
from reporting.models import write_models
from reporting.stacks import write_stacks


def make(root: Path, **options: Any) -> Made:
    """A campaign of three materials at six temperatures, all stages."""
    made = Made(root, **options)
    for write in (write_stacks, write_scores, write_descriptors, write_models, write_generated, draw):
        write(made)
    return made


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made once; tests that change a table write a new one."""
    return make(tmp_path_factory.mktemp("results"))
