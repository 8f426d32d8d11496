"""Stage report: figures and the page."""
