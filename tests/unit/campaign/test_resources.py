"""If these fail, cluster jobs ask for too little memory on big stacks, or never get more when they run out."""

import json
from types import SimpleNamespace

from porescope.campaign.resources import memory, minutes


def test_memory_grows_with_the_stack_and_with_attempts(tmp_path):
    info = tmp_path / "a.json"
    info.write_text(json.dumps({"shape": [100, 1000, 1000]}))
    need = memory(base_mb=500, bytes_per_voxel=6)
    given = SimpleNamespace(info=str(info))
    assert need(None, given, 1) == 500 + 600
    assert need(None, given, 2) == 1650


def test_the_largest_of_several_stacks_counts(tmp_path):
    for name, n in (("a", 1), ("b", 3)):
        (tmp_path / name).write_text(json.dumps({"shape": [n, 1000, 1000]}))
    given = SimpleNamespace(info=[str(tmp_path / "a"), str(tmp_path / "b")])
    assert minutes(base=1, per_megavoxel=2)(None, given, 1) == 7


def test_a_fixed_need_reads_nothing():
    assert memory(base_mb=300)(None, SimpleNamespace(), 1) == 300


def test_a_voi_counts_in_place_of_the_stack(tmp_path):
    info = tmp_path / "a.json"
    info.write_text(json.dumps({"shape": [9000, 9000, 9000], "spacing_um": [0.05, 0.025, 0.025]}))
    need = memory(base_mb=100, bytes_per_voxel=100, voi_um=10.0)
    assert need(None, SimpleNamespace(info=str(info)), 1) == 100 + 3200
