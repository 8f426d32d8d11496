"""If these fail, provenance.json misses files that a figure was made from."""

import json

import pytest

from porescope.errors import InputError
from porescope.report.lineage import trace_provenance


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("raw.tif", "mask.csv", "table.csv", "page.html", "stranger.csv"):
        (tmp_path / name).write_text(name)
    jobs = [
        ("segment", ["raw.tif"], ["mask.csv"]),
        ("describe", ["mask.csv"], ["table.csv"]),
        ("write", ["table.csv"], ["page.html"]),
    ]
    for rule, inputs, outputs in jobs:
        record = {"rule": rule, "wildcards": {}, "input": inputs, "output": outputs, "code": rule[:2]}
        (tmp_path / f"{rule}.log").write_text(f"2026-01-01 00:00:00,000 INFO record {json.dumps(record)}\n")
    (tmp_path / "lock").write_text("numpy==2.0\n")
    return tmp_path


def trace(project):
    trace_provenance(["page.html"], project, project / "lock", {"seed": 1}, project / "p.json")
    return json.loads((project / "p.json").read_text())


def test_the_page_is_traced_down_to_the_raw_slice(project):
    found = trace(project)
    assert found["targets"] == {"page.html": ["mask.csv", "raw.tif", "table.csv"]}
    assert "rule" not in found["files"]["raw.tif"]
    assert found["files"]["mask.csv"]["rule"] == "segment"
    assert found["packages"] == {"numpy": "2.0"}


def test_another_raw_slice_gives_another_hash(project):
    before = trace(project)["files"]
    (project / "raw.tif").write_text("other")
    after = trace(project)["files"]
    assert before["raw.tif"]["sha256"] != after["raw.tif"]["sha256"]
    assert before["mask.csv"] == after["mask.csv"]


def test_a_lost_source_is_named(project):
    (project / "raw.tif").unlink()
    with pytest.raises(InputError, match=r"raw\.tif"):
        trace(project)
