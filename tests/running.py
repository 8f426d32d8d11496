"""Run the workflow as a user does: in a copy of the project, with a folder and config of one's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
import yaml
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "rules", "workflow_scripts", "config", "envs", "profiles", "resources", "requirements.lock")


def copy_project(destination: Path) -> Path:
    """The files of the project that a run needs; results and environment stay behind."""
    destination.mkdir(parents=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, destination / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, destination / part)
    return destination


def snakemake(*arguments: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as a user does; with ``check`` a failure shows its output."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SNAKEMAKE", "PYTEST"))}
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=1800, check=False, env=environment)
    if check and done.returncode:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-8000:]}")
    return done


def planned_rules(*arguments: str, cwd: Path) -> set[str]:
    """Names of the rules that a dry run would run, 'all' left out."""
    out = snakemake(*arguments, "-n", "--quiet", "host", cwd=cwd).stdout
    lines = out.split("Job stats:", 1)[-1].split("total")[0].splitlines() if "Job stats:" in out else []
    return {line.split()[0] for line in lines if len(line.split()) == 2 and line.split()[1].isdigit()} - {"all"}


SMALL = {
    "samples": "samples.tsv",
    "simulate": {"stack": {"slices": 36, "height_px": 80, "width_px": 96}},
    "segment": {
        "plan": {"patches": 48, "patch_px": 32},
        "training": {"steps": 12, "batch": 4, "validate_every_steps": 6},
        "best": {
            "stacks": 14,
            "plan": {"validation": 3, "calibration": 4},
            "training": {"steps": 6, "batch": 4, "validate_every_steps": 3},
        },
    },
    "describe": {"voi_um": 0.6},
    "relate": {"permutations": 99, "bootstrap": 100},
    "generate": {
        "sections": {"field_um": 0.8, "field_px": 32, "per_condition": {"train": 12, "held_out": 4}},
        "trainings": 2,
        "samples_per_condition": 4,
        "ddpm": {"training": {"steps": 6}, "sampling": {"steps": 4}},
        "cgan": {"training": {"steps": 6}},
        "volumes": {"per_condition": 12, "training_steps": 6, "shape_px": [32, 32, 32], "steps": 4},
    },
}
"""A campaign of all stages in about two minutes: real parts, few steps."""

SHEET = "sample\tmaterial\ttemperature_C\tsource\tpath\tvoxel_z_nm\tvoxel_y_nm\tvoxel_x_nm\tsplit\tproperty\n"


def small_sheet() -> str:
    """Two materials at three temperatures, one specimen held out, a raw and a mask specimen beside them."""
    rows = [
        f"{m}_{t}\t{m}\t{t}\tsimulate\t\t\t\t\t{'test' if (m, t) == ('NPC', 250) else 'train'}\t"
        for m in ("HPA", "NPC")
        for t in (175, 250, 400)
    ]
    rows.append("raw_stack\tNPC\t300\traw\tstack\t30\t25\t25\ttrain\t")
    rows.append("someone_elses\tHPA\t300\tmask\tmask.tif\t25\t25\t25\ttrain\t")
    return SHEET + "\n".join(rows) + "\n"


def blobs(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """A smooth random solid, half of the volume."""
    field = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 3)
    return field > 0


def grey_stack(shape: tuple[int, int, int]) -> np.ndarray:
    """What a noisy microscope shows of blobs, 8 bit."""
    clean = np.where(blobs(shape), 170.0, 60.0)
    noisy = gaussian_filter(clean, 0.7) + np.random.default_rng(1).normal(0, 8, shape)
    return noisy.clip(0, 255).astype(np.uint8)


def write_slices(folder: Path, stack: np.ndarray) -> Path:
    """A folder of single-page TIFFs without any metadata of size."""
    folder.mkdir(parents=True)
    for index, image in enumerate(stack):
        tifffile.imwrite(folder / f"s_{index:03d}.tif", image)
    return folder


def write_project(folder: Path, sheet: str, config: dict[str, object]) -> Path:
    """A user's project folder; returns the path of its config."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "samples.tsv").write_text(sheet)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder / "config.yaml"
