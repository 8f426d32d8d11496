"""Stacks in the formats that users have them in, behind one interface: headers first, then slices one at a time."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import h5py
import numpy as np
import zarr
from skimage.io import imread

from porescope.errors import InputError
from porescope.ingest.metadata import AxisSize, file_voxel_size, length_um
from porescope.tiff import READABLE, Page, read_headers, read_pages
from porescope.volume import slabs

IMAGES = (".png", ".bmp")
HDF5 = (".h5", ".hdf5", ".hdf")
LARGEST_SLAB = 64
"""Slices of a chunked file read together at most."""

SIDECAR_KEYS = {"shape", "dtype", "byte_order", "offset_bytes", "voxel_nm"}
NOTHING: list[AxisSize | None] = [None, None, None]


class Stack(Protocol):
    """A stack of slices in files."""

    @property
    def pages(self) -> list[Page]:
        """Headers of all slices, in order; read before any pixel."""

    @property
    def described_by(self) -> Sequence[Path]:
        """Files whose metadata may hold a voxel size."""

    def slices(self) -> Iterator[np.ndarray]:
        """Slices (ny, nx), one at a time, uint8 or uint16, values as stored."""

    def voxel_size(self, path: Path) -> list[AxisSize | None]:
        """Voxel edges (z, y, x) by the metadata of one of the files; None where it does not say."""


def open_stack(paths: Sequence[Path], dataset: str | None) -> Stack:
    """The reader for some files, by the name of the first.

    Parameters
    ----------
    paths : sequence of path
        Images, one a slice; or one multi-page TIFF; one HDF5 file; a raw file with its sidecar; the files of an
        OME-Zarr.
    dataset : str or None
        Where in an HDF5 file or OME-Zarr the stack is; None for the only one.
    """
    suffix = paths[0].suffix.lower()
    root = next((folder for folder in paths[0].parents if folder.suffix == ".zarr"), None)
    if root is not None:
        return OmeZarr(root, dataset)
    if suffix in HDF5:
        return Hdf5(paths[0], dataset)
    if suffix == ".raw":
        return Raw(*paths)
    if suffix in IMAGES:
        return Images(paths)
    return Tiffs(paths)


class Tiffs:
    """TIFF, BigTIFF and OME-TIFF: a file a slice, or one multi-page file."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.described_by = paths

    @cached_property
    def pages(self) -> list[Page]:
        """See Stack."""
        return read_headers(self.described_by)

    def slices(self) -> Iterator[np.ndarray]:
        """See Stack."""
        return read_pages(self.described_by)

    def voxel_size(self, path: Path) -> list[AxisSize | None]:
        """See Stack."""
        return file_voxel_size(path)


class Images:
    """PNG and BMP, a file a slice; they hold no voxel size. Grey stored as three equal channels is grey."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.described_by = paths

    @cached_property
    def pages(self) -> list[Page]:
        """See Stack; the pixels are decoded for that, since only so a damaged file is found."""
        return [_page(path, 0, pixels) for path, pixels in zip(self.described_by, self.slices(), strict=True)]

    def slices(self) -> Iterator[np.ndarray]:
        """See Stack."""
        for path in self.described_by:
            try:
                pixels = np.asarray(imread(path))
            except (OSError, ValueError, SyntaxError) as error:  # Pillow raises SyntaxError on a broken PNG
                raise InputError(f"{path}: cannot be read ({error}), expected a complete image") from error
            if pixels.ndim == 3 and (pixels[..., :3] == pixels[..., :1]).all():
                pixels = pixels[..., 0]
            yield pixels.astype(np.uint8) if pixels.dtype == bool else pixels

    def voxel_size(self, path: Path) -> list[AxisSize | None]:  # noqa: ARG002
        """See Stack."""
        return NOTHING


class _Chunked:
    """A stack in an array that is read slab by slab."""

    described_by: Sequence[Path]

    @cached_property
    def array(self) -> Any:
        """The array, all its axes."""
        raise NotImplementedError

    @cached_property
    def pages(self) -> list[Page]:
        """See Stack."""
        shape = [n for n in self.array.shape if n != 1] if len(self.array.shape) > 3 else self.array.shape
        if len(shape) != 3:
            raise InputError(f"{self.described_by[0]}: holds an array of {self.array.shape}, expected axes (z, y, x)")
        blank = np.broadcast_to(np.zeros((), self.array.dtype), shape[1:])
        return [_page(self.described_by[0], index, blank) for index in range(shape[0])]

    def slices(self) -> Iterator[np.ndarray]:
        """See Stack."""
        shape = self.array.shape
        axis = shape.index(len(self.pages)) if len(shape) > 3 else 0
        thickness = (self.array.chunks or shape)[axis]
        for slab in slabs(shape[axis], min(int(thickness), LARGEST_SLAB)):
            try:
                block = np.asarray(self.array[(slice(None),) * axis + (slab,)])
            except (OSError, ValueError, RuntimeError) as error:
                raise InputError(
                    f"{self.described_by[0]}: slices from {slab.start} cannot be read ({error})"
                ) from error
            native = block.astype(block.dtype.newbyteorder("="), copy=False)
            yield from native.reshape(-1, *self.pages[0].shape)


class Hdf5(_Chunked):
    """A dataset of an HDF5 file; its voxel size in the attribute element_size_um (z, y, x), as Fiji writes it."""

    def __init__(self, path: Path, dataset: str | None) -> None:
        self.described_by = [path]
        self._dataset = dataset

    @cached_property
    def array(self) -> Any:
        """See _Chunked."""
        path = self.described_by[0]
        try:
            file = h5py.File(path, "r")
        except OSError as error:
            raise InputError(f"{path}: not a readable HDF5 file ({error})") from error
        found: dict[str, Any] = {}
        file.visititems(lambda name, item: found.update({name: item} if getattr(item, "ndim", 0) >= 3 else {}))
        return found[_chosen(path, list(found), self._dataset)]

    def voxel_size(self, path: Path) -> list[AxisSize | None]:  # noqa: ARG002
        """See Stack."""
        sizes = np.ravel(self.array.attrs.get("element_size_um", []))
        return [AxisSize(float(um), "HDF5") for um in sizes] if len(sizes) == 3 else NOTHING


class OmeZarr(_Chunked):
    """Full resolution of an OME-Zarr image, of version 0.4 or 0.5; time and channel axes of length 1 are dropped."""

    def __init__(self, root: Path, dataset: str | None) -> None:
        self.described_by = [root]
        self._group = dataset or ""

    @cached_property
    def _multiscale(self) -> tuple[Any, dict[str, Any]]:
        place = Path(self.described_by[0], self._group)
        try:
            node: Any = zarr.open_group(str(place), mode="r")
            return node, node.attrs.get("ome", node.attrs)["multiscales"][0]
        except (OSError, KeyError, ValueError, IndexError) as error:
            raise InputError(
                f"{place}: not an OME-Zarr image ({type(error).__name__}: {error}); expected one there "
                "(config key 'ingest/dataset' names one inside)"
            ) from error

    @cached_property
    def array(self) -> Any:
        """See _Chunked."""
        node, multiscale = self._multiscale
        names = [axis["name"] for axis in multiscale["axes"]]
        if [name for name in names if name in "zyx"] != ["z", "y", "x"]:
            raise InputError(f"{self.described_by[0]}: axes are {names}, expected z, y, x in this order")
        return node[multiscale["datasets"][0]["path"]]

    def voxel_size(self, path: Path) -> list[AxisSize | None]:  # noqa: ARG002
        """See Stack."""
        _, multiscale = self._multiscale
        transforms = multiscale["datasets"][0]["coordinateTransformations"]
        scale = next(t["scale"] for t in transforms if t["type"] == "scale")
        sizes = {
            axis["name"]: length_um(edge, axis.get("unit", ""))
            for axis, edge in zip(multiscale["axes"], scale, strict=True)
        }
        return [None if (um := sizes[name]) is None else AxisSize(um, "OME-Zarr") for name in "zyx"]


class Raw:
    """Pixels without a header, and beside them a JSON that says how to read them.

    Notes
    -----
    Keys of the sidecar: ``shape`` [z, y, x] and ``dtype`` (uint8 or uint16); if need be ``byte_order`` (little, the
    default, or big), ``offset_bytes`` before the first pixel, and ``voxel_nm`` [z, y, x].
    """

    def __init__(self, path: Path, sidecar: Path) -> None:
        self.described_by = [path]
        self._path = path
        try:
            self._told = json.loads(sidecar.read_text(encoding="utf-8"))
            self._shape = tuple(int(n) for n in self._told["shape"])
            self._dtype = np.dtype(self._told["dtype"]).newbyteorder(self._told.get("byte_order", "little"))
            self._offset = int(self._told.get("offset_bytes", 0))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{sidecar}: {error!r}; expected JSON with 'shape' [z, y, x] and 'dtype'") from error
        if unknown := set(self._told) - SIDECAR_KEYS:
            raise InputError(f"{sidecar}: unknown key '{min(unknown)}', expected some of {sorted(SIDECAR_KEYS)}")
        if len(self._shape) != 3 or min(self._shape) < 1:
            raise InputError(f"{sidecar}: 'shape' is {self._told['shape']}, expected three positive numbers [z, y, x]")
        announced = self._offset + int(np.prod(self._shape)) * self._dtype.itemsize
        size = path.stat().st_size
        if size != announced:
            raise InputError(f"{path}: has {size} bytes where {sidecar.name} announces {announced}")

    @cached_property
    def pages(self) -> list[Page]:
        """See Stack."""
        blank = np.broadcast_to(np.zeros((), self._dtype), self._shape[1:])
        return [_page(self._path, index, blank) for index in range(self._shape[0])]

    def slices(self) -> Iterator[np.ndarray]:
        """See Stack."""
        count = self._shape[1] * self._shape[2]
        with self._path.open("rb") as stream:
            stream.seek(self._offset)
            for _ in range(self._shape[0]):
                pixels = np.frombuffer(stream.read(count * self._dtype.itemsize), self._dtype)
                yield pixels.astype(self._dtype.newbyteorder("="), copy=False).reshape(self._shape[1:])

    def voxel_size(self, path: Path) -> list[AxisSize | None]:  # noqa: ARG002
        """See Stack."""
        sizes = self._told.get("voxel_nm", [])
        return [AxisSize(float(nm) / 1000, "sidecar") for nm in sizes] if len(sizes) == 3 else NOTHING


def _page(path: Path, index: int, pixels: np.ndarray) -> Page:
    """Header of a slice that is no TIFF."""
    where = f"{path}: slice {index}"
    if pixels.ndim != 2:
        raise InputError(f"{where} has axes {pixels.shape}, expected grey values (y, x)")
    if pixels.dtype.name not in READABLE:
        raise InputError(f"{where} has pixels of type {pixels.dtype}, expected unsigned 8 or 16 bit grey")
    dtype = np.dtype(np.uint8) if pixels.dtype == bool else pixels.dtype.newbyteorder("=")
    ny, nx = pixels.shape
    return Page(path, index, (ny, nx), dtype, 8 * dtype.itemsize, plain_grey=True, white_is_zero=False)


def _chosen(path: Path, names: list[str], wanted: str | None) -> str:
    if wanted is not None and wanted.strip("/") in names:
        return wanted.strip("/")
    if wanted is None and len(names) == 1:
        return names[0]
    expected = f"one of {names}" if names else "one of three axes (z, y, x)"
    raise InputError(f"{path}: dataset '{wanted}' (config key 'ingest/dataset'); expected {expected}")
