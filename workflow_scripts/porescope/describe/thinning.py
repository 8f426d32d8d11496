"""Thinning of a solid to its curve skeleton, 64 voxels of a row in one number."""

import numpy as np
from numba import njit

from porescope.innermost import innermost

WORD = 64

ONE, TWO, SEVEN, SHIFT, LAST = (np.uint64(n) for n in (1, 2, 7, WORD - 6, WORD - 1))

DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
"""Its six highest bits, shifted by each of 0 to 63, are all different: they tell which bit of a number is set."""

PLACE = np.zeros(WORD, np.int64)
PLACE[[((0x03F79D71B4CB0A89 << n) % 2**64) >> (WORD - 6) for n in range(WORD)]] = np.arange(WORD)

SIDES = ((0, -1, 0), (0, 1, 0), (0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0))
"""Steps (z, y, x) to the neighbours that must be pore, in the order of the passes."""

CENTRE = 13
"""Bit of a voxel among the 27 of its neighbourhood, 9 z + 3 y + x."""


def _cells(steps: int) -> np.ndarray:
    """The other voxels that share each corner (3 steps), edge (2) or face (1) of a voxel, as bits."""
    masks = []
    for cell in np.ndindex(3, 3, 3):
        step = np.array(cell) - 1
        if np.count_nonzero(step) != steps:
            continue
        shared = [z * 9 + y * 3 + x for z, y, x in np.ndindex(3, 3, 3) if _between((z - 1, y - 1, x - 1), step)]
        masks.append(sum(1 << bit for bit in shared if bit != CENTRE))
    return np.array(masks)


def _between(place: tuple[int, int, int], step: np.ndarray) -> bool:
    """Whether a neighbour lies between a voxel and the step to another, both included."""
    return all(p in (0, s) for p, s in zip(place, step, strict=True))


CORNERS, EDGES, FACES = (_cells(steps) for steps in (3, 2, 1))

LEFT, RIGHT = (sum(1 << (3 * row + x) for row in range(9)) for x in (0, 2))
FRONT, BACK = (sum(1 << (9 * z + 3 * y + x) for z in range(3) for x in range(3)) for y in (0, 2))


def thin(solid: np.ndarray) -> np.ndarray:
    """Curve skeleton of a solid by Lee thinning, voxel by voxel that of skimage.morphology.skeletonize.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        Voxels that touch at a corner are connected; beyond the faces there is pore.

    Returns
    -------
    (nz, ny, nx) bool array

    Notes
    -----
    Voxels on one side after the other are deleted that end no line, and whose deletion changes neither the Euler number
    nor what is connected. Sides are found 64 voxels at once, and neighbourhoods are tested as bits of a number, so that
    it takes a quarter of scikit-image's time (benchmarks/describe.py).

    References
    ----------
    Lee, Kashyap & Chu, CVGIP: Graphical Models and Image Processing 56 (1994).
    """
    nx = solid.shape[2]
    words = -(-nx // WORD)
    rows = np.zeros((*solid.shape[:2], words * WORD // 8), np.uint8)
    rows[:, :, : -(-nx // 8)] = np.packbits(solid, axis=2, bitorder="little")
    bits = np.pad(rows.view("<u8").astype(np.uint64, copy=False), 1)
    _thin(bits)
    left = np.ascontiguousarray(bits[1:-1, 1:-1, 1:-1]).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(left, axis=2, count=nx, bitorder="little").view(bool)


@njit(cache=True, nogil=True)
def _thin(bits: np.ndarray) -> None:
    """Delete until no side loses a voxel; an empty word lies around all rows, and an empty row around all sections."""
    unchanged = 0
    while unchanged < len(SIDES):
        unchanged = 0
        for side in SIDES:
            deleted = False
            found = _deletable(bits, side)
            for n in range(len(found)):
                z, y, x = found[n, 0], found[n, 1], found[n, 2]
                if _stays_connected(_around(bits, z, y, x)):
                    bits[z, y, x // WORD] &= ~(ONE << np.uint64(x % WORD))
                    deleted = True
            unchanged += not deleted


@njit(cache=True, nogil=True)
def _deletable(bits: np.ndarray, side: tuple[int, int, int]) -> np.ndarray:
    """Places (n, 3) of the voxels with pore on a side that may be deleted, each for itself."""
    found = np.empty((_count_border(bits, side), 3), np.int32)
    return found[: _enter_deletable(bits, side, found)]


@innermost()
def _count_border(bits: np.ndarray, side: tuple[int, int, int]) -> int:
    """Voxels with pore on a side."""
    count = 0
    for z in range(1, bits.shape[0] - 1):
        for y in range(1, bits.shape[1] - 1):
            for word in range(1, bits.shape[2] - 1):
                border = bits[z, y, word] & ~_beside(bits, z, y, word, side)
                while border:
                    border &= border - ONE
                    count += 1
    return count


@innermost()
def _enter_deletable(bits: np.ndarray, side: tuple[int, int, int], found: np.ndarray) -> int:
    """Enter the places of such voxels, which there is room for; their number."""
    count = 0
    for z in range(1, bits.shape[0] - 1):
        for y in range(1, bits.shape[1] - 1):
            for word in range(1, bits.shape[2] - 1):
                border = bits[z, y, word] & ~_beside(bits, z, y, word, side)
                while border:
                    low = border & (~border + ONE)
                    border ^= low
                    x = word * WORD + PLACE[np.intp((low * DE_BRUIJN) >> SHIFT)]
                    around = _around(bits, z, y, x)
                    if around & (around - 1) and _keeps_euler_number(around) and _stays_connected(around):
                        found[count, 0], found[count, 1], found[count, 2] = z, y, x
                        count += 1
    return count


@innermost()
def _beside(bits: np.ndarray, z: int, y: int, word: int, side: tuple[int, int, int]) -> np.uint64:
    """The neighbours of 64 voxels on a side."""
    if side[2] == 1:
        return (bits[z, y, word] >> ONE) | (bits[z, y, word + 1] << LAST)
    if side[2] == -1:
        return (bits[z, y, word] << ONE) | (bits[z, y, word - 1] >> LAST)
    return bits[z + side[0], y + side[1], word]


@innermost()
def _around(bits: np.ndarray, z: int, y: int, x: int) -> np.int64:
    """The 26 neighbours of a voxel as bits, itself left out."""
    word, place = x // WORD, np.uint64(x % WORD)
    around = np.int64(0)
    for row in range(9):
        line = bits[z + row // 3 - 1, y + row % 3 - 1]
        if place == 0:
            three = (line[word] << ONE) | (line[word - 1] >> LAST)
        elif place == LAST:
            three = (line[word] >> (LAST - ONE)) | (line[word + 1] << TWO)
        else:
            three = line[word] >> (place - ONE)
        around |= np.int64(three & SEVEN) << (3 * row)
    return around & ~np.int64(1 << CENTRE)


@innermost()
def _keeps_euler_number(around: np.int64) -> bool:
    """Whether as many corners and faces as edges and voxels go with a voxel: those that no other one shares."""
    change = -1
    for mask in CORNERS:
        change += (around & mask) == 0
    for mask in EDGES:
        change -= (around & mask) == 0
    for mask in FACES:
        change += (around & mask) == 0
    return bool(change == 0)


@innermost()
def _stays_connected(around: np.int64) -> bool:
    """Whether all neighbours are connected with each other without the voxel; true without any."""
    part, grown = np.int64(0), around & -around
    while part != grown:
        part = grown
        grown |= ((grown & ~RIGHT) << 1) | ((grown & ~LEFT) >> 1)
        grown |= ((grown & ~BACK) << 3) | ((grown & ~FRONT) >> 3)
        grown |= (grown << 9) | (grown >> 9)
        grown &= around
    return bool(part == around)
