"""What is really there, carried into the frame of the restored stack."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import tifffile
from scipy import ndimage

from porescope.errors import InputError
from porescope.segment.imported import is_solid
from porescope.segment.interfaces import UNKNOWN
from porescope.volume import read_volume

log = logging.getLogger(__name__)

METAL = 0

FACE = "face"
"""Group beside the classes of a simulated truth with the partial volume of metal, 255 for 1."""

SMOOTHING_PX = 0.6
"""Standard deviation of the Gaussian that makes partial volumes of labels, with the interface within 0.2 pixels."""


@dataclass(frozen=True)
class RestoredFrame:
    """How stage restore moved and cropped the slices.

    Attributes
    ----------
    shift_px : (nz, 2) array
        Estimated displacement (y, x) of the content of every slice; the slice was moved back by it.
    y, x : (first, behind last)
        Rows and columns that were kept after that.
    """

    shift_px: np.ndarray
    y: tuple[int, int]
    x: tuple[int, int]


class Truth(Protocol):
    """Known phases of all or some slices of a stack."""

    def read(self, slab: slice) -> dict[int, np.ndarray]:
        """Classes (0 metal, 1 dark pore, 2 shine-through, 255 unknown) of the known slices of a range by number."""


class SimulatedTruth:
    """The exact truth of a simulated stack.

    Parameters
    ----------
    volume : path
        OME-Zarr of classes 0, 1, 2 in the undrifted frame, and of the partial volumes of metal in its group "face".
    drift : path
        CSV with slice, shift_y_px, shift_x_px: displacement of the content of every raw slice.
    frame : RestoredFrame

    Raises
    ------
    InputError
        Truth, drift and restored stack do not have the same number of slices.
    """

    def __init__(self, volume: str | Path, drift: str | Path, frame: RestoredFrame) -> None:
        self._classes = read_volume(volume).array
        self._face = read_volume(volume, FACE).array
        self._drift = pd.read_csv(drift).sort_values("slice")[["shift_y_px", "shift_x_px"]].to_numpy(float)
        self._frame = frame
        counts = (self._classes.shape[0], len(self._drift), len(frame.shift_px))
        if len(set(counts)) > 1:
            raise InputError(
                f"{volume}: the truth has {counts[0]} slices, {drift} {counts[1]} and the restored stack {counts[2]}; "
                "expected the same number"
            )

    def read(self, slab: slice) -> dict[int, np.ndarray]:
        """See Truth."""
        known = zip(range(slab.start, slab.stop), self._classes[slab], self._face[slab], strict=True)
        return {z: carry(c, f / np.float32(255), self._drift[z], z, self._frame) for z, c, f in known}


class ManualTruth:
    """Labels that a person drew on some raw slices.

    Parameters
    ----------
    files : sequence of path
        TIFF images that bear the stem of their raw slice; for a multi-page raw file, one with as many pages.
    raw_files : sequence of path
        The files of the raw stack, in the order of the slices.
    solid : str
        Which values are solid, e.g. '>0'.
    frame : RestoredFrame

    Raises
    ------
    InputError
        A label file belongs to no raw slice.
    """

    def __init__(self, files: Sequence[str | Path], raw_files: Sequence[str | Path], solid: str, frame: RestoredFrame):
        self._solid = solid
        self._frame = frame
        self._pages: dict[int, tuple[Path, int]] = {}
        numbers = {Path(raw).stem: z for z, raw in enumerate(raw_files)}
        for file in map(Path, files):
            if file.stem not in numbers:
                raise InputError(
                    f"{file}: labels of no raw slice; expected the stem of one, such as '{next(iter(numbers))}'"
                )
            if len(raw_files) == 1:
                self._pages |= {page: (file, page) for page in range(self._page_count(file))}
            else:
                self._pages[numbers[file.stem]] = (file, 0)

    def _page_count(self, file: Path) -> int:
        with tifffile.TiffFile(file) as stored:
            found, expected = len(stored.pages), len(self._frame.shift_px)
        if found != expected:
            raise InputError(f"{file}: {found} pages, expected {expected}, one for every slice of the raw file")
        return found

    def read(self, slab: slice) -> dict[int, np.ndarray]:
        """See Truth; pore is class 1, shine-through is not told apart."""
        known = {}
        for z in range(slab.start, slab.stop):
            if z in self._pages:
                file, page = self._pages[z]
                values = tifffile.imread(file, key=page)
                if values.ndim != 2:
                    raise InputError(f"{file}: an image of shape {values.shape}, expected one value a pixel")
                pore = (~is_solid(values, self._solid, str(file))).astype(np.uint8)
                metal = 1 - ndimage.gaussian_filter(pore.astype(np.float32), SMOOTHING_PX, mode="nearest")
                known[z] = carry(pore, metal, np.zeros(2), z, self._frame)
        return known


def carry(classes: np.ndarray, metal: np.ndarray, drift_px: np.ndarray, z: int, frame: RestoredFrame) -> np.ndarray:
    """Move one slice of truth as the restored grey values were moved.

    A raw slice shows raw(p) = true(p - drift); restoring gives restored(p) = raw(p + crop + shift). So a restored
    pixel shows true(p + crop + shift - drift): any error of the estimated shift moves truth and grey values alike, and
    scores judge the segmentation alone. Between true pixels, partial volumes tell where the interface is: looked up
    at the nearest pixel, it would be off by a third of a pixel.

    Parameters
    ----------
    classes : (ny, nx) uint8
        Truth of the slice in its own frame.
    metal : (ny, nx) float array
        Partial volume of metal there, whose level 0.5 is the interface between pixels.
    drift_px : (2,) array
        Displacement (y, x) of the raw slice's content from that frame.
    z : int
        Number of the slice.
    frame : RestoredFrame

    Returns
    -------
    (rows, columns) uint8
        In the restored frame; UNKNOWN where that lies outside.
    """
    moved = frame.shift_px[z] - drift_px
    whole = np.rint(moved).astype(int)
    rows, columns = np.arange(*frame.y) + whole[0], np.arange(*frame.x) + whole[1]
    inside = np.ix_((rows >= 0) & (rows < classes.shape[0]), (columns >= 0) & (columns < classes.shape[1]))
    carried = np.full((len(rows), len(columns)), UNKNOWN, np.uint8)
    moved_classes = between_pixels(classes, metal, moved - whole)
    carried[inside] = moved_classes[np.ix_(rows[inside[0].ravel()], columns[inside[1].ravel()])]
    return carried


def between_pixels(classes: np.ndarray, metal: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Classes (ny, nx) at the places p + part, with part (y, x) up to half a pixel; see carry."""
    pore = classes != METAL
    if not np.any(part) or not pore.any():
        return classes
    nearest = ndimage.distance_transform_edt(~pore, return_distances=False, return_indices=True)
    kind = classes[tuple(nearest)]  # of the nearest pore pixel: itself in a pore
    return np.where(ndimage.shift(metal, -part, order=3, mode="nearest") > 0.5, METAL, kind).astype(np.uint8)


def read_frame(info: str | Path) -> RestoredFrame:
    """The restored frame from the JSON file of stage restore."""
    stored: dict[str, Any] = json.loads(Path(info).read_text(encoding="utf-8"))
    crop = stored["crop_px"]
    return RestoredFrame(
        np.asarray(stored["shift_px"], float).reshape(-1, 2),
        (int(crop["y"][0]), int(crop["y"][1])),
        (int(crop["x"][0]), int(crop["x"][1])),
    )
