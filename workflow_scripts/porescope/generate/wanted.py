"""Volumes of wanted conditions and real specimens of the same materials, described alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.describe.field import Block
from porescope.describe.names import DESCRIPTORS
from porescope.describe.options import DescribeOptions
from porescope.describe.voi import describe_voi
from porescope.errors import InputError
from porescope.generate.samples import Samples
from porescope.generate.volume_scores import resampled, vois
from porescope.progress import progress
from porescope.volume import Volume, read_volume


def describe_wanted(
    volumes: Sequence[str | Path],
    sections: Sequence[str | Path],
    masks: Mapping[str, str | Path],
    options: DescribeOptions,
) -> pd.DataFrame:
    """Descriptors of generated volumes and of real masks on voxels and in VOIs of the same size.

    Parameters
    ----------
    volumes : sequence of paths
        OME-Zarr of each wanted condition.
    sections : sequence of paths
        Sections of the same conditions: they know what was wanted.
    masks : mapping
        OME-Zarr of real specimens, by name.
    options : DescribeOptions
        Of stage describe; a VOI becomes as small as a volume.

    Returns
    -------
    table
        A row a VOI: origin ('generated' or 'real'), name (of the condition or the specimen), material and wanted (empty
        for specimens), extrapolated, voi, and all descriptors. A mask that holds no VOI has no row.

    Raises
    ------
    InputError
        No condition is named.
    """
    if not volumes:
        raise InputError("config: generate/wanted/conditions names no condition, expected some such as [NPC_120000]")
    options = replace(options, conductivity=True)
    rows: list[dict[str, object]] = []
    for path, drawn in progress(zip(volumes, sections, strict=True), len(volumes), "wanted"):
        volume, made = read_volume(path), Samples.load(drawn)
        edge_um = min(options.voi_um, *volume.spacing.extent(volume.shape))
        blocks = vois(Volume(np.asarray(volume.array[:]) == 0, volume.spacing), edge_um)
        about = {"material": made.condition.material, "wanted": made.condition.value, "extrapolated": made.extrapolated}
        rows += _described("generated", made.condition.name, about, blocks, options)
    for sample, mask in progress(masks.items(), len(masks), "specimens"):
        rows += _described("real", sample, {}, vois(resampled(mask, volume.spacing.x), edge_um), options)
    return pd.DataFrame(rows)


def _described(
    origin: str, name: str, about: Mapping[str, object], blocks: Sequence[Block], options: DescribeOptions
) -> list[dict[str, object]]:
    described = [describe_voi(block, options).values for block in blocks]
    return [
        {"origin": origin, "name": name, **about, "voi": voi} | {column: values[column] for column in DESCRIPTORS}
        for voi, values in enumerate(described)
    ]
