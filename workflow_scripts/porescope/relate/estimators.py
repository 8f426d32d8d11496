"""Rivals of least squares: ridge, elastic net and a Gaussian process, each tuned inside its training data."""

import warnings
from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import ElasticNetCV, Ridge
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from porescope.relate.validation import leave_out_operator

RIVALS = ("ridge", "elastic_net", "gaussian_process")

INNER_FOLDS = 5
"""Folds, of whole groups, by which the elastic net's penalty is chosen, anew in every training set; ridge leaves out
one group at a time."""

L1_SHARES = (0.5, 0.95)
"""Tried shares of the absolute in the elastic net's penalty."""

PENALTIES = np.logspace(-4, 2, 13)
"""Tried strengths; features and target have a variance of 1. Those of ridge are times the number of specimens."""


def fit_rival(kind: str, x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Any:
    """Fit a rival to the training specimens.

    Parameters
    ----------
    kind : str
        One of RIVALS.
    x : (n, p) array
        Features, each in its own unit.
    y : (n,) array
        Target.
    groups : (n,) array
        Not independent specimens, never on both sides of the folds that choose the penalty; at least two groups.

    Returns
    -------
    estimator
        With ``predict``; for ridge and elastic net a standardising pipeline whose last step has ``coef_``.

    Notes
    -----
    The Gaussian process has one length for all standardised features (an own one each would be fitted to noise by this
    few specimens), and an error of its own; both by maximum likelihood from two starts,
    the same in every job.

    References
    ----------
    Zou and Hastie, J. R. Stat. Soc. B 67 (2005) 301. Rasmussen and Williams, Gaussian Processes for Machine Learning
    (2006), chapter 2.
    """
    if kind == "ridge":
        return _pipeline(Ridge(alpha=_ridge_penalty(x, y, groups))).fit(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # at a bound: the process is flat or exact
        if kind == "gaussian_process":
            kernel = ConstantKernel() * RBF(1.0, (0.3, 30.0)) + WhiteKernel(0.1, (1e-4, 10.0))
            process = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=1, random_state=0)
            return make_pipeline(StandardScaler(), process).fit(x, y)
        tuning = GroupKFold(min(INNER_FOLDS, len(set(groups.tolist())))).split(x, y, groups)
        penalised = ElasticNetCV(l1_ratio=list(L1_SHARES), alphas=PENALTIES, cv=list(tuning), max_iter=20_000)
        return _pipeline(penalised).fit(x, y)


def linear_slopes(estimator: Any) -> np.ndarray | None:
    """Change of the target per unit of each feature of a ridge or elastic net; None for a Gaussian process."""
    scaler, last = estimator.steps[0][1], estimator.steps[-1][1]
    if not isinstance(last, TransformedTargetRegressor):
        return None
    return np.asarray(last.regressor_.coef_).ravel() * last.transformer_.scale_[0] / scaler.scale_


def _pipeline(penalised: Any) -> Pipeline:
    return make_pipeline(StandardScaler(), TransformedTargetRegressor(penalised, transformer=StandardScaler()))


def _ridge_penalty(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The penalty with the least error on left-out groups; exact without refitting, for a ridge is linear in y too."""
    z = StandardScaler().fit_transform(x)
    u, singular, _ = np.linalg.svd(z, full_matrices=False)
    errors = []
    for penalty in len(y) * PENALTIES:
        hat = (u * (singular**2 / (singular**2 + penalty))) @ u.T + 1 / len(y)
        errors.append(float(np.sum((leave_out_operator(hat, groups) @ y) ** 2)))
    return float(len(y) * PENALTIES[int(np.argmin(np.nan_to_num(errors, nan=np.inf)))])
