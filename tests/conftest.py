"""A copy of the project to run in, and one small campaign that several tests look at."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from running import SMALL, blobs, copy_project, grey_stack, small_sheet, snakemake, write_project, write_slices

if find_spec("triton"):  # PyTorch's compiler, where it has one; loaded after VTK has drawn, it crashes the process
    import_module("triton")

settings.register_profile("same examples every time", derandomize=True)
settings.load_profile("same examples every time")


FINISHED = ("tests/integration/test_campaign.py", "tests/workflow/test_reruns.py")
"""Files of tests that look at the finished campaign, or edit it and take that back."""


class FilesTogether(LoadFileScheduling):
    """Tests of a file share what takes long to make, so they go to one process; those of the campaign to one, too."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "finished" if file in FINISHED else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesTogether:
    """With ``pytest -n 2``."""
    return FilesTogether(config, log)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project."""
    return copy_project(tmp_path / "porescope")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A clone of the project and a user's folder beside it in which a small campaign ran to its end."""
    base = tmp_path_factory.mktemp("campaign")
    clone = copy_project(base / "porescope")
    mine = base / "my project"
    config = write_project(mine, small_sheet(), SMALL)
    write_slices(mine / "stack", grey_stack((16, 64, 72)))
    tifffile.imwrite(mine / "mask.tif", blobs((40, 60, 60)).astype(np.uint8))
    snakemake("--cores", "2", "-d", str(mine), "--configfile", str(config), cwd=clone)
    return clone, mine
