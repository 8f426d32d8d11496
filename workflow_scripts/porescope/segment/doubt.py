"""How sure segmenters are of a stack, and which of its slices a person should look at."""

import itertools
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.volume import read_volume, slabs

log = logging.getLogger(__name__)

STANDS_OUT = 4.0
"""Robust standard deviations above the median of its stack at which a slice is flagged."""

NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

DENSITY_COLUMNS = (
    "segmenter",
    "sample",
    "relative_density",
    "expected_density",
    "density_low",
    "density_high",
    "confidence",
    "least_confidence",
    "least_confident_slice",
)

FLAG_COLUMNS = ("sample", "slice", "disagreement", "typical_disagreement", "expected_error", "reason")


def compare_masks(masks: Mapping[str, str | Path], slices: Mapping[str, str | Path], table: str | Path) -> None:
    """Write by how much the segmenters of a stack disagree on each slice.

    Parameters
    ----------
    masks : dict of paths
        Masks of one stack by segmenter.
    slices : dict of paths
        Tables of predict_mask by network.
    table : path
        CSV to write: slice; disagreement: share of pixels that are pore for one and metal for another, mean over all
        pairs of networks, or of all segmenters where there are fewer than two networks; expected_error: mean over the
        networks, NaN without any.
    """
    compared = list(slices) if len(slices) > 1 else list(masks)
    volumes = [read_volume(masks[name]) for name in compared]
    pairs = list(itertools.combinations(range(len(volumes)), 2))
    shares: list[float] = []
    for slab in slabs(volumes[0].shape[0]):
        pore = [np.asarray(volume.array[slab]) > 0 for volume in volumes]
        different = [(pore[a] != pore[b]).mean(axis=(1, 2)) for a, b in pairs]
        shares += np.mean(different, axis=0).tolist() if pairs else [0.0] * len(pore[0])
    errors = [pd.read_csv(path)["expected_error"].to_numpy() for path in slices.values()]
    found = {"disagreement": shares, "expected_error": np.mean(errors, axis=0) if errors else np.nan}
    pd.DataFrame(found).to_csv(table, index_label="slice", float_format="%.6f")


def collect_densities(slices: Sequence[str | Path], networks: Sequence[str], densities: str | Path) -> None:
    """Write the relative density of every stack by every network, with the interval that its probabilities leave.

    Parameters
    ----------
    slices : paths
        Tables `.../{segmenter}/{sample}.csv` of predict_mask.
    networks : names
        In the order of the rows.
    densities : path
        CSV to write: segmenter, sample, relative_density (of the mask), expected_density (by probabilities),
        density_low and density_high (its 95 % interval), confidence (expected share of right pixels), and the slice
        where that is least.

    Notes
    -----
    Errors of neighbouring pixels and slices are anything but independent, so margins are averaged, not divided by a
    root of their number.
    """
    rows = []
    for path in sorted(map(Path, slices), key=lambda p: (networks.index(p.parent.name), p.name)):
        table = pd.read_csv(path, index_col="slice")
        mean = table.mean()
        expected, margin = mean["expected_density"], mean["density_margin"]
        rows.append(
            (
                path.parent.name,
                path.stem,
                mean["relative_density"],
                expected,
                max(0.0, expected - margin),
                min(1.0, expected + margin),
                1 - mean["expected_error"],
                1 - table["expected_error"].max(),
                int(table["expected_error"].to_numpy().argmax()),
            )
        )
    pd.DataFrame(rows, columns=list(DENSITY_COLUMNS)).to_csv(densities, index=False, float_format="%.6f")


def collect_flagged(samples: Sequence[str], tables: Sequence[str | Path], flagged: str | Path) -> None:
    """Write which slices a person should look at: those that stand out of their stack, and the worst of each.

    Parameters
    ----------
    samples : names
    tables : paths
        Of compare_masks, one for each of them.
    flagged : path
        CSV to write, the largest disagreement first; reason is 'stands out' or 'highest of its stack'.
    """
    rows: list[tuple[str, int, float, float, float, str]] = []
    for sample, path in zip(samples, tables, strict=True):
        table = pd.read_csv(path, index_col="slice")
        shares = table["disagreement"]
        typical = float(shares.median())
        spread = NORMAL * float((shares - typical).abs().median())
        for z, share, error in zip(table.index, shares, table["expected_error"], strict=True):
            stands_out = share > typical + STANDS_OUT * spread and len(table) > 2
            if stands_out or z == shares.idxmax():
                reason = "stands out" if stands_out else "highest of its stack"
                rows.append((sample, int(z), share, typical, error, reason))
    found = pd.DataFrame(rows, columns=list(FLAG_COLUMNS)).sort_values("disagreement", ascending=False, kind="stable")
    found.to_csv(flagged, index=False, float_format="%.6f")
    log.info("%d of %d flagged slices stand out", (found["reason"] == "stands out").sum(), len(found))
