"""Trace every output of the report back to the raw slices."""

import json
import logging
import platform
from pathlib import Path
from typing import Any

from porescope.errors import InputError
from porescope.progress import progress
from porescope.provenance import content_hash, locked_versions
from porescope.report.records import read_records

log = logging.getLogger(__name__)


def trace_provenance(targets: list[str], logs: Path, lock: Path, config: dict[str, Any], destination: Path) -> None:
    """Write what each target came from.

    Parameters
    ----------
    targets : list of str
        Outputs of the report.
    logs : path
        Folder with the log files of the jobs.
    lock : path
        requirements.lock.
    config : dict
        The complete config of the campaign.
    destination : path
        JSON with ``config``, ``packages``, ``python``, ``files`` (path -> sha256, rule, wildcards, code, inputs; a
        file without a rule is a source) and ``targets`` (path -> all files it came from, down to the sources).

    Raises
    ------
    InputError
        A file of the lineage is gone.
    """
    makers = read_records(logs)
    ancestors = {target: sorted(lineage(target, makers)) for target in targets}
    paths = sorted(set(targets).union(*ancestors.values()))
    files = {}
    for path in progress(paths, len(paths), "files"):
        if not Path(path).exists():
            raise InputError(f"{path}: a result was made from it but it is gone; expected it to be kept")
        maker = makers.get(path)
        made = {key: maker[key] for key in ("rule", "wildcards", "code", "input")} if maker else {}
        files[path] = {"sha256": content_hash(Path(path)), **made}
    sources = sum("rule" not in entry for entry in files.values())
    log.info("%d targets, %d files, %d of them sources", len(targets), len(files), sources)
    content = {
        "config": config,
        "packages": locked_versions(lock),
        "python": platform.python_version(),
        "targets": ancestors,
        "files": files,
    }
    destination.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def lineage(target: str, makers: dict[str, dict[str, Any]]) -> set[str]:
    """Every path that a target was made from, directly or not, itself excluded."""
    found: set[str] = set()
    waiting = [target]
    while waiting:
        record = makers.get(waiting.pop())
        inputs = record["input"] if record else []
        waiting.extend(path for path in inputs if path not in found)
        found.update(inputs)
    return found
