"""Errors of property and features, carried into the interval of a prediction."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from porescope.relate.regression import CONFIDENCE, LinearFit


@dataclass(frozen=True)
class ErrorBudget:
    """Where the scatter about a linear model comes from, as variances of the target.

    Attributes
    ----------
    residual : float
        Scatter of the training specimens about the model; NaN if no degree of freedom is left.
    from_property : float
        Mean part due to the measurement of the property.
    from_features : float
        Mean part due to the errors of the features: sum of (coefficient x standard error)^2.
    freedom : int
        Degrees of freedom of ``residual``.
    """

    residual: float
    from_property: float
    from_features: float
    freedom: int

    @property
    def share(self) -> float:
        """Part of the stated errors that the scatter leaves room for, at most 1.

        The training specimens cannot scatter less than their errors make them. Where they do, the errors are stated too
        large for this purpose: the interval of a descriptor is that of the material, while the property may have been
        measured on the very volume that was imaged; and errors of several features may cancel.
        """
        stated = self.from_property + self.from_features
        return min(1.0, self.residual / stated) if stated > 0 else 1.0

    @property
    def intrinsic(self) -> float:
        """What remains of the scatter: differences between specimens that the features do not tell. Not below 0."""
        return float(np.fmax(self.residual - self.from_property - self.from_features, 0.0))

    def half_widths(
        self, slopes: np.ndarray, leverage: np.ndarray, x_errors: np.ndarray, y_variance: np.ndarray
    ) -> np.ndarray:
        """Half widths of 95 % intervals for the property that a measurement would find.

        Parameters
        ----------
        slopes : (p,) array
            Change of the target per unit of each feature.
        leverage : (m,) array
            Of the specimens to predict.
        x_errors : (m, p) array
            Standard errors of their features; 0 where unknown.
        y_variance : (m,) array
            Variance of the measurement to be expected, of the target; NaN where unknown: that of the training ones.

        Returns
        -------
        (m,) array
            NaN if no degree of freedom is left.

        Notes
        -----
        residual x leverage (the model's own error) + intrinsic + share x [(coefficient x standard error)^2 +
        measurement]. For a specimen measured as well as the training ones this is the textbook
        residual x (1 + leverage), whose coverage is exact; one with worse descriptors gets a wider interval.

        References
        ----------
        Fuller, Measurement Error Models (1987), chapter 1.
        """
        measurement = np.where(np.isnan(y_variance), self.from_property, y_variance)
        variance = self.residual * leverage + self.intrinsic + self.share * (x_errors**2 @ slopes**2 + measurement)
        quantile = stats.t.ppf((1 + CONFIDENCE) / 2, self.freedom) if self.freedom > 0 else np.nan
        return quantile * np.sqrt(variance)


def target_errors(values: np.ndarray, errors: np.ndarray, transform: str) -> np.ndarray:
    """Standard deviations of measured properties on the scale that is fitted; to first order for a logarithm."""
    return errors / np.abs(values) if transform == "log" else np.asarray(errors, dtype=float)


def error_budget(fit: LinearFit, x_errors: np.ndarray, y_errors: np.ndarray) -> ErrorBudget:
    """Split the scatter of the training specimens.

    Parameters
    ----------
    fit : LinearFit
    x_errors : (n, p) array
        Standard errors of the features; 0 where unknown, which leaves them in the intrinsic part.
    y_errors : (n,) array
        Standard deviations of the target; NaN where unknown, likewise.
    """
    return ErrorBudget(
        residual=fit.variance,
        from_property=float(np.mean(np.nan_to_num(y_errors) ** 2)),
        from_features=float(np.mean(x_errors**2 @ fit.slopes**2)),
        freedom=fit.freedom,
    )


def reliability(x: np.ndarray, x_errors: np.ndarray, vif: np.ndarray) -> np.ndarray:
    """Share of a feature's own variance (what the others do not explain) that is no error of the descriptor.

    Parameters
    ----------
    x, x_errors : (n, p) arrays
    vif : (p,) array
        Variance inflation factors.

    Returns
    -------
    (p,) array
        1 for a feature known exactly; the coefficient of a feature with 0.8 is drawn about 20 % towards 0 by its errors
        (attenuation). Not below 0.
    """
    return np.clip(1 - np.mean(x_errors**2, axis=0) * vif / np.var(x, axis=0), 0.0, 1.0)
