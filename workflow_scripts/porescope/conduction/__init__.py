"""Steady currents through voxels: what stages simulate and describe share."""
