"""How far to believe a linear model: leave-one-out over specimens or groups, and a permutation null."""

import numpy as np


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
    for group in dict.fromkeys(groups.tolist()):
        members = np.flatnonzero(groups == group)
        block = annihilator[np.ix_(members, members)]
        if np.linalg.eigvalsh(block)[0] > 1e-9:
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


def permutation_p(
    operator: np.ndarray, y: np.ndarray, groups: np.ndarray, count: int, rng: np.random.Generator
) -> float:
    """Share of shuffled targets that cross-validate at least as well as the measured ones.

    Parameters
    ----------
    operator : (n, n) array
        As leave_out_operator gives it.
    y : (n,) array
        Target.
    groups : (n,) array
        As there.
    count : int
        Shuffles.
    rng : Generator

    Returns
    -------
    float
        (1 + b) / (1 + count), with b shuffles whose PRESS is not above the measured one; uniform if the features
        say nothing about the target. Not corrected for having tried several models. NaN if the operator is.

    References
    ----------
    Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39: why 1 is added.
    """
    if np.isnan(operator).any():
        return np.nan
    observed = np.sum((operator @ y) ** 2)
    shuffled = y[shuffles(groups, count, rng)]
    press = np.sum((shuffled @ operator.T) ** 2, axis=1)
    return float((1 + np.sum(press <= observed * (1 + 1e-9))) / (1 + count))


def shuffles(groups: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rearrangements (count, n) of specimens that keep groups together.

    Whole groups change places with groups of their size, and members change places within a group: what a group has
    in common stays in common, or the null would be too easy to reject. Without groups: every permutation.
    """
    members = [np.flatnonzero(groups == group) for group in dict.fromkeys(groups.tolist())]
    result = np.empty((count, len(groups)), dtype=np.intp)
    for size in {len(m) for m in members}:
        block = np.array([m for m in members if len(m) == size])  # (groups, size)
        sources = rng.permuted(np.tile(np.arange(len(block)), (count, 1)), axis=1)
        places = rng.permuted(np.tile(np.arange(size), (count, len(block), 1)), axis=2)
        result[:, block] = block[sources[:, :, None], places]
    return result
