"""If these fail, jobs die without a reason, repeat each other's random numbers, or hide how much memory they took."""

import json
import multiprocessing
import re
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.runtime import PeakMemory, derive_seed, job, resolve_device


class Named(dict):
    def __getattr__(self, name):
        return self[name]


@pytest.fixture
def fake(tmp_path):
    """What the workflow engine puts into a script, as far as job() looks at it."""
    return SimpleNamespace(
        rule="do_it",
        wildcards=Named(sample="a"),
        log=[str(tmp_path / "do_it" / "a.log")],
        threads=1,
        params=Named(seed=5, code="abc"),
        input=["in.tif"],
        output=["out.csv"],
    )


def test_bad_input_ends_with_its_sentence_and_no_traceback(fake, capsys):
    with pytest.raises(SystemExit) as stop, job(fake):
        raise InputError("a.tif: is 3 wide, expected 4")
    text = Path(fake.log[0]).read_text()
    assert stop.value.code == 1
    assert "a.tif: is 3 wide, expected 4" in text
    assert "Traceback" not in text
    assert capsys.readouterr().err.strip() == "[do_it a] a.tif: is 3 wide, expected 4"


def test_an_unexpected_error_keeps_its_traceback_in_the_log_only(fake, capsys):
    with pytest.raises(SystemExit) as stop, job(fake):
        np.zeros(3)[5]
    shown = capsys.readouterr().err
    assert stop.value.code == 1
    assert "IndexError" in shown
    assert "Traceback" not in shown
    assert "Traceback" in Path(fake.log[0]).read_text()


def test_log_holds_the_record_and_the_peak_memory(fake):
    with job(fake):
        block = np.ones(30_000_000)
    text = Path(fake.log[0]).read_text()
    record = json.loads(re.search(r"record (\{.*\})", text)[1])
    assert record == {
        "rule": "do_it",
        "wildcards": {"sample": "a"},
        "input": ["in.tif"],
        "output": ["out.csv"],
        "code": "abc",
    }
    assert float(re.search(r"peak memory (\d+) MB", text)[1]) > block.nbytes / 1e6


def test_peak_memory_counts_workers():
    """Of a stage that hands its work out, the job itself holds next to nothing."""
    spawn = multiprocessing.get_context("spawn")
    with PeakMemory() as peak, ProcessPoolExecutor(1, mp_context=spawn) as pool:
        before = peak.megabytes
        assert pool.submit(sum_of_ones, 30_000_000).result() == 30_000_000
    assert peak.megabytes > before + 240


def sum_of_ones(count):
    ones = np.ones(count)
    time.sleep(0.5)  # several samples
    return ones.sum()


def test_seed_differs_by_specimen_and_rule_but_not_by_run():
    seeds = {derive_seed(1, rule, {"sample": s}) for rule in ("a", "b") for s in ("x", "y")}
    assert len(seeds) == 4
    assert derive_seed(1, "a", {"sample": "x"}) == derive_seed(1, "a", {"sample": "x"})
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_gpu_that_is_not_there_is_an_error(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto") == "cpu"
    with pytest.raises(InputError, match="PyTorch sees no GPU"):
        resolve_device("cuda")
