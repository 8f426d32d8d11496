"""Volumes with their spacing, and the only reader and writer of OME-Zarr."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple

import numpy as np
import zarr

from porescope.errors import InputError

SLAB = 16
"""Slices per chunk, and per slab wherever a volume is streamed."""

CHUNK = 128
"""Edge of a chunk within a slice, in pixels."""

SMALLEST_LEVEL = 64
"""A pyramid level is added while the longest edge of the last one exceeds this, in voxels."""

Kind = Literal["image", "labels"]


class Spacing(NamedTuple):
    """Voxel edge lengths in um, in axis order."""

    z: float
    y: float
    x: float

    @property
    def voxel_volume(self) -> float:
        """Volume of one voxel in um^3."""
        return self.z * self.y * self.x

    def extent(self, shape: tuple[int, ...]) -> tuple[float, float, float]:
        """Edge lengths in um of an array of this shape (z, y, x)."""
        return (shape[0] * self.z, shape[1] * self.y, shape[2] * self.x)


@dataclass(frozen=True)
class Volume:
    """A 3D array in physical space.

    Attributes
    ----------
    array : (nz, ny, nx) numpy or zarr array
        Values; a zarr array is read slab by slab, when it is sliced.
    spacing : Spacing
        Voxel edge lengths (z, y, x) in um.
    origin : tuple of float
        Position (z, y, x) in um of the centre of the first voxel.
    """

    array: Any
    spacing: Spacing
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels (z, y, x)."""
        return tuple(self.array.shape)


def slabs(n_slices: int, thickness: int = SLAB) -> Iterator[slice]:
    """Consecutive ranges of slices that together cover a stack."""
    for start in range(0, n_slices, thickness):
        yield slice(start, min(start + thickness, n_slices))


def read_volume(path: str | Path, group: str = "") -> Volume:
    """Open the full-resolution level of an OME-Zarr image without loading it.

    Parameters
    ----------
    path : path
        The .ome.zarr folder.
    group : str
        Name of an image inside it, e.g. "probability"; empty for the one at its root.

    Raises
    ------
    InputError
        There is no OME-Zarr v0.5 image, or it is not in (z, y, x) and micrometres.
    """
    try:
        node: Any = zarr.open_group(str(Path(path, group)), mode="r")
        (multiscale,) = node.attrs["ome"]["multiscales"]
        axes = [(axis["name"], axis.get("unit")) for axis in multiscale["axes"]]
        if axes != [(name, "micrometer") for name in "zyx"]:
            raise InputError(f"{path}: axes are {axes}, expected z, y, x in micrometer")
        full = multiscale["datasets"][0]
        transforms = {t["type"]: t for t in full["coordinateTransformations"]}
        origin = transforms.get("translation", {"translation": (0.0, 0.0, 0.0)})["translation"]
        return Volume(node[full["path"]], Spacing(*transforms["scale"]["scale"]), tuple(origin))
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not an OME-Zarr image ({type(error).__name__}: {error})") from error


def write_volume(
    path: str | Path,
    array: np.ndarray,
    spacing: Spacing,
    kind: Kind,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    group: str = "",
) -> None:
    """Write a whole array as a multiscale, sharded OME-Zarr v0.5 image; see VolumeWriter."""
    with VolumeWriter(path, array.shape, array.dtype, spacing, kind, origin, group) as writer:
        writer.append(array)


class VolumeWriter:
    """Write a volume slab by slab, then its pyramid; memory stays at a few slabs.

    Parameters
    ----------
    path : path
        The .ome.zarr folder; made if missing.
    shape : (nz, ny, nx)
        Voxels to come.
    dtype : dtype
        Stored type; values are stored as given.
    spacing : Spacing
        Voxel edge lengths (z, y, x) in um.
    kind : 'image' or 'labels'
        How coarser levels are made: means of an image, every second voxel of labels.
    origin : tuple of float
        Centre (z, y, x) of the first voxel in um.
    group : str
        Name of an image inside the folder; empty for the one at its root.

    Raises
    ------
    InputError
        On leaving the context, fewer or more slices were appended than the shape says.
    """

    def __init__(
        self,
        path: str | Path,
        shape: tuple[int, ...],
        dtype: Any,
        spacing: Spacing,
        kind: Kind,
        origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
        group: str = "",
    ) -> None:
        self.path = Path(path, group)
        self.shape = tuple(int(n) for n in shape)
        self.spacing = spacing
        self.kind = kind
        self.origin = origin
        self._group: Any = zarr.open_group(str(self.path), mode="a")
        self._full = _create_level(self._group, 0, self.shape, dtype)
        self._written = 0
        self._pending: list[np.ndarray] = []

    def __enter__(self) -> "VolumeWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        if kind is None:
            self.close()

    def append(self, slices: np.ndarray) -> None:
        """Add slices (n, ny, nx) behind those already there."""
        self._pending.extend(slices)
        while len(self._pending) >= SLAB:
            self._flush(SLAB)

    def close(self) -> None:
        """Write what is pending, the coarser levels and the metadata."""
        if self._pending:
            self._flush(len(self._pending))
        if self._written != self.shape[0]:
            raise InputError(f"{self.path}: {self._written} slices were written, expected {self.shape[0]}")
        factors = [(1, 1, 1)]
        level = self._full
        while max(level.shape) > SMALLEST_LEVEL:
            step = tuple(2 if n > SMALLEST_LEVEL // 2 else 1 for n in level.shape)
            coarse_shape = tuple(-(-n // s) for n, s in zip(level.shape, step, strict=True))
            coarse = _create_level(self._group, len(factors), coarse_shape, level.dtype)
            for slab in slabs(coarse_shape[0]):
                fine = level[slab.start * step[0] : slab.stop * step[0]]
                coarse[slab] = _downsample(fine, step, self.kind)
            factors.append(tuple(f * s for f, s in zip(factors[-1], step, strict=True)))  # type: ignore[arg-type]
            level = coarse
        self._group.attrs["ome"] = self._metadata(factors)

    def _flush(self, count: int) -> None:
        slab = np.stack(self._pending[:count])
        self._full[self._written : self._written + count] = slab
        del self._pending[:count]
        self._written += count

    def _metadata(self, factors: list[tuple[int, int, int]]) -> dict[str, Any]:
        """OME-Zarr v0.5 multiscales; levels of means have their voxel centres shifted, levels of picks do not."""
        datasets = []
        for index, factor in enumerate(factors):
            scale = [s * f for s, f in zip(self.spacing, factor, strict=True)]
            shift = [
                s * (f - 1) / 2 if self.kind == "image" else 0.0 for s, f in zip(self.spacing, factor, strict=True)
            ]
            translation = [o + d for o, d in zip(self.origin, shift, strict=True)]
            datasets.append(
                {
                    "path": str(index),
                    "coordinateTransformations": [
                        {"type": "scale", "scale": scale},
                        {"type": "translation", "translation": translation},
                    ],
                }
            )
        axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
        return {"version": "0.5", "multiscales": [{"name": self.path.name, "axes": axes, "datasets": datasets}]}


def _create_level(group: Any, index: int, shape: tuple[int, ...], dtype: Any) -> Any:
    chunks = (SLAB, min(CHUNK, shape[1]), min(CHUNK, shape[2]))
    across = tuple(-(-n // c) * c for n, c in zip(shape[1:], chunks[1:], strict=True))
    return group.create_array(
        str(index),
        shape=shape,
        dtype=dtype,
        chunks=chunks,
        shards=(SLAB, *across),  # one file a slab, so that files stay few and a slab is written at once
        dimension_names=("z", "y", "x"),
        overwrite=True,
    )


def _downsample(fine: np.ndarray, step: tuple[int, ...], kind: Kind) -> np.ndarray:
    if kind == "labels":
        return fine[:: step[0], :: step[1], :: step[2]]
    padding = [(0, -n % s) for n, s in zip(fine.shape, step, strict=True)]
    padded = np.pad(fine, padding, mode="edge")
    blocks = padded.reshape([v for n, s in zip(padded.shape, step, strict=True) for v in (n // s, s)])
    mean = blocks.mean(axis=(1, 3, 5), dtype=np.float32)
    return np.rint(mean).astype(fine.dtype) if fine.dtype.kind in "iu" else mean.astype(fine.dtype)
