"""Stage relate: from descriptors to the property."""
