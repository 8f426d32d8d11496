"""Which voxels are pore: conventional masks, networks trained on hybrid labels, and their scores against truth."""
