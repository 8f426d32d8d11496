"""If these fail, a stack with a missing, double or misordered slice is taken for a good one."""

import pytest

from porescope.campaign.slices import slice_files
from porescope.errors import InputError


def make(folder, *names):
    for name in names:
        (folder / name).write_bytes(b"x")
    return str(folder)


def test_numbers_count_as_numbers(tmp_path):
    path = make(tmp_path, "s_10.tif", "s_9.tif", "s_11.tif")
    assert [p.name for p in slice_files(path, "t")] == ["s_9.tif", "s_10.tif", "s_11.tif"]


def test_stray_files_do_not_count(tmp_path):
    path = make(tmp_path, "1.tif", "2.tif", "notes.txt", ".3.tif")
    assert len(slice_files(path, "t")) == 2


def test_glob_and_single_file(tmp_path):
    make(tmp_path, "a_1.tif", "a_2.tif", "b_1.tif")
    assert [p.name for p in slice_files(f"{tmp_path}/a_*.tif", "t")] == ["a_1.tif", "a_2.tif"]
    assert [p.name for p in slice_files(f"{tmp_path}/b_1.tif", "t")] == ["b_1.tif"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("s1.tif", "s2.tif", "s4.tif"), "slice number 4 follows 2; expected 3"),
        (("s1.tif", "s02.tif", "s2.tif"), "slice number 2 stands twice"),
        (("one.tif", "two.tif"), "do not share one running number"),
        (("readme.txt",), "no slices at"),
    ],
)
def test_faults_are_named(tmp_path, names, message):
    with pytest.raises(InputError, match=message):
        slice_files(make(tmp_path, *names), "t")


def test_a_constant_number_in_the_name_is_no_slice_number(tmp_path):
    path = make(tmp_path, "run7_s1_25nm.tif", "run7_s2_25nm.tif", "run7_s3_25nm.tif")
    assert len(slice_files(path, "t")) == 3
