"""What stage generate writes of the small campaign."""

import numpy as np

from porescope.report.volumes import SIDES
from reporting.made import MATERIALS, Made, blobs, density_of

EDGE = 64


def write_generated(made: Made) -> None:
    """Sections, volumes, curves, and tables of them."""
    write_sections(made)
    write_tables(made)
    write_volumes(made)
    write_curves(made)
    write_nearest(made)


def write_sections(made: Made) -> None:
    """Real and generated sections, and their descriptors."""
    rng, edge, count = made.rng, EDGE, 4
    rows, solid, owner = [], [], []
    made.generated = {"cgan": [], "ddpm": []}
    for fact in made.facts:
        condition = f"{fact['material']}_{fact['temperature_C']:g}"
        for origin, shift, size in (("real", 0.0, 3.0), ("cgan", 0.05, 2.4), ("ddpm", 0.01, 3.0)):
            density = np.clip(density_of(fact, made) + shift + rng.normal(0, 0.03, count), 0.05, 0.95)
            images = np.stack([blobs(rng, (edge, edge), size, d) for d in density]).astype(np.uint8)
            if origin == "real":
                solid.append(images)
                owner += [(fact["material"], fact["temperature_C"])] * count
            else:
                target = made.path(f"generate/{origin}/samples/{condition}.npz")
                np.savez(target, solid=images, training=np.ones(count, int))
                made.generated[origin].append(str(target))
            for index in range(count):
                row = {"origin": origin, "material": fact["material"], "temperature_C": fact["temperature_C"]}
                row |= {"condition": condition, "index": index, "field_um": 1.6, "field_px": edge}
                row |= {
                    "relative_density": density[index],
                    "specific_perimeter_per_um": 9 - 3 * made.heat(fact) + shift,
                }
                rows.append(row | {"shape_index": 1.8 + shift, "touches_border": True})
    material, temperature = zip(*owner, strict=True)
    made.real = str(made.path("generate/sections.npz"))
    arrays = {"material": np.array(material), "temperature_C": np.array(temperature)}
    split = np.array(["held_out"] * len(owner))
    np.savez(made.real, solid=np.concatenate(solid), split=split, pixel_um=0.025, **arrays)
    made.files["sections"] = made.csv("generate/sections.csv", rows)


def write_tables(made: Made) -> None:
    """Scores, withheld temperatures, copies, and scores of volumes."""
    scores = [
        {"generator": g, "material": m, "descriptor": d, "r2": {"cgan": 0.5, "ddpm": 0.93, "train": 0.98}[g],
         "r2_ci_low": 0.4, "r2_ci_high": 0.6, "r2_ceiling": 0.98, "rmse": 0.01, "rmse_ratio": 1.2,
         "wasserstein": 0.02, "wasserstein_ratio": 1.4, "n_conditions": 6, "n_trainings": 3}
        for g in ("cgan", "ddpm", "train")
        for m in MATERIALS
        for d in ("relative_density", "specific_perimeter_per_um", "shape_index", "average")
    ]  # fmt: skip
    withheld = [
        {"material": m, "temperature_C": 350, "descriptor": d, "real": 0.7, "real_other_slabs": 0.71, "generated": 0.69,
         "interpolated": 0.66, "r2_other_slabs": 0.99, "r2_generated": 0.95, "r2_interpolated": 0.9}
        for m in MATERIALS
        for d in ("relative_density", "specific_perimeter_per_um", "shape_index")
    ]  # fmt: skip
    copies = [
        {"origin": o, "material": m, "temperature_C": 200, "n_sections": 50, "near_distance": 0.1, "n_near": n,
         "share_near": n / 50, "median_distance": 0.12, "share_alike": 0.02}
        for o, n in (("ddpm", 2), ("cgan", 6), ("planted", 48))
        for m in MATERIALS
    ]  # fmt: skip
    volumes = [
        {"material": m, "descriptor": d, "unit": "", "voi_um": 0.6, "voxel_um": 0.05, "n_conditions": 2,
         "n_generated": 2, "n_real": 4, "generated": 0.62, "generated_se": np.nan, "real": 0.6, "real_se": 0.01,
         "deviation": 0.02, "mean_absolute_deviation": 0.03, "relative": d == "effective_conductivity",
         "tolerance": bound, "within": bound == 0.1}
        for m in MATERIALS
        for d, bound in (
            ("relative_density", 0.01), ("pore_percolating_fraction", 0.1), ("effective_conductivity", np.nan)
        )
    ]  # fmt: skip
    volume_vois = [
        {"condition": f"{m}_{t}", "material": m, "temperature_C": t, "origin": o, "voi": 0, "voi_um": 0.6,
         "voxel_um": 0.05, "volume_relative_density": d, "tortuosity_minus_1": w, "specific_surface_per_um": 4.5,
         "correlation_length_um": 0.14, "effective_conductivity": 0.4}
        for m in MATERIALS
        for t in (200, 350)
        for o, d, w in (("generated", 0.62, 0.03), ("real", 0.61, np.inf))
    ]  # fmt: skip
    made.files |= {
        "generator_scores": made.csv("generate/scores.csv", scores),
        "withheld": made.csv("generate/withheld.csv", withheld),
        "copies": made.csv("generate/copies.csv", copies),
        "volumes": made.csv("generate/volumes.csv", volumes),
        "volume_vois": made.csv("generate/volume_vois.csv", volume_vois),
    }


def write_volumes(made: Made) -> None:
    """Real and generated metal in 3D."""
    made.blocks = str(made.path("generate/volumes.npz"))
    field = np.where(blobs(made.rng, (12, 12, 12), 1.5, 0.6), 100, -100).astype(np.int8)
    np.savez(
        made.blocks,
        voxel_um=0.05,
        **{f"{m}_{t}__{side}": field for m in MATERIALS for t in (200, 350) for side in SIDES},
    )


def write_curves(made: Made) -> None:
    """Correlation and chords, and what trainings lost."""
    made.curves = made.csv(
        "generate/curves.csv",
        [
            {"origin": o, "material": m, "temperature_C": t, "curve": c, "length_um": k / 10, "value": v}
            for o in ("real", "train", "cgan", "ddpm")
            for m in MATERIALS
            for t in (175, 400)
            for c, start in (("two_point", 0.6), ("metal_chord", 0.0), ("pore_chord", 0.0))
            for k, v in enumerate(np.linspace(start, 0.36 if start else 1.0, 10))
        ],
    )
    steps = range(10, 60, 10)
    losses = {"ddpm": ("loss",), "cgan": ("loss_discriminator", "loss_generator")}
    made.losses = {
        g: [
            made.csv(f"generate/{g}/{k}.csv", [{"step": s, **dict.fromkeys(names, 1 / s)} for s in steps])
            for k in (1, 2)
        ]
        for g, names in losses.items()
    }


def write_nearest(made: Made) -> None:
    """Generated sections beside the nearest training ones."""
    made.pairs = str(made.path("generate/copies.npz"))
    section = np.stack([blobs(made.rng, (EDGE, EDGE), 3.0, 0.6) for _ in range(6)]).astype(np.uint8)
    pairs = {f"{o}_{part}": section for o in ("ddpm", "cgan") for part in ("section", "training")}
    np.savez(made.pairs, ddpm_ratio=np.linspace(0.8, 1, 6), cgan_ratio=np.linspace(0.5, 1, 6), **pairs)
