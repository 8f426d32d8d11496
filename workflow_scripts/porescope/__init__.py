"""porescope: from FIB-SEM tomograms of sintered porous metals to masks, descriptors, models and synthetic sections."""

import os
from pathlib import Path

from porescope.kernels import cache_folder

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
"""OpenMP threads sleep while they wait. Spinning, they halt one another where cores are shared: measured on two cores
with five other jobs, a training step took 9 times longer. It must be set before PyTorch is first imported."""

if os.access(Path(__file__).parent, os.W_OK):
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder(Path(__file__).parent)))
    """Set before numba is first imported; where the package cannot be written to, numba finds a place of its own."""
