"""The campaign: its config, its specimens, and what they ask of the workflow."""
