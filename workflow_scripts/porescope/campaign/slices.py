"""Which files a stack consists of, in the order of its slices."""

import re
from pathlib import Path

from porescope.errors import InputError

IMAGES = (".tif", ".tiff", ".png", ".bmp")
"""Formats of which a file is a slice; TIFF may hold a whole stack."""

KINDS = "a folder, glob or file of .tif, .png or .bmp, a .h5 file, an .ome.zarr folder, or a .raw file with its .json"


def slice_files(path: str, source: str) -> list[Path]:
    """Files of a stack in natural order.

    Parameters
    ----------
    path : str
        A folder (its images count, nothing else in it), a glob pattern, one multi-page TIFF or HDF5 file, a raw file
        (its sidecar, of the same stem, comes with it), or an OME-Zarr (all files in it count).
    source : str
        What to name in errors, e.g. the line of the sample sheet.

    Returns
    -------
    list of path
        Sorted by the numbers in the names: 2 comes before 10.

    Raises
    ------
    InputError
        Nothing is there; images of several formats; a gap or a duplicate in the slice numbers; a raw file without its
        sidecar.
    """
    place = Path(path)
    if place.suffix == ".zarr" and place.is_dir():
        return sorted(file for file in place.rglob("*") if file.is_file() and file.name != ".snakemake_timestamp")
    if place.is_dir():
        files = [p for p in place.iterdir() if p.suffix.lower() in IMAGES and not p.name.startswith(".")]
    elif place.is_file():
        return [place, _sidecar(place, source)] if place.suffix.lower() == ".raw" else [place]
    else:
        pattern = place.relative_to(place.anchor).as_posix() if place.is_absolute() else path
        files = [p for p in Path(place.anchor or ".").glob(pattern) if p.suffix.lower() in IMAGES]
    if not files:
        raise InputError(f"{source}: no slices at '{path}', expected {KINDS}")
    formats = sorted({p.suffix.lower().replace("tiff", "tif") for p in files})
    if len(formats) > 1:
        raise InputError(f"{source}: '{path}' holds {' and '.join(formats)}; expected one of them (e.g. by a glob)")
    ordered = sorted(files, key=natural_key)
    if len(ordered) > 1:
        check_numbering(ordered)
    return ordered


def _sidecar(raw: Path, source: str) -> Path:
    sidecar = raw.with_suffix(".json")
    if not sidecar.is_file():
        raise InputError(f"{source}: no file '{sidecar}' beside '{raw}', expected one that tells its shape and dtype")
    return sidecar


def natural_key(path: Path) -> list[tuple[int, int | str]]:
    """Sort key under which the numbers in a name count as numbers."""
    parts = re.split(r"(\d+)", path.stem)
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts] + [(1, path.suffix)]


def check_numbering(files: list[Path]) -> None:
    """Refuse a gap or a duplicate in the slice numbers.

    The slice number is the last number in the name that differs from file to file.

    Raises
    ------
    InputError
        Naming the file beside the fault.
    """
    numbers = [[int(n) for n in re.findall(r"\d+", file.stem)] for file in files]
    depth = min(len(n) for n in numbers)
    columns = [i for i in range(depth) if len({n[i] for n in numbers}) > 1]
    if not columns or any(len(n) != depth for n in numbers):
        raise InputError(
            f"{files[0].parent}: names '{files[0].name}' and '{files[1].name}' do not share one running number"
        )
    column = columns[-1]
    for before, after, file in zip(numbers, numbers[1:], files[1:], strict=False):
        step = after[column] - before[column]
        if step == 0:
            raise InputError(f"{file}: slice number {after[column]} stands twice; expected every number once")
        if step != 1:
            raise InputError(
                f"{file}: slice number {after[column]} follows {before[column]}; expected {before[column] + 1}"
            )
