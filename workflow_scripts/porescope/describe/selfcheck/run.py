"""All checks, in every campaign."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from porescope.describe.selfcheck import (
    chords,
    euler,
    paths,
    percolation,
    planar,
    struts,
    surfaces,
    thickness,
    transport,
)
from porescope.describe.selfcheck.check import Check
from porescope.volume import Spacing

log = logging.getLogger(__name__)

VOXELS = {
    "1:1:1": Spacing(1.0, 1.0, 1.0),
    "2:1:1": Spacing(2.0, 1.0, 1.0),
    "4:1:1": Spacing(2.0, 0.5, 0.5),  # shapes of the same size in um: fewer long edges would not resolve them
}
"""Voxel edges z:y:x in um."""

GROUPS: tuple[Callable[[str, Spacing, float], Iterator[Check]], ...] = (
    surfaces.balls,
    surfaces.gyroid,
    surfaces.random_fields,
    surfaces.overlapping_balls,
    surfaces.torus,
    paths.channels,
    paths.shadows,
    paths.helices,
    percolation.bars,
    transport.arrays_of_balls,
    transport.layers,
    transport.side_arm,
    struts.bars,
    thickness.balls_and_bars,
    thickness.slabs,
    thickness.between_round_pores,
    thickness.channels,
    euler.bodies,
    euler.random_fields,
    chords.random_fields,
)
"""Each takes the voxels' name, their edges and the smoothing in voxels, and gives sizes in um."""


def check_estimators(smoothing_px: float, table: str | Path) -> None:
    """Run all checks and write them as a table; a failed one is a line with passed = False.

    Parameters
    ----------
    smoothing_px : float
        As for the specimens.
    table : path
        CSV to write: estimator, shape, size_voxels, expected, measured, relative_error, tolerance, passed.
    """
    rows = [check.row() for check in checks(smoothing_px)]
    for row in rows:
        if not row["passed"]:
            log.warning("%s on %s is off by %.3g", row["estimator"], row["shape"], row["relative_error"])
    pd.DataFrame(rows).to_csv(table, index=False)


def checks(smoothing_px: float) -> Iterator[Check]:
    """All checks, each with isotropic and with anisotropic voxels; sizes in the shortest edge."""
    for name, spacing in VOXELS.items():
        for group in GROUPS:
            start = time.monotonic()
            for check in group(f"voxels {name}", spacing, smoothing_px):
                yield check._replace(size_voxels=check.size_voxels / min(spacing))
            log.info("%s, voxels %s: %.1f s", group.__name__, name, time.monotonic() - start)
    yield from planar.discs()
