"""Sintering: the interface moves by its curvature while the relative density follows the temperature."""

import numpy as np
from scipy import fft

from porescope.errors import InputError
from porescope.volume import Spacing

INTERFACE_PX = 1.0
"""Width of the linear ramp across the interface in the field of partial volumes, in voxels."""


def sinter(
    metal: np.ndarray,
    spacing: Spacing,
    coarsening_um: float,
    density: float,
    step_um: float,
    region: tuple[slice, slice, slice],
) -> np.ndarray:
    """Move the interface by its mean curvature to a given density.

    Parameters
    ----------
    metal : (nz, ny, nx) float32 array
        Partial volume of metal in a periodic box.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    coarsening_um : float
        Standard deviation in um of all Gaussian steps together, sqrt(2 t) for a diffusion time t: features much
        finer than this are gone.
    density : float
        Relative density at the end, in ``region``.
    step_um : float
        Standard deviation of one step at most.
    region : slices (z, y, x)
        Where the density is set: the part of the box that is imaged.

    Returns
    -------
    (nz, ny, nx) float32 array
        Partial volume of metal: above 0.5 is metal, and that share of the region is the density.

    Raises
    ------
    InputError
        The density is not in (0, 1) or the coarsening is not positive.

    Notes
    -----
    Threshold dynamics: a step is a convolution with a Gaussian and a threshold, which moves the interface by its mean
    curvature; the threshold is the one that gives the density of the step, which goes evenly from that of the start to
    the end. The threshold is applied as a ramp one voxel wide, so that the interface keeps its place within a voxel
    and is not pinned by the grid.

    References
    ----------
    B. Merriman, J. Bence, S. Osher, J. Comput. Phys. 112 (1994) 334 (diffusion-generated motion);
    S. J. Ruuth, B. T. R. Wetton, J. Sci. Comput. 19 (2003) 373 (volume-preserving threshold).
    """
    if not 0 < density < 1:
        raise InputError(f"a relative density of {density:.4g} was asked for, expected between 0 and 1")
    if coarsening_um <= 0:
        raise InputError(f"a coarsening length of {coarsening_um:.4g} um was asked for, expected more than 0")
    steps = int(np.ceil((coarsening_um / step_um) ** 2))
    sigma_um = coarsening_um / np.sqrt(steps)
    start = float(metal[region].mean())
    sharpness = sigma_um * np.sqrt(2 * np.pi) / (INTERFACE_PX * min(spacing))  # 1 / slope of a smoothed flat interface
    for step in range(1, steps + 1):
        smooth = gaussian(metal, spacing, sigma_um)
        wanted = start + (density - start) * step / steps
        threshold = _upper_quantile(smooth[region], wanted)
        smooth -= threshold
        smooth *= sharpness
        smooth += 0.5
        metal = np.clip(smooth, 0, 1, out=smooth)
    return metal


def gaussian(field: np.ndarray, spacing: Spacing, sigma_um: float) -> np.ndarray:
    """Convolve a periodic field (z, y, x) with an isotropic Gaussian of a standard deviation in um."""
    spectrum = fft.rfftn(field.astype(np.float32, copy=False))
    for axis, (n, edge) in enumerate(zip(field.shape, spacing, strict=True)):
        frequency = fft.rfftfreq(n, edge) if axis == 2 else fft.fftfreq(n, edge)
        damping = np.exp(-2 * (np.pi * frequency * sigma_um) ** 2).astype(np.float32)
        spectrum *= damping.reshape([-1 if a == axis else 1 for a in range(3)])
    return fft.irfftn(spectrum, s=field.shape)


def _upper_quantile(values: np.ndarray, share: float) -> float:
    """The value that ``share`` of the values exceed: midway between the two on either side."""
    flat = values.ravel()
    above = int(np.clip(round(share * flat.size), 1, flat.size - 1))
    cut = np.partition(flat, [flat.size - above - 1, flat.size - above])
    return float((cut[flat.size - above - 1] + cut[flat.size - above]) / 2)
