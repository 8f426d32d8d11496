"""What a job needs, from the shape of the stack it works on."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

NVIDIA = Path("/dev/nvidiactl")
"""There where the driver of a GPU is loaded; torch would take seconds to tell."""

AmountOf = Callable[..., int]


def memory(base_mb: float, bytes_per_voxel: float = 0.0, voi_um: float = 0.0) -> AmountOf:
    """Memory in MB for a job, as a function that the workflow engine calls with its input.

    Parameters
    ----------
    base_mb : float
        What the job needs whatever the size: libraries, one slab, one VOI.
    bytes_per_voxel : float
        What comes on top for each voxel of the stack whose shape ``input.info`` holds.
    voi_um : float
        If given, the voxels of one VOI with this edge count in place of those of the whole stack.

    Returns
    -------
    function of (wildcards, input, attempt)
        Half as much again at each further attempt.
    """

    def megabytes(wildcards: Any, input: Any, attempt: int) -> int:  # noqa: ARG001
        voxels = 0
        if bytes_per_voxel:
            voxels = voi_voxel_count(input.info, voi_um) if voi_um else voxel_count(input.info)
        return math.ceil((base_mb + bytes_per_voxel * voxels / 1e6) * 1.5 ** (attempt - 1))

    return megabytes


def minutes(base: float, per_megavoxel: float = 0.0) -> AmountOf:
    """Run time in minutes for a job, twice as much at each further attempt; see memory."""

    def run_time(wildcards: Any, input: Any, attempt: int) -> int:  # noqa: ARG001
        voxels = voxel_count(input.info) if per_megavoxel else 0
        return math.ceil((base + per_megavoxel * voxels / 1e6) * 2 ** (attempt - 1))

    return run_time


def gpu(device: str) -> int:
    """GPUs that a job occupies: one if the config asks for it, or leaves it open and this machine has one."""
    return int(device == "cuda" or (device == "auto" and NVIDIA.exists()))


def voxel_count(info: str | list[str]) -> int:
    """Voxels of a stack from its JSON; of the largest of several. One megavoxel where the file is yet to be made."""
    paths = [info] if isinstance(info, str) else list(info)
    shapes = [json.loads(Path(p).read_text(encoding="utf-8"))["shape"] for p in paths if Path(p).is_file()]
    return max((math.prod(shape) for shape in shapes), default=1_000_000)


def voi_voxel_count(info: str, edge_um: float) -> int:
    """Voxels of a cubic VOI in a stack whose spacing its JSON holds; one million where the file is yet to be made."""
    path = Path(info)
    if not path.is_file():
        return 1_000_000
    spacing = json.loads(path.read_text(encoding="utf-8"))["spacing_um"]
    return math.ceil(edge_um**3 / math.prod(spacing))
