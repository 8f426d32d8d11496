"""A user's own table: were its faults not named, hours of a campaign would go by before anyone sees them."""

import pytest

from porescope.errors import InputError
from porescope.relate.table import own_features, read_own_table


def write(folder, text):
    (folder / "own.csv").write_text(text)
    return folder / "own.csv"


def test_features_are_the_columns_that_say_nothing_about_the_specimen(tmp_path):
    table = read_own_table(
        write(tmp_path, "sample,material,property,grain_um,grain_um_sd,roughness_sd\n007,NA,3,1,0.1,2\n")
    )
    assert own_features(table) == ["grain_um", "roughness_sd"], "an _sd without its feature is a feature"
    assert table.loc[0, ["sample", "material"]].tolist() == ["007", "NA"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,x\na,1\n", "column 'sample' is missing; found name, x"),
        ("sample,x\na,1\na,2\n", "sample 'a' stands twice"),
        ("sample,x\n,1\n", "line 2: 'sample' is empty"),
        ("sample,x\na,1\nb,high\n", "line 3: 'x' is 'high', expected a number"),
        ("sample,split\na,tset\n", "'split' is 'tset', expected train or test"),
        ("sample,split,group\na,test,bar\nb,,bar\n", "group 'bar' has members in train and in test"),
    ],
)
def test_faults_are_named(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_own_table(write(tmp_path, text))


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match=r"relate/table is '.*nowhere.csv', expected a CSV file"):
        read_own_table(tmp_path / "nowhere.csv")
