"""What every job of the workflow shares: log file, seed, threads, device, one-sentence errors, peak memory."""

import hashlib
import importlib
import json
import logging
import multiprocessing
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from porescope.errors import InputError
from porescope.progress import readable

log = logging.getLogger("porescope")


@dataclass(frozen=True)
class Job:
    """What a job may use.

    Attributes
    ----------
    threads : int
        Cores granted by the scheduler.
    seed : int
        Derived from ``params.seed``, the rule and its wildcards: another specimen, other numbers; a rerun, the same.
    device : str
        'cpu' or 'cuda', from ``params.device``; 'cpu' for rules that do not ask.
    """

    threads: int
    seed: int
    device: str


@contextmanager
def job(snakemake: Any) -> Iterator[Job]:
    """Run the body of an adapter as a job.

    Messages go to the rule's log file, progress and warnings to the terminal too. An InputError ends the process
    with exit code 1 and its sentence; any other error does so too, its traceback in the log file.

    Parameters
    ----------
    snakemake : object
        The object that Snakemake puts into a script.
    """
    wildcards = dict(snakemake.wildcards.items())
    name = " ".join([snakemake.rule, *wildcards.values()])
    _set_up_logging(Path(snakemake.log[0]), name)
    seed = derive_seed(snakemake.params.get("seed", 0), snakemake.rule, wildcards)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    log.info("record %s", json.dumps(_record(snakemake, wildcards)))
    start = time.monotonic()
    peak = PeakMemory()
    try:
        with peak, threadpool_limits(snakemake.threads):
            device = resolve_device(snakemake.params.get("device", "cpu"))
            _limit_own_pools(snakemake.threads, seed)
            yield Job(threads=snakemake.threads, seed=seed, device=device)
    except InputError as error:
        log.error("%s", error)
        sys.exit(1)
    except Exception as error:
        log.exception("unexpected error")
        print(f"{name}: {type(error).__name__}: {error} (traceback in {snakemake.log[0]})", file=sys.stderr)
        sys.exit(1)
    finally:
        log.info("took %s, peak memory %.0f MB", readable(time.monotonic() - start), peak.megabytes)


def _record(snakemake: Any, wildcards: dict[str, str]) -> dict[str, Any]:
    """What stage report traces results by (provenance.read_records)."""
    return {
        "rule": snakemake.rule,
        "wildcards": wildcards,
        "input": [str(path) for path in snakemake.input],
        "output": [str(path) for path in snakemake.output],
        "code": snakemake.params.get("code", ""),
    }


def derive_seed(seed: int, rule: str, wildcards: dict[str, str]) -> int:
    """A seed of 63 bits from the campaign's seed and the identity of the job."""
    text = json.dumps([seed, rule, sorted(wildcards.items())])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def resolve_device(wanted: str) -> str:
    """'auto' is 'cuda' where a GPU can be used, else 'cpu'; a named device is taken at its word.

    Raises
    ------
    InputError
        A GPU was asked for and there is none.
    """
    if wanted == "cpu":
        return "cpu"
    # by name, so that only jobs that may use a GPU depend on PyTorch, in time and in their code digest
    torch = importlib.import_module("torch")
    available = torch.cuda.is_available()
    if wanted == "cuda" and not available:
        raise InputError("config: device is 'cuda' but PyTorch sees no GPU on this machine; expected 'auto' or 'cpu'")
    return "cuda" if available else "cpu"


def _limit_own_pools(threads: int, seed: int) -> None:
    """Threads and seeds of libraries that keep their own, where the job has imported them."""
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.set_num_threads(threads)
        torch.manual_seed(seed)
    if "numba" in sys.modules:
        numba = sys.modules["numba"]
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))


class PeakMemory:
    """Peak resident memory of this process and its workers while the context is open, sampled ten times a second."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._sample()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._sample()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self._sample()

    def _sample(self) -> None:
        total = psutil.Process().memory_info().rss
        # psutil looks for children among all processes of the machine, which takes 17 us for each of them
        for child in multiprocessing.active_children():
            try:
                total += psutil.Process(child.pid).memory_info().rss
            except psutil.NoSuchProcess:
                continue  # it ended between the listing and the reading
        self.megabytes = max(self.megabytes, total / 1e6)


def _set_up_logging(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    to_file = logging.FileHandler(path, mode="w", encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setFormatter(logging.Formatter(f"[{name}] %(message)s"))
    to_terminal.addFilter(lambda r: (r.levelno >= logging.WARNING or r.name.endswith("progress")) and not r.exc_info)
    log.setLevel(logging.INFO)
    log.handlers = [to_file, to_terminal]
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").handlers = [to_file]
