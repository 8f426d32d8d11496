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

from porescope.errors import InputError
from porescope.segment.conventional import is_solid
from porescope.volume import read_volume

log = logging.getLogger(__name__)

UNKNOWN = 255
"""Class of pixels of the restored frame that lie outside the frame of the truth; they are not scored."""


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
        OME-Zarr of classes 0, 1, 2 in the undrifted frame.
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
        classes = np.asarray(self._classes[slab])
        return {z: carry(classes[z - slab.start], self._drift[z], z, self._frame) for z in range(slab.start, slab.stop)}


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
                known[z] = carry(pore, np.zeros(2), z, self._frame)
        return known


def carry(classes: np.ndarray, drift_px: np.ndarray, z: int, frame: RestoredFrame) -> np.ndarray:
    """Move one slice of truth as the restored grey values were moved.

    A raw slice shows raw(p) = true(p - drift); restoring gives restored(p) = raw(p + crop + shift). So a restored
    pixel shows true(p + crop + shift - drift), which is looked up at the nearest true pixel: any error of the
    estimated shift moves truth and grey values alike, and scores judge the segmentation alone.

    Parameters
    ----------
    classes : (ny, nx) uint8
        Truth of the slice in its own frame.
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
    rows = np.rint(np.arange(*frame.y) + moved[0]).astype(int)
    columns = np.rint(np.arange(*frame.x) + moved[1]).astype(int)
    inside_rows = (rows >= 0) & (rows < classes.shape[0])
    inside_columns = (columns >= 0) & (columns < classes.shape[1])
    carried = np.full((len(rows), len(columns)), UNKNOWN, np.uint8)
    carried[np.ix_(inside_rows, inside_columns)] = classes[np.ix_(rows[inside_rows], columns[inside_columns])]
    return carried


def read_frame(info: str | Path) -> RestoredFrame:
    """The restored frame from the JSON file of stage restore."""
    stored: dict[str, Any] = json.loads(Path(info).read_text(encoding="utf-8"))
    crop = stored["crop_px"]
    return RestoredFrame(
        np.asarray(stored["shift_px"], float).reshape(-1, 2),
        (int(crop["y"][0]), int(crop["y"][1])),
        (int(crop["x"][0]), int(crop["x"][1])),
    )
