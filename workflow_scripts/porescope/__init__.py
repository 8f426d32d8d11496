"""porescope: from FIB-SEM tomograms of sintered porous metals to masks, descriptors, models and synthetic sections."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
"""OpenMP threads sleep while they wait. Spinning, they halt one another where cores are shared: measured on two cores
with five other jobs, a training step took 9 times longer. It must be set before PyTorch is first imported."""
