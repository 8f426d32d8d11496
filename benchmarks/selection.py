"""The trap of many models at full size: the best of the default campaign's eighteen on pure noise.

Run with `make bench`. Fifteen specimens, the default feature sets with the descriptors replaced by independent noise, a
property that is noise too. Printed: the cross-validated R2 of the best model as it is usually told, the score of the
rule 'take the best' with the choice itself cross-validated, and how often each p falls below 0.05.
"""

import sys
import time
from pathlib import Path

import numpy as np
import yaml
from scipy import stats

from porescope.relate.permutation import Candidate, permutation_null
from porescope.relate.selection import choose, nested_residuals
from porescope.relate.validation import leave_out_operator, r_squared

CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
SPECIMENS = 15
DRAWS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
PERMUTATIONS = 199


def hat_of(x: np.ndarray) -> np.ndarray:
    """Projection of least squares with intercept on features (n, p)."""
    q = np.linalg.qr(np.column_stack([np.ones(len(x)), x]))[0]
    return q @ q.T


def main() -> None:
    """Print the figures of the trap."""
    sets = [m["features"] for m in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["relate"]["models"]]
    names = sorted({name for features in sets for name in features})
    places = [[names.index(name) for name in features] for features in sets]
    rng = np.random.default_rng(1)
    groups = np.arange(SPECIMENS).astype(str)
    naive, honest, p_naive, p_corrected, p_single = [], [], [], [], []
    start = time.perf_counter()
    for _ in range(DRAWS):
        x, y = rng.normal(size=(SPECIMENS, len(names))), rng.normal(size=SPECIMENS)
        hats = [hat_of(x[:, place]) for place in places]
        operators = [leave_out_operator(hat, groups) for hat in hats]
        best = int(choose(operators, y[None])[0])
        naive.append(r_squared(y, operators[best] @ y))
        honest.append(r_squared(y, nested_residuals(hats, groups, y[None])[0][0]))
        candidates = [Candidate(np.arange(SPECIMENS), operator) for operator in operators]
        null = permutation_null(candidates, y, groups, PERMUTATIONS, rng)
        p_naive.append(null.p[best])
        p_corrected.append(null.p_corrected[best])
        p_single.append(null.p[0])
    print(f"{DRAWS} draws of noise, {len(sets)} models, {time.perf_counter() - start:.0f} s")
    print(f"R2 of the best model as told     mean {np.mean(naive):6.2f}")
    print(f"R2 with the choice tested too    mean {np.mean(honest):6.2f}")
    print(f"difference                       mean {np.mean(naive) - np.mean(honest):6.2f}")
    print(f"p < 0.05 of the best, alone      {np.mean(np.array(p_naive) < 0.05):6.3f}")
    print(f"p <= 0.05 corrected              {np.mean(np.array(p_corrected) <= 0.05):6.3f}")
    print(f"p of one model: uniform?         Kolmogorov-Smirnov p {stats.kstest(p_single, 'uniform').pvalue:.2f}")


if __name__ == "__main__":
    main()
