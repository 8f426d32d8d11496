"""The score of 'the best of many models', with the choice itself cross-validated."""

from collections.abc import Sequence

import numpy as np

from porescope.relate.validation import DETERMINED, folds, leave_out_operator


def choose(operators: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """The model with the least cross-validated error.

    Parameters
    ----------
    operators : sequence of (n, n) array
        Of each model, as leave_out_operator gives it, all over the same specimens.
    y : (draws, n) array
        Targets.

    Returns
    -------
    (draws,) int array
        Place of the model; one that cannot be cross-validated is never chosen while another can.
    """
    press = np.stack([np.sum((y @ operator.T) ** 2, axis=1) for operator in operators])
    return np.argmin(np.where(np.isnan(press), np.inf, press), axis=0)


def leave_two_operators(hat: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Cross-validation inside the training set of every outer fold, without any refitting.

    Parameters
    ----------
    hat : (n, n) array
        Projection onto the fitted values.
    groups : (n,) array

    Returns
    -------
    (g, n, n) array
        For outer group k, ``[k] @ y`` holds measured minus predicted by a model fitted without group k and without the
        specimen's own group; 0 for the members of group k. NaN where the rest do not determine the model.
    """
    annihilator = np.eye(len(hat)) - hat
    members = folds(groups)
    result = np.zeros((len(members), *hat.shape))
    pairs: dict[tuple[int, int], list[tuple[int, np.ndarray]]] = {}
    for k, outer in enumerate(members):
        for inner in members[:k] + members[k + 1 :]:
            pairs.setdefault((len(inner), len(outer)), []).append((k, np.concatenate([inner, outer])))
    for (size, _), same in pairs.items():  # at once where the groups are of equal size
        ks, both = np.array([k for k, _ in same]), np.stack([members for _, members in same])
        block = annihilator[both[:, :, None], both[:, None]]
        determined = np.linalg.eigvalsh(block)[:, 0] > DETERMINED
        found = np.full((len(same), both.shape[1], len(hat)), np.nan)
        found[determined] = np.linalg.solve(block[determined], annihilator[both[determined]])
        result[ks[:, None], both[:, :size]] = found[:, :size]
    return result


def nested_residuals(hats: Sequence[np.ndarray], groups: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the rule 'take the model that cross-validates best' on specimens that had no part in the choice.

    Parameters
    ----------
    hats : sequence of (n, n) array
        Projections of the models over the same specimens.
    groups : (n,) array
    y : (draws, n) array
        Targets.

    Returns
    -------
    residuals : (draws, n) array
        Measured minus predicted; NaN where no model is determined.
    chosen : (draws, g) int array
        Model chosen without each group.

    Notes
    -----
    For every group: among the others each model is cross-validated, the best is fitted to all of them and predicts the
    group. What choosing gains by luck is thereby lost again.

    References
    ----------
    Varma and Simon, BMC Bioinformatics 7 (2006) 91. Cawley and Talbot, J. Mach. Learn. Res. 11 (2010) 2079.
    """
    outer = np.stack([leave_out_operator(hat, groups) for hat in hats])
    inner = np.stack([leave_two_operators(hat, groups) for hat in hats])
    names = list(dict.fromkeys(groups.tolist()))
    residuals = np.empty(y.shape)
    chosen = np.empty((len(y), len(names)), dtype=np.intp)
    for k, name in enumerate(names):
        chosen[:, k] = choose(list(inner[:, k]), y)
        left_out = np.einsum("mij,dj->mdi", outer[:, groups == name], y)
        residuals[:, groups == name] = left_out[chosen[:, k], np.arange(len(y))]
    return residuals, chosen
