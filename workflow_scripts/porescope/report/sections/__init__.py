"""The sections of the page, one module a stage: sentences and tables computed from the results."""
