"""Stage restore: registration, flat field and stripe removal."""
