"""If these fail, results are stale after a change that matters, or hours are spent again after one that does not."""

import re
from pathlib import Path

import pytest
import yaml

from porescope.provenance import import_closure
from running import snakemake, write_project

REASON = re.compile(r"^(?:local)?rule (\w+):\n(?:    .*\n)*?    reason: (.*)$", re.MULTILINE)


ON_REQUEST = {
    "draw_random_stacks",
    "cut_twin_patches",
    "train_twin",
    "score_twin",
    "describe_wanted",
    "check_wanted",
    "plot_wanted",
}
"""Rules that no target of a campaign needs."""


def reasons(clone: Path, mine: Path) -> dict[str, str]:
    """Rule -> why a dry run would run it."""
    out = snakemake("-n", "-d", str(mine), "--configfile", str(mine / "config.yaml"), cwd=clone).stdout
    found: dict[str, str] = {}
    for name, reason in REASON.findall(out):
        found[name] = found.get(name, "") + reason
    return {name: reason for name, reason in found.items() if name != "all"}


@pytest.fixture
def edited(finished):
    """The finished campaign; what a test appends to or writes into files is taken back."""
    clone, mine = finished
    saved: dict[Path, bytes | None] = {}

    def write(path: Path, text: str, append: bool = False) -> None:
        saved.setdefault(path, path.read_bytes() if path.exists() else None)
        path.write_text((path.read_text() if append else "") + text)

    yield clone, mine, write
    for path, content in saved.items():
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)


def test_a_finished_campaign_has_nothing_to_do(finished):
    assert reasons(*finished) == {}


def test_touched_scripts_comments_and_strangers_rerun_nothing(edited):
    clone, mine, write = edited
    for script in (clone / "workflow_scripts").rglob("*.py"):
        script.touch()
    write(clone / "README.md", "# another word\n")
    write(clone / "workflow_scripts/porescope/describe/planar.py", "\n# a comment\n", append=True)
    write(clone / "workflow_scripts/porescope/describe/nobody_imports_me.py", "X = 1\n")
    write(mine / "stack" / "notes.txt", "a stray file beside the slices")
    assert reasons(clone, mine) == {}


@pytest.mark.parametrize("module", ["describe/planar.py", "relate/regression.py", "volume.py"])
def test_an_edited_module_reruns_exactly_the_rules_that_use_it(edited, module):
    clone, mine, write = edited
    path = clone / "workflow_scripts" / "porescope" / module
    scripts = (clone / "workflow_scripts").glob("*.py")
    users = {script.stem for script in scripts if path in import_closure(script)} - ON_REQUEST
    write(path, "\nNEW_NAME = 1\n", append=True)
    why = reasons(clone, mine)
    # where an input is made anew, that is the only reason that is told
    assert {rule for rule, reason in why.items() if "Params have changed" in reason} <= users <= set(why)
    followers = {rule: reason for rule, reason in why.items() if rule not in users}
    assert all("updated by another job" in reason for reason in followers.values())


def test_a_config_key_reruns_its_stage_and_what_follows(edited):
    clone, mine, write = edited
    config = yaml.safe_load((mine / "config.yaml").read_text())
    config["relate"]["permutations"] = 199
    write(mine / "config.yaml", yaml.safe_dump(config))
    why = reasons(clone, mine)
    assert "fit_models" in why
    assert not {"simulate_specimen", "train_unet", "describe_specimen", "train_ddpm"} & set(why)


def test_a_slice_overwritten_in_place_is_read_again(finished):
    clone, mine = finished
    slices = sorted((mine / "stack").glob("*.tif"))
    saved = slices[3].read_bytes()
    try:
        slices[3].write_bytes(slices[4].read_bytes())
        assert "ingest_stack" in reasons(clone, mine)
    finally:
        slices[3].write_bytes(saved)


def test_defaults_stand_where_the_users_file_is_silent(project, tmp_path):
    """A config of one key, given from another directory, runs the shipped campaign with that key changed."""
    mine = tmp_path / "mine"
    write_project(mine, "", {"describe": {"voi_um": 1.2}})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = snakemake(
        "-n",
        *("-s", str(project / "Snakefile")),
        *("-d", str(mine), "--configfile", str(mine / "config.yaml")),
        cwd=elsewhere,
    ).stdout
    assert re.search(r"simulate_specimen\s+18\b", out)
    assert not (project / "results").exists()
    assert not list(elsewhere.iterdir())
