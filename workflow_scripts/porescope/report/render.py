"""Views of a cut-out in three dimensions, drawn off-screen: a picture of a surface or of a skeleton."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

TOWARDS = (1.0, -0.75, -1.35)
"""From the middle of the cut-out to the eye (x, y, z): onto the slice in front, the top and the right side."""

UP = (0.0, -1.0, 0.0)
"""The image's vertical: y grows from the surface of the specimen to the substrate."""

PIXELS = 900
"""Edge of a picture."""

METAL = "#cf8a5b"
FRAME = "#66727f"

ROOM = 0.47
"""Half the picture's edge as a share of the cut-out's diagonal."""

POINT = 3.5
"""Diameter of a skeleton point in node distances: points of a strut touch each other."""

PAINTED: dict[str, Any] = {"show_scalar_bar": False, "smooth_shading": True}

NEAREST = 4
"""Stored points of the interface whose curvature is averaged at a vertex."""


@dataclass(frozen=True)
class CutOut:
    """What stage describe keeps of one VOI for pictures; see describe.pictures.

    Attributes
    ----------
    field : (nz, ny, nx) int8 array
        Positive in the metal, 0 on the interface.
    nodes_um : (3,) array
        Node distances (z, y, x).
    points_um, mean_per_um, gaussian_per_um2 : (n, 3), (n,), (n,) arrays
        Some points (z, y, x) of the interface and the curvatures there.
    skeleton_um, diameters_um : (m, 3), (m,) arrays
    """

    field: np.ndarray
    nodes_um: np.ndarray
    points_um: np.ndarray
    mean_per_um: np.ndarray
    gaussian_per_um2: np.ndarray
    skeleton_um: np.ndarray
    diameters_um: np.ndarray

    @property
    def edges_um(self) -> np.ndarray:
        """Lengths (z, y, x)."""
        return np.array(self.field.shape) * self.nodes_um


def read_cut_out(path: str | Path) -> CutOut | None:
    """The cut-out in a specimen's npz; None of one that no VOI fits into."""
    with np.load(path, allow_pickle=False) as stored:
        if "picture_field" not in stored:
            return None
        return CutOut(**{name: stored[f"picture_{name}"].copy() for name in CutOut.__dataclass_fields__})


@dataclass(frozen=True)
class View:
    """A picture.

    Attributes
    ----------
    image : (ny, nx, 3) uint8 array
    pixel_um : float
        What a pixel is, of lengths that lie in the plane of the picture.
    """

    image: np.ndarray
    pixel_um: float


def solid_view(cut: CutOut) -> View:
    """The metal, closed where the cut-out ends."""
    scene = _scene(cut)
    mesh = _contour(_closed(cut.field), cut.nodes_um, -cut.nodes_um)
    if mesh.n_points:
        scene.add_mesh(mesh, color=METAL, smooth_shading=True, split_sharp_edges=True, specular=0.2, ambient=0.25)
    return _taken(scene, cut)


def interface_view(cut: CutOut, values: np.ndarray, limit: float, colours: str) -> View:
    """The interface alone, open where the cut-out ends, painted with what is known at ``points_um``.

    Parameters
    ----------
    cut : CutOut
    values : (n,) array
    limit : float
        The colours run from -limit to limit.
    colours : str
        Name of a colour map.
    """
    scene = _scene(cut)
    mesh = _contour(cut.field.astype(np.float32), cut.nodes_um, np.zeros(3))
    if mesh.n_points and len(values):
        tree = cKDTree(cut.points_um.astype(float))
        _, nearest = tree.query(np.asarray(mesh.points)[:, ::-1], k=min(NEAREST, len(values)))
        mesh["values"] = values[nearest].reshape(mesh.n_points, -1).mean(axis=1).astype(np.float32)
        scene.add_mesh(mesh, scalars="values", cmap=colours, clim=(-limit, limit), ambient=0.3, **PAINTED)
    return _taken(scene, cut)


def skeleton_view(cut: CutOut, limits: tuple[float, float], colours: str = "viridis") -> View:
    """The skeleton inside the glassy metal, coloured by the diameter in um."""
    import pyvista

    scene = _scene(cut)
    mesh = _contour(_closed(cut.field), cut.nodes_um, -cut.nodes_um)
    if mesh.n_points:
        scene.add_mesh(mesh, color=METAL, opacity=0.12, smooth_shading=True)
    low, high = -0.5 * cut.nodes_um, cut.edges_um - 0.5 * cut.nodes_um
    here = ((cut.skeleton_um >= low) & (cut.skeleton_um < high)).all(axis=1)
    if here.any():
        points = pyvista.PolyData(cut.skeleton_um[here][:, ::-1].astype(np.float32))
        points["values"] = cut.diameters_um[here].astype(np.float32)
        size = float(POINT * PIXELS * cut.nodes_um.min() / (2 * ROOM * np.linalg.norm(cut.edges_um)))
        round_points = {"point_size": size, "render_points_as_spheres": True}
        scene.add_mesh(points, scalars="values", cmap=colours, clim=limits, **round_points, **PAINTED)
    return _taken(scene, cut)


def corner(cut: CutOut, share: float) -> CutOut:
    """The part of a cut-out at its first corner; ``share`` of every edge."""
    field = cut.field[tuple(slice(0, max(2, round(share * n))) for n in cut.field.shape)]
    return replace(cut, field=field)


def _closed(field: np.ndarray) -> np.ndarray:
    """One more node on all sides with the negative magnitude of its neighbour: the metal ends half a node outside."""
    closed = np.pad(field.astype(np.float32), 1, mode="edge")
    for axis in range(3):
        faces = np.moveaxis(closed, axis, 0)
        faces[0], faces[-1] = -np.abs(faces[0]), -np.abs(faces[-1])
    return closed


def _contour(field: np.ndarray, nodes_um: np.ndarray, origin: np.ndarray) -> Any:
    """Triangles of the zero level, in (x, y, z)."""
    import pyvista

    grid = pyvista.ImageData(dimensions=field.shape[::-1], spacing=tuple(nodes_um[::-1]), origin=tuple(origin[::-1]))
    grid.point_data["field"] = field.ravel()
    return grid.contour([0.0], scalars="field", method="flying_edges")


def _scene(cut: CutOut) -> Any:
    import pyvista

    scene: Any = pyvista.Plotter(off_screen=True, window_size=[PIXELS, PIXELS], lighting="light kit")
    scene.set_background("white")
    z, y, x = cut.edges_um
    half = 0.5 * cut.nodes_um
    box = pyvista.Box((-half[2], x - half[2], -half[1], y - half[1], -half[0], z - half[0]))
    scene.add_mesh(box, style="wireframe", color=FRAME, line_width=2, lighting=False)
    scene.enable_anti_aliasing("ssaa")
    return scene


def _taken(scene: Any, cut: CutOut) -> View:
    """The picture of a scene in parallel projection, so that equal lengths look equal in front and behind."""
    middle = (cut.edges_um / 2 - 0.5 * cut.nodes_um)[::-1]
    diagonal = float(np.linalg.norm(cut.edges_um))
    direction = np.array(TOWARDS) / np.linalg.norm(TOWARDS)
    scene.camera_position = [tuple(middle + 3 * diagonal * direction), tuple(middle), UP]
    scene.camera.parallel_projection = True
    scene.camera.parallel_scale = ROOM * diagonal
    scene.camera.clipping_range = (diagonal, 5 * diagonal)
    image = np.array(scene.screenshot(return_img=True))[..., :3]
    scene.close()
    return View(image, 2 * ROOM * diagonal / len(image))
