"""If these fail, a mistake in the sample sheet goes unnoticed or its message does not say where it is."""

import math
from pathlib import Path

import pytest

from porescope.campaign.specimens import read_specimens, solid_predicate
from porescope.errors import InputError

SCHEMAS = Path(__file__).parents[3] / "config" / "schemas"
HEAD = "sample\tmaterial\ttemperature_C\tsource\tpath\tvoxel_z_nm\tsplit\tgroup\tproperty\tmask_solid\n"


def read(tmp_path, text):
    sheet = tmp_path / "samples.tsv"
    sheet.write_text(text)
    return read_specimens(sheet, SCHEMAS)


def test_empty_cells_are_left_out_and_defaults_are_the_documented_ones(tmp_path):
    specimen = read(tmp_path, HEAD + "a\tNPC\t300\tsimulate\t\t\t\t\t\t\n")["a"]
    assert (specimen.split, specimen.group, specimen.mask_solid) == ("train", "a", ">0")
    assert math.isnan(specimen.measured)
    assert specimen.spacing is None
    assert specimen.condition == "NPC_300"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("../a\tNPC\t300\tsimulate\t\t\t\t\t\t", r"line 2: 'sample' is '../a'"),
        ("a\tN_C\t300\tsimulate\t\t\t\t\t\t", "'material' is 'N_C'"),
        ("a\tNPC\thot\tsimulate\t\t\t\t\t\t", "'temperature_C' is 'hot', expected a number"),
        ("a\tNPC\t300\tguess\t\t\t\t\t\t", "'source' is 'guess', expected one of"),
        ("a\tNPC\t300\traw\t\t\t\t\t\t", "'path' is empty"),
        ("a\tNPC\t300\traw\tx\t-5\t\t\t\t", "'voxel_z_nm' is -5.0, expected more than 0"),
        ("a\tNPC\t300\traw\tx\tnan\t\t\t\t", "'voxel_z_nm' is 'nan', expected a finite number"),
        ("a\tNPC\t300\tmask\tx\t5\t\t\t\t__import__('os')", "is no rule for solid"),
        ("a\tNPC\t300\tsimulate\t\t\t\t\t\t\na\tNPC\t350\tsimulate\t\t\t\t\t\t", "'a' stands twice"),
        (
            "a\tNPC\t300\tsimulate\t\t\ttrain\tg\t\t\nb\tNPC\t350\tsimulate\t\t\ttest\tg\t\t",
            "group 'g' has 'a' in train",
        ),
    ],
)
def test_faults_are_named(tmp_path, row, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, HEAD + row + "\n")


def test_unknown_column_names_the_nearest(tmp_path):
    with pytest.raises(InputError, match="unknown column 'temperature'; did you mean 'temperature_C'"):
        read(tmp_path, "sample\tmaterial\ttemperature\tsource\n")


def test_missing_column_and_empty_sheet(tmp_path):
    with pytest.raises(InputError, match="column 'source' is missing"):
        read(tmp_path, "sample\tmaterial\ttemperature_C\n")
    with pytest.raises(InputError, match="holds no specimen"):
        read(tmp_path, HEAD)


@pytest.mark.parametrize(("text", "parsed"), [(">0", (">", 0)), (" >= 127.5", (">=", 127.5)), ("==0", ("==", 0))])
def test_rules_for_solid_are_parsed(text, parsed):
    assert solid_predicate(text, "t") == parsed
