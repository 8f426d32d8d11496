"""Where compiled kernels are kept."""

import hashlib
from pathlib import Path

COMPILER = b"numba"
"""What a module with kernels names."""


def cache_folder(package: Path) -> Path:
    """Folder for the compiled kernels of a package, one for each state of the modules that hold kernels.

    numba compiles a kernel anew when its own file changes, but not when a kernel of another file that it calls does:
    after an update the old one would go on giving the old numbers.
    """
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        source = path.read_bytes()
        if COMPILER in source:
            digest.update(source)
    return package / "__pycache__" / f"kernels-{digest.hexdigest()[:12]}"
