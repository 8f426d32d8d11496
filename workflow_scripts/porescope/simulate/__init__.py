"""Stage simulate: raw stacks with known truth."""
