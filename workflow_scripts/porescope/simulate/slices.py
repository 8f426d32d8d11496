"""The slices as an instrument leaves them on a disk: one TIFF each, with its own words about them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import tifffile

from porescope.progress import progress
from porescope.simulate.instrument import (
    Instrument,
    brightness,
    curtains,
    expose,
    illumination,
    shift_slice,
    stage_drift,
    streaks,
)
from porescope.simulate.signal import Beam
from porescope.volume import Spacing

FEI_TAG = 34682
"""TIFF tag in which FEI and Thermo Fisher instruments keep their settings as text."""


class Imaging:
    """A stack being imaged; slices can be imaged in any order, by several threads, with the same result.

    Parameters
    ----------
    signal : (nz, ny, nx) float32 array
        Noise-free, with margins in y and x; periodic.
    region : slices (y, x)
        What a slice without drift shows.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    instrument : Instrument
    seed : SeedSequence

    Attributes
    ----------
    shifts : (nz, 2) float array
        Drift (y, x) in pixels; see instrument.stage_drift.
    """

    def __init__(
        self,
        signal: np.ndarray,
        region: tuple[slice, slice],
        spacing: Spacing,
        instrument: Instrument,
        seed: np.random.SeedSequence,
    ) -> None:
        self.signal, self.region, self.spacing, self.instrument = signal, region, spacing, instrument
        of_stack, of_slices = seed.spawn(2)
        rng = np.random.default_rng(of_stack)
        count = len(signal)
        self.shifts = stage_drift(count, spacing, instrument, rng)
        self._stripes = curtains((count, signal.shape[2]), spacing, instrument, rng).astype(np.float32)
        self._levels = brightness(count, spacing, instrument, rng).astype(np.float32)
        shape = (region[0].stop - region[0].start, region[1].stop - region[1].start)
        self._light = illumination(shape, instrument).astype(np.float32)
        self._seeds = of_slices.spawn(count)

    def image(self, index: int) -> np.ndarray:
        """Grey values (ny, nx) of a slice."""
        rng = np.random.default_rng(self._seeds[index])
        seen = shift_slice(self.signal[index] * self._stripes[index], self.shifts[index])[self.region]
        charged = seen * streaks(seen, self.spacing, self.instrument, rng)
        return expose(charged * self._light * self._levels[index], self.instrument, rng)


def write_slices(paths: Sequence[str | Path], imaging: Imaging, beam: Beam, threads: int) -> None:
    """Image every slice and write it.

    Parameters
    ----------
    paths : sequence of path
        One a slice.
    imaging : Imaging
    beam : Beam
        For the header.
    threads : int
        Slices worked on at a time.

    Notes
    -----
    The header is that of FEI and Thermo Fisher instruments, which say nothing of the distance between slices; that
    stands in the description, as ImageJ writes it when a stack is saved.
    """
    header = (FEI_TAG, "s", 0, fei_header(imaging.spacing, beam, imaging.region), True)
    spacing = imaging.spacing

    def write(index: int) -> None:
        tifffile.imwrite(
            paths[index],
            imaging.image(index),
            imagej=True,
            resolution=(1 / spacing.x, 1 / spacing.y),
            metadata={"unit": "um", "spacing": spacing.z},
            extratags=[header],
        )

    with ThreadPoolExecutor(threads) as pool:
        for _ in progress(pool.map(write, range(len(paths))), len(paths), "slices imaged"):
            pass


def fei_header(spacing: Spacing, beam: Beam, region: tuple[slice, slice]) -> str:
    """Settings of a simulated instrument in the words of a real one: lengths in m, angles in rad."""
    height, width = (part.stop - part.start for part in region)
    lines = [
        "[System]", "Type=DualBeam", "SystemType=porescope simulation", "",
        "[Beam]", "Beam=EBeam", "Scan=EScan", "",
        "[Scan]", f"PixelWidth={spacing.x * 1e-6:.6g}", f"PixelHeight={spacing.y * 1e-6:.6g}",
        f"HorFieldsize={width * spacing.x * 1e-6:.6g}", f"VerFieldsize={height * spacing.y * 1e-6:.6g}", "",
        "[EScan]", "TiltCorrectionIsOn=yes", f"TiltCorrectionAngle={np.radians(beam.tilt_deg):.6g}", "",
        "[Stage]", f"StageT={np.radians(beam.tilt_deg):.6g}", "",
        "[Image]", f"ResolutionX={width}", f"ResolutionY={height}", "",
    ]  # fmt: skip
    return "\r\n".join(lines)
