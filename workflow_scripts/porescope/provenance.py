"""Digests of code and content: what a result was made with and from."""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from porescope.errors import InputError

PACKAGE = "porescope"

DISTRIBUTIONS = {
    "cc3d": "connected-components-3d",
    "jinja2": "jinja2",
    "pywt": "pywavelets",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "segmentation_models_pytorch": "segmentation-models-pytorch",
    "vtkmodules": "vtk",
    "yaml": "pyyaml",
}
"""Names under which packages are imported and, where it is another, locked."""

IGNORED = {".snakemake_timestamp"}
"""Bookkeeping files of the workflow engine inside output folders."""


def code_digest(script: Path, lock: Path) -> str:
    """Digest of everything a script's result can depend on in code.

    Parameters
    ----------
    script : path
        An adapter; the package folder lies beside it.
    lock : path
        requirements.lock with lines ``name==version``.

    Returns
    -------
    str
        Hexadecimal digest over the abstract syntax, without docstrings and comments, of the script and of every
        first-party module it imports, directly or not, and over the locked versions of the third-party packages
        that these import.

    Raises
    ------
    InputError
        A third-party package is imported but not locked.
    """
    versions = locked_versions(lock)
    digest = hashlib.sha256()
    packages: set[str] = set()
    for path in sorted(import_closure(script)):
        syntax, imports = _syntax_and_imports(path, path.stat().st_mtime_ns)
        digest.update(f"{path.relative_to(script.parent)}\n{syntax}\n".encode())
        packages |= {name.split(".")[0] for name in imports}
    for name in sorted(packages - sys.stdlib_module_names - {PACKAGE}):
        distribution = distribution_name(name)
        if distribution not in versions:
            raise InputError(f"{lock}: {script.name} imports '{name}' but '{distribution}' is not locked there")
        digest.update(f"{distribution}=={versions[distribution]}\n".encode())
    return digest.hexdigest()[:16]


def import_closure(script: Path) -> set[Path]:
    """The script and all first-party files that it imports, directly or through others."""
    root = script.parent
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        _, imports = _syntax_and_imports(path, path.stat().st_mtime_ns)
        for name in imports:
            if name.split(".")[0] == PACKAGE:
                waiting.extend(_module_files(root, name))
    return found


def distribution_name(module: str) -> str:
    """The name under which the package of an imported module is locked."""
    return DISTRIBUTIONS.get(module, module).lower().replace("_", "-")


@cache
def locked_versions(lock: Path) -> dict[str, str]:
    """Package versions from a lock file, names in lower case with hyphens."""
    versions = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        requirement = line.split(";")[0].split("#")[0].strip()
        if requirement:
            name, version = requirement.split("==")
            versions[name.split("[")[0].lower().replace("_", "-")] = version
    return versions


def content_hash(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of all files of a folder, bookkeeping files skipped."""
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    for file in sorted(p for p in path.rglob("*") if p.is_file() and p.name not in IGNORED):
        digest.update(f"{file.relative_to(path).as_posix()} {content_hash(file)}\n".encode())
    return digest.hexdigest()


def json_digest(value: object) -> str:
    """Digest of a JSON-like value, independent of the order of keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


@cache
def _syntax_and_imports(path: Path, _mtime_ns: int) -> tuple[str, frozenset[str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    imports = frozenset(_imported_names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            # a string that stands alone is a docstring, of the module, function, class or attribute before it
            node.body = [statement for statement in node.body if not _is_bare_string(statement)]
    return ast.dump(tree), imports


def _is_bare_string(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _imported_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise InputError(f"relative import of '{node.module}': first-party imports are absolute here")
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_files(root: Path, name: str) -> Iterator[Path]:
    """Files that importing a dotted name runs: the packages on the way and the module; attributes give none."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        base = root.joinpath(*parts[:depth])
        candidates = [base / "__init__.py", base.with_suffix(".py")]
        yield from (path for path in candidates if path.is_file())
