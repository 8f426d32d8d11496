"""Stage label: thresholds and superpixels."""
