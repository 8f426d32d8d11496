"""Stage segment: from labels to masks and scores."""
