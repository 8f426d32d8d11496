"""Physical laws of one line: the baselines that a regression must beat before its coefficients mean anything."""

from dataclasses import dataclass

import numpy as np

LAWS: dict[str, tuple[str, ...]] = {
    "bruggeman": ("relative_density",),
    "tortuosity": ("relative_density", "tortuosity"),
    "geometric": ("relative_density", "tortuosity", "constrictivity"),
}
"""Features of each law; ``constrictivity`` enters where the tables have it."""

OPTIONAL = "constrictivity"


@dataclass(frozen=True)
class LawFit:
    """A law whose constants were fitted: prefactor x product of feature ** exponent.

    Attributes
    ----------
    prefactor : float
        In the unit of the property; for a conductivity to be compared with that of the pore-free metal.
    exponents : (p,) array
    transform : str
        Of the target that is predicted.
    residuals : (n,) array
        Measured - fitted target of the training specimens.
    """

    prefactor: float
    exponents: np.ndarray
    transform: str
    residuals: np.ndarray

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Target for features (specimens, p), all positive."""
        values = np.log(self.prefactor) + np.log(x) @ self.exponents
        return values if self.transform == "log" else np.exp(values)


def law_features(law: str, available: frozenset[str]) -> tuple[str, ...]:
    """Features of a law among those that the tables hold; without constrictivity the geometric law is D^a / tau^d."""
    return tuple(name for name in LAWS[law] if name != OPTIONAL or name in available)


def law_obstacle(law: str, x: np.ndarray, y: np.ndarray, transform: str) -> str:
    """Why a law cannot be fitted, in one clause; empty if it can."""
    needed = x.shape[1] + 1 if law == "geometric" else 1
    if len(x) < needed:
        return f"{len(x)} usable training specimens are fewer than the {needed} constants"
    if np.any(x <= 0):
        return "a feature of the law is not positive"
    if transform == "none" and np.any(y <= 0):
        return "the property of a training specimen is not positive"
    if law == "geometric" and np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), np.log(x)])) < needed:
        return "its features do not vary independently"
    return ""


def fit_law(law: str, x: np.ndarray, y: np.ndarray, transform: str) -> LawFit:
    """Fit the constants of a law; ``law_obstacle`` must be empty.

    Parameters
    ----------
    law : str
        One of LAWS.
    x : (n, p) array
        The law's features.
    y : (n,) array
        Target: the property, or its logarithm.
    transform : 'none' or 'log'

    Notes
    -----
    Bruggeman: sigma_0 D^1.5. Tortuosity: sigma_0 D / tau^2. Geometric: sigma_0 D^a b^c / tau^d with the constrictivity
    b (area of bottlenecks over that of the widest passages); where the tables hold no ``constrictivity`` it is
    sigma_0 D^a / tau^d.
    The prefactor is fitted, for a law with the pore-free metal's own value would lose for the metal's sake, not for its
    geometry's: with the exponents given by least squares of the target, in the geometric law with the exponents in
    logarithms, as such laws are found.

    References
    ----------
    Bruggeman, Ann. Phys. 416 (1935) 636. Epstein, Chem. Eng. Sci. 44 (1989) 777. Stenzel, Pecho, Holzer, Neumann and
    Schmidt, AIChE J. 62 (2016) 1834.
    """
    if law == "geometric":
        logs = y if transform == "log" else np.log(y)
        solution = np.linalg.lstsq(np.column_stack([np.ones(len(x)), np.log(x)]), logs, rcond=None)[0]
        prefactor, exponents = float(np.exp(solution[0])), solution[1:]
    else:
        exponents = np.array([1.5] if law == "bruggeman" else [1.0, -2.0])
        shape = np.exp(np.log(x) @ exponents)
        if transform == "log":
            prefactor = float(np.exp(np.mean(y - np.log(shape))))
        else:
            prefactor = float(shape @ y / (shape @ shape))
    fit = LawFit(prefactor, exponents, transform, np.zeros(len(y)))
    return LawFit(prefactor, exponents, transform, y - fit.predict(x))
