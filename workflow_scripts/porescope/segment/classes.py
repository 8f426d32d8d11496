"""The numbers that stand for something in masks, labels and probabilities; light to import."""

CLASSES = 3
"""0 metal, 1 dark pore, 2 shine-through pore."""

IGNORED = 255
"""Label of pixels from which nothing is learnt."""

PROBABILITY = "probability"
"""Group of a network's mask with the probability of pore as uint8."""

CERTAIN = 255
"""Stored value of probability 1."""
