"""Records of finished jobs, read back from their log files."""

import json
import re
from pathlib import Path
from typing import Any

RECORD = re.compile(r" INFO record (\{.*\})$")


def read_records(logs: Path) -> dict[str, dict[str, Any]]:
    """The job that made each output.

    Parameters
    ----------
    logs : path
        Folder of log files; the newest record of an output counts.

    Returns
    -------
    dict
        Output path -> record with rule, wildcards, input, output, code.
    """
    makers = {}
    for log in sorted(logs.rglob("*.log"), key=lambda path: path.stat().st_mtime_ns):
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if match := RECORD.search(line):
                record = json.loads(match[1])
                makers.update(dict.fromkeys(record["output"], record))
    return makers
