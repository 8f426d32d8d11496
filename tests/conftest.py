"""A copy of the project to run in, and one small campaign that several tests look at."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import settings

from running import SMALL, blobs, copy_project, grey_stack, small_sheet, snakemake, write_project, write_slices

if find_spec("triton"):  # PyTorch's compiler, where it has one; loaded after VTK has drawn, it crashes the process
    import_module("triton")

settings.register_profile("same examples every time", derandomize=True)
settings.load_profile("same examples every time")


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what takes long to make go to one of several workers: those of a file, or of the campaign."""
    for item in items:
        shared = "finished" if "finished" in getattr(item, "fixturenames", ()) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(shared))


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
