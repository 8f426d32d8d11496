"""If these fail, a kernel that calls a changed one could go on giving the old numbers after an update."""

import subprocess
import sys
from pathlib import Path

from porescope.kernels import cache_folder

INNER = "from numba import njit\n\n\n@njit(cache=True)\ndef inner(x):\n    return x + {step}\n"
OUTER = (
    "from numba import njit\n\nfrom pack.inner import inner\n\n\n"
    "@njit(cache=True)\ndef outer(x):\n    return inner(x)\n"
)
RUN = (
    "import os, sys; from pathlib import Path; from porescope.kernels import cache_folder; "
    "os.environ['NUMBA_CACHE_DIR'] = str(cache_folder(Path('pack'))); sys.path.insert(0, '.'); "
    "from pack.outer import outer; print(outer(1))"
)


def run(folder: Path) -> int:
    scripts = Path(__file__).parents[2] / "workflow_scripts"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(scripts)!r}); {RUN}"]
    return int(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)


def test_a_changed_kernel_of_another_file_is_compiled_anew(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "outer.py").write_text(OUTER)
    for step in (1, 5):
        (package / "inner.py").write_text(INNER.format(step=step))
        assert run(tmp_path) == 1 + step


def test_only_modules_with_kernels_count(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text("import numba\n")
    before = cache_folder(tmp_path)
    (tmp_path / "words.py").write_text("text = 'without'\n")
    assert cache_folder(tmp_path) == before
    (tmp_path / "kernel.py").write_text("import numba  # changed\n")
    assert cache_folder(tmp_path) != before
