"""How far to believe a linear model: leave-one-out over specimens or groups, and a permutation null."""

import numpy as np

DETERMINED = 1e-9
"""Smallest eigenvalue of 1 - hat over left-out specimens from which on the rest determine the model."""


def leave_out_operator(hat: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The matrix that turns targets into cross-validated residuals, without any refitting.

    Parameters
    ----------
    hat : (n, n) array
        Projection onto the fitted values.
    groups : (n,) array
        Specimens of one group are left out together; leave-one-out if every group has one member.

    Returns
    -------
    (n, n) array
        L with L @ y = measured minus what a model fitted without the specimen's group predicts. Rows are NaN where
        the remaining specimens do not determine the model.

    Notes
    -----
    For a group I: (1 - H_II)^-1 e_I; for one specimen e / (1 - h). Exact for least squares.

    References
    ----------
    Cook and Weisberg, Residuals and Influence in Regression (1982), chapter 2.
    """
    annihilator = np.eye(len(hat)) - hat
    operator = np.full_like(annihilator, np.nan)
    for members in folds(groups):
        block = annihilator[np.ix_(members, members)]
        if np.linalg.eigvalsh(block)[0] > DETERMINED:
            operator[members] = np.linalg.solve(block, annihilator[members])
    return operator


def r_squared(measured: np.ndarray, residuals: np.ndarray) -> float:
    """1 - sum of squared residuals / sum of squares about the mean of ``measured``; NaN if that is 0.

    With cross-validated residuals this is 1 - PRESS/SST. Of a test set of three it is fragile: the mean is that of
    three numbers, and where they happen to lie close together even small errors make it negative.
    """
    total = np.sum((measured - measured.mean()) ** 2) if len(measured) > 1 else 0.0
    return float(1 - np.sum(residuals**2) / total) if total > 0 else np.nan


def rmse(residuals: np.ndarray) -> float:
    """Root mean square; NaN of nothing."""
    return float(np.sqrt(np.mean(residuals**2))) if len(residuals) else np.nan


def kin(groups: np.ndarray, materials: np.ndarray) -> np.ndarray:
    """Groups for leave-one-material-out: a material, together with all that shares a group of specimens with it.

    Parameters
    ----------
    groups, materials : (n,) arrays of str

    Returns
    -------
    (n,) array of str
        The first material of each set.
    """
    label = dict(zip(materials, materials))
    for group in set(groups.tolist()):
        names = {label[m] for m in materials[groups == group]}
        first = min(names)
        label = {m: first if own in names else own for m, own in label.items()}
    return np.array([label[m] for m in materials])


def folds(groups: np.ndarray) -> list[np.ndarray]:
    """Places of the members of each group, in the order of their first ones."""
    return [np.flatnonzero(groups == group) for group in dict.fromkeys(groups.tolist())]
