"""The estimators of the stage on shapes with known answers."""
