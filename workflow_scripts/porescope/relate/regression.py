"""Multi-variable linear regression on standardised features, with intervals and variance inflation."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

CONFIDENCE = 0.95


@dataclass(frozen=True)
class LinearFit:
    """A fitted linear model y = intercept + sum of coefficient x feature, with n specimens and p features.

    Attributes
    ----------
    pipeline : Pipeline
        StandardScaler, then LinearRegression.
    coefficients : (p + 1,) array
        The intercept first, then the change of the target per unit of each feature.
    standard_errors : (p + 1,) array
        Of the coefficients; NaN if no degree of freedom is left (n = p + 1).
    half_widths : (p + 1,) array
        Half width of the 95 % t interval of each coefficient.
    standardised : (p,) array
        Coefficient x standard deviation of the feature / standard deviation of the target: dimensionless.
    hat : (n, n) array
        Projection of the measured onto the fitted targets; its diagonal is the leverage.
    residuals : (n,) array
        Measured - fitted target.
    vif : (p,) array
        Variance inflation factors 1 / (1 - R2) of each feature against the others: 1 for a feature uncorrelated with
        them; above 10 its coefficient, and with it its attribution, can hardly be told from theirs.
    condition : float
        Condition number of the standardised features: sqrt of the largest over the smallest eigenvalue of their
        correlation matrix. 1 where they are uncorrelated; from about 30 on, small errors of the data turn coefficients
        over (Belsley, Kuh and Welsch, Regression Diagnostics, 1980).
    freedom : int
        Residual degrees of freedom n - p - 1.
    variance : float
        Of the residuals, per degree of freedom; NaN without any.
    scatter : (p, p) array
        Inverse of the standardised features' normal matrix, for leverages.
    """

    pipeline: Pipeline
    coefficients: np.ndarray
    standard_errors: np.ndarray
    half_widths: np.ndarray
    standardised: np.ndarray
    hat: np.ndarray
    residuals: np.ndarray
    vif: np.ndarray
    condition: float
    freedom: int
    variance: float
    scatter: np.ndarray

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Target for features (specimens, p) in their own units."""
        return self.pipeline.predict(x)

    @property
    def scaler(self) -> StandardScaler:
        """Means and standard deviations of the features."""
        return self.pipeline.steps[0][1]

    @property
    def slopes(self) -> np.ndarray:
        """The coefficients of the features, without the intercept."""
        return self.coefficients[1:]

    def leverage(self, x: np.ndarray) -> np.ndarray:
        """Leverage of specimens (m, p): how far they stand from the centre of the training specimens, 1/n there."""
        z = self.scaler.transform(x)
        return 1 / len(self.residuals) + np.einsum("ij,jk,ik->i", z, self.scatter, z)


def to_target(values: np.ndarray, transform: str) -> np.ndarray:
    """Property values (all positive for 'log') on the scale that is fitted."""
    return np.log(values) if transform == "log" else np.asarray(values, dtype=float)


def from_target(target: np.ndarray, transform: str) -> np.ndarray:
    """Back to the property; of a log target this is the median, not the mean, of the predicted distribution."""
    return np.exp(target) if transform == "log" else np.asarray(target, dtype=float)


def obstacle(x: np.ndarray, y: np.ndarray, features: tuple[str, ...]) -> str:
    """Why no unique linear model exists for features x (n, p) and target y (n,), in one clause; empty if one does."""
    n, p = x.shape
    if n < p + 1:
        return f"{n} usable training specimens are fewer than the {p + 1} coefficients"
    constant = [name for name, column in zip(features, x.T) if _is_constant(column)]
    if constant:
        return f"{', '.join(constant)} is the same for all {n} training specimens"
    if _is_constant(y):
        return f"the property is the same for all {n} training specimens"
    scaled = StandardScaler().fit_transform(x)
    if np.linalg.matrix_rank(scaled, tol=1e-8 * np.sqrt(n)) < p:
        return "the features are linearly dependent"
    return ""


def fit_linear(x: np.ndarray, y: np.ndarray) -> LinearFit:
    """Ordinary least squares with intercept on standardised features.

    Parameters
    ----------
    x : (n, p) array
        Features of the training specimens, each in its own unit; ``obstacle`` must be empty.
    y : (n,) array
        Target.

    Notes
    -----
    Standardising changes neither predictions nor intervals, only the numerical condition: features here span from
    0.01 (tortuosity) to 100 (Gaussian curvature). Intervals assume independent errors of equal variance.
    """
    n, p = x.shape
    scaler = StandardScaler().fit(x)
    design = np.column_stack([np.ones(n), (x - scaler.mean_) / scaler.scale_])
    linear = LinearRegression().fit(design[:, 1:], y)
    slopes = linear.coef_ / scaler.scale_
    residuals = y - linear.predict(design[:, 1:])

    q, r = np.linalg.qr(design)
    to_units = np.vstack([np.r_[1.0, -scaler.mean_ / scaler.scale_], np.c_[np.zeros(p), np.diag(1 / scaler.scale_)]])
    scatter = np.linalg.inv(design[:, 1:].T @ design[:, 1:])
    root = to_units @ np.linalg.inv(r)  # root @ root.T = inverse of the raw design's normal matrix
    freedom = n - p - 1
    variance = residuals @ residuals / freedom if freedom else np.nan
    errors = np.sqrt(variance * np.sum(root**2, axis=1))
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, freedom) if freedom else np.nan
    return LinearFit(
        pipeline=make_pipeline(scaler, linear),
        coefficients=np.r_[linear.intercept_ - slopes @ scaler.mean_, slopes],
        standard_errors=errors,
        half_widths=quantile * errors,
        standardised=linear.coef_ / np.std(y),
        hat=q @ q.T,
        residuals=residuals,
        vif=n * np.diag(scatter),
        condition=float(np.linalg.cond(design[:, 1:])),
        freedom=freedom,
        variance=float(variance),
        scatter=scatter,
    )


def _is_constant(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= 1e-12 * np.max(np.abs(values), initial=0.0))
