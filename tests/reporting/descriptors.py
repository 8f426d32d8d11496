"""What stage describe writes of the small campaign."""

import numpy as np
from scipy import ndimage

from porescope.describe.names import DESCRIPTORS
from reporting.made import Made, density_of


def cut_out(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What stage describe keeps for pictures, of a coarse structure."""
    field = ndimage.gaussian_filter(rng.standard_normal((20, 20, 20)), 2.5)
    solid = field > 0
    points = np.argwhere(solid ^ ndimage.binary_erosion(solid)) * 0.025
    inside = np.argwhere(ndimage.binary_erosion(solid, iterations=2)) * 0.025
    return {
        "picture_field": np.clip(200 * field / field.std() / 3, -127, 127).astype(np.int8),
        "picture_nodes_um": np.full(3, 0.025),
        "picture_points_um": points.astype(np.float16),
        "picture_mean_per_um": rng.normal(0, 5, len(points)).astype(np.float32),
        "picture_gaussian_per_um2": rng.normal(-50, 40, len(points)).astype(np.float32),
        "picture_skeleton_um": inside.astype(np.float16),
        "picture_diameters_um": rng.uniform(0.1, 0.3, len(inside)).astype(np.float16),
        "slice_mask": solid[10].astype(np.uint8),
        "slice_tortuosity": np.where(solid[10], 1.02, np.nan).astype(np.float32),
        "slice_pixel_um": np.full(2, 0.025),
    }


def write_descriptors(made: Made) -> None:
    """describe/sample.csv, selfcheck.csv and the maps."""
    rows, maps, vois = [], [], []
    for fact in made.facts:
        h, material = made.heat(fact), fact["material"]
        factor = {"HPA": 1.0, "HPB": 0.55, "NPC": 1.05}[material]
        means = {
            "relative_density": density_of(fact, made),
            "specific_surface_per_um": 14 * factor * (1 - 0.5 * h),
            "strut_diameter_um": {"HPA": 0.22, "HPB": 0.31, "NPC": 0.16}[material] * (1 + h),
            "tortuosity": {"HPA": 1.039, "HPB": 1.045, "NPC": 1.030}[material] - 0.024 * h**0.7,
            "tortuosity_y": 1.03 - 0.02 * h,
            "gaussian_curvature_per_um2": {"HPA": -146, "HPB": -60, "NPC": -102}[material] * (1 - 0.88 * h**0.6),
            "mean_curvature_per_um": {"HPA": 2.18, "HPB": 1.2, "NPC": -0.93}[material] - 3.4 * h,
            "alpha": 0.07 - 0.02 * h,
            "beta": 0.2,
            "specific_perimeter_per_um": 11 * factor * (1 - 0.5 * h),
            "shape_index": 1.9 - 0.3 * h,
            "effective_conductivity": density_of(fact, made) ** 1.7,
        }
        for name, mean in means.items():
            sd = abs(mean) * 0.02 if not name.startswith("tort") else 0.002
            value = mean + made.rng.normal(0, sd / 4)
            row = {"sample": fact["sample"], "segmenter": "unet_hybrid", "material": material}
            row |= {"temperature_C": fact["temperature_C"], "descriptor": name, "unit": DESCRIPTORS[name].unit}
            row |= {"mean": value, "ci_low": value - sd, "ci_high": value + sd, "sd": sd, "n_voi": 8}
            row |= {"sd_statistical": sd / 2, "sd_segmentation": sd, "sd_voxel": sd / 9, "sd_total": 1.2 * sd}
            row |= {"sd_method": sd / 3 if name.startswith("tort") else np.nan}
            row |= {"voi_um": 2.7, "voi_half_width": 3 * sd, "voi_relative": 0.06, "enough_um": 8.9}
            rows.append(row | {"interval_method": "t over VOIs", "reason": ""})
        M = made.rng.normal(means["mean_curvature_per_um"], 6 - 3 * h, 20000)
        G = np.minimum(made.rng.normal(means["gaussian_curvature_per_um2"], 60 - 30 * h, 20000), M**2)
        counts, G_edges, M_edges = np.histogram2d(G, M, bins=(np.linspace(-400, 400, 81), np.linspace(-25, 25, 81)))
        target = made.path(f"describe/samples/{fact['sample']}.npz")
        np.savez(target, gm_histogram=counts, gm_G_edges=G_edges, gm_M_edges=M_edges, **cut_out(made.rng))
        flag = (
            "specific_surface_per_um 9 against 8 from mesh_surface_per_um: noise" if fact["sample"] == "HPB_200" else ""
        )
        row = {"sample": fact["sample"], "material": material, "voi": 0, "flags": flag}
        vois.append(row | {name: means[name] for name in ("relative_density", "tortuosity")})
        maps.append(str(target))
    made.files["samples"] = made.csv("describe/sample.csv", rows)
    made.files["vois"] = made.csv("describe/voi.csv", vois)
    checks = [
        {"estimator": e, "shape": s, "size_voxels": n, "expected": x, "measured": x * (1 + d), "relative_error": d,
         "tolerance": 0.02, "passed": abs(d) <= 0.02}
        for e, s, n, x, d in (
            ("specific_surface", "sphere", 10, 1.2566, 0.003),
            ("specific_surface", "gyroid", 24, 3.0915, -0.006),
            ("tortuosity", "channel at 45 degrees", 64, 1.4142, 0.004),
        )
    ]  # fmt: skip
    made.files["selfcheck"] = made.csv("describe/selfcheck.csv", checks)
    made.files["maps"] = maps
