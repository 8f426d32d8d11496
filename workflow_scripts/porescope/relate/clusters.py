"""Features that vary together, counted as one where the data cannot tell them apart."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

LIMIT = 0.8
"""Absolute correlation from which on features are taken together: they share 64 % of their variance."""


def correlation(x: np.ndarray) -> np.ndarray:
    """Pearson correlation (p, p) of features (n, p); 0 with a constant one."""
    scale = x.std(axis=0)
    standard = (x - x.mean(axis=0)) / np.where(scale > 0, scale, np.inf)
    matrix = standard.T @ standard / len(x)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def clusters_of(x: np.ndarray) -> list[list[int]]:
    """Clusters of features (n, p) every two of which correlate, up or down, by at least LIMIT; in their order.

    Notes
    -----
    Complete linkage, so that a chain of weak relations does not pull everything together.
    """
    p = x.shape[1]
    if p == 1:
        return [[0]]
    distance = np.clip(1 - np.abs(correlation(x)), 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    labels = fcluster(linkage(squareform(distance, checks=False), "complete"), 1 - LIMIT, "distance")
    return [[j for j in range(p) if labels[j] == label] for label in dict.fromkeys(labels.tolist())]
