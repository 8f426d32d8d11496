"""VOIs, specimens and their intervals."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porescope.describe import specimen
from porescope.describe.boxes import Voi, octants, part, read_block, voi_grid
from porescope.describe.collect import collect_descriptors
from porescope.describe.field import MARGIN
from porescope.describe.geodesic import DIRECTIONS
from porescope.describe.interval import OCTANT_METHOD, T_METHOD, estimates
from porescope.describe.names import DESCRIPTORS, DETAILS, SEGMENTATION, VOXEL
from porescope.describe.options import DescribeOptions
from porescope.describe.ratios import alpha, beta
from porescope.describe.selfcheck import shapes
from porescope.describe.specimen import describe_specimen
from porescope.describe.voi import describe_voi
from porescope.errors import InputError
from porescope.volume import Spacing, Volume, read_volume, write_volume

SPACING = Spacing(0.03, 0.025, 0.025)


@given(
    shape=st.tuples(*[st.integers(1, 90)] * 3),
    edges=st.tuples(*[st.floats(0.01, 0.2)] * 3),
    edge_um=st.floats(0.1, 3),
)
@settings(max_examples=40, deadline=None)
def test_vois_are_disjoint_inside_and_centred(shape, edges, edge_um):
    boxes = voi_grid(shape, Spacing(*edges), edge_um)
    for axis, n in enumerate(shape):
        ranges = sorted({(box.start[axis], box.start[axis] + box.shape[axis]) for box in boxes})
        assert all(a[1] == b[0] for a, b in itertools.pairwise(ranges))
        if ranges:
            before, after = ranges[0][0], n - ranges[-1][1]
            assert 0 <= before <= after <= before + 1
            assert before + after < boxes[0].shape[axis]
    assert len({box.start for box in boxes}) == len(boxes)


def test_default_campaign_has_six_vois():
    assert len(voi_grid((72, 150, 214), Spacing(0.025, 0.025, 0.025), 1.6)) == 6


def test_octants_fill_the_voi():
    parts = octants(Voi((3, 4, 5), (10, 12, 14)))
    covered = np.zeros((20, 20, 20), int)
    for octant in parts:
        covered[octant.slices] += 1
    assert (covered[3:13, 4:16, 5:19] == 1).all()
    assert covered.sum() == 10 * 12 * 14


def test_block_takes_real_neighbours_and_mirrors_beyond_the_data():
    labels = np.random.default_rng(0).integers(0, 3, (30, 40, 50)).astype(np.uint8)
    block = read_block(Volume(labels, SPACING), Voi((2, 15, 20), (20, 20, 20)), "mask")
    assert (block.interior == (labels[2:22, 15:35, 20:40] == 0)).all()
    assert block.data == ((10, 40), (0, 37), (0, 42))
    assert (block.solid[10:40, 0:37, 0:42] == (labels[:, 3:40, 8:50] == 0)).all()
    assert (block.solid[9] == block.solid[10]).all()


def test_a_part_of_a_block_is_the_block_of_the_part():
    """Else octants would be described with other surroundings than the VOI has there."""
    labels = np.random.default_rng(1).integers(0, 2, (40, 44, 50)).astype(np.uint8)
    volume, whole, inner = Volume(labels, SPACING), Voi((2, 6, 10), (30, 30, 30)), Voi((15, 0, 15), (15, 15, 15))
    found = part(read_block(volume, whole, "m"), inner)
    wanted = read_block(volume, Voi((17, 6, 25), (15, 15, 15)), "m")
    assert (found.interior == wanted.interior).all()
    assert found.shape == wanted.shape
    inside = tuple(slice(a, b) for a, b in found.data)
    assert (found.solid[inside] == wanted.solid[inside]).all()


def test_columns_of_single_directions_are_those_that_are_computed():
    assert set(DETAILS) >= {f"tortuosity_{name}" for name in DIRECTIONS}


def test_unknown_label_is_refused():
    with pytest.raises(InputError, match="label 255"):
        read_block(Volume(np.full((30, 30, 30), 255, np.uint8), SPACING), Voi((0, 0, 0), (30, 30, 30)), "m.zarr")


@pytest.mark.parametrize("label", [0, 1])
def test_one_phase_is_a_row_with_its_reason(label):
    block = read_block(Volume(np.full((24, 24, 24), label, np.uint8), SPACING), Voi((0, 0, 0), (24, 24, 24)), "m")
    found = describe_voi(block, DescribeOptions(0.6))
    assert found.values["relative_density"] == 1 - label
    assert found.values["specific_surface_per_um"] == 0
    assert math.isnan(found.values["mean_curvature_per_um"])
    assert math.isnan(found.values["beta"])
    assert "only" in found.reasons["all"]
    assert found.values["tortuosity"] == (1 if label == 0 else math.inf)


def test_ratios():
    assert alpha(0.5**-0.3, 0.5) == pytest.approx(0.3)
    assert math.isnan(alpha(1.2, 1.0))
    assert math.isinf(alpha(math.inf, 0.5))
    assert beta(2.0, -100.0, 0.2) == pytest.approx(0.1)
    assert math.isnan(beta(2.0, 0.0, 0.2))


def table(n: int, seed: int = 0, **fixed: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    centre = {"relative_density": 0.6, "tortuosity": 1.03, "gaussian_curvature_per_um2": -100, "strut_diameter_um": 0.2}
    columns = {name: centre.get(name, 1.0) * (1 + 0.02 * rng.standard_normal(n)) for name in DESCRIPTORS}
    return pd.DataFrame({**columns, **fixed})


def test_interval_over_vois_is_students():
    vois = table(6)
    found = estimates(vois, table(0))["relative_density"]
    values = vois["relative_density"]
    assert found.mean == pytest.approx(values.mean())
    assert found.ci_high - found.mean == pytest.approx(2.5706 * values.std() / math.sqrt(6), rel=1e-3)
    assert (found.n_voi, found.interval_method) == (6, T_METHOD)


def test_interval_of_few_vois_comes_from_octants():
    found = estimates(table(1), table(8, seed=1))["specific_surface_per_um"]
    spread = table(8, seed=1)["specific_surface_per_um"].std()
    assert found.ci_high - found.mean == pytest.approx(2.3646 * spread / math.sqrt(8), rel=1e-3)
    assert found.interval_method == OCTANT_METHOD


@pytest.mark.parametrize("size", [1, 5])
def test_intervals_hold_the_truth_19_times_in_20(size):
    """Independent normal VOIs (or octants): coverage of 95 %."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(120):
        parts = 1 + 0.1 * rng.standard_normal((max(size, 1), 8))
        vois = pd.DataFrame(dict.fromkeys(DESCRIPTORS, parts.mean(axis=1)))
        eighths = pd.DataFrame(dict.fromkeys(DESCRIPTORS, parts.ravel()))
        found = estimates(vois, eighths)["shape_index"]
        hits += found.ci_low <= 1 <= found.ci_high
    assert 0.90 <= hits / 120 <= 0.99


def test_beta_is_undefined_where_g_may_be_zero():
    vois = table(6)
    vois["gaussian_curvature_per_um2"] = [-100, 90, -80, 100, -60, 50]
    found = estimates(vois, table(0))["beta"]
    assert math.isnan(found.mean)
    assert "includes 0" in found.reason


def test_ratios_carry_the_errors_of_their_parts():
    vois = table(200)
    found = estimates(vois, table(0))
    d, tau = found["relative_density"], found["tortuosity"]
    assert found["alpha"].mean == pytest.approx(alpha(tau.mean, d.mean))
    by_hand = (tau.ci_high - tau.mean) / tau.mean / abs(math.log(d.mean))
    assert found["alpha"].ci_high - found["alpha"].mean == pytest.approx(by_hand, rel=0.1)


def test_infinite_vois_are_left_out_and_counted():
    vois = table(6)
    vois.loc[2, "tortuosity"] = math.inf
    found = estimates(vois, table(0))["tortuosity"]
    assert math.isfinite(found.mean)
    assert found.n_voi == 5
    assert found.reason == "1 of 6 VOIs left out: infinite there"
    vois["tortuosity"] = math.inf
    assert math.isinf(estimates(vois, table(0))["tortuosity"].mean)


@pytest.fixture
def mask(tmp_path):
    field = shapes.random_field(1.2, -60, 0.0, SPACING, seed=4)
    inner = field.block.solid[MARGIN:-MARGIN, MARGIN:-MARGIN, MARGIN:-MARGIN]
    write_volume(tmp_path / "mask.ome.zarr", (~inner).astype(np.uint8), SPACING, "labels")
    return tmp_path / "mask.ome.zarr"


def run(mask, options, workers=1, code="c", name="s"):
    out = mask.parent
    describe_specimen(mask, name, options, code, workers, out / f"{name}.csv", out / f"{name}.npz")
    return pd.read_csv(out / f"{name}.csv")


def test_specimen_has_a_row_a_voi_and_leaves_nothing_behind(mask):
    found = run(mask, DescribeOptions(0.6))
    assert len(found) == 8
    assert list(found.columns[8 : 8 + len(DETAILS) + len(DESCRIPTORS)]) == [*DESCRIPTORS, *DETAILS]
    assert list(found.columns[-2:]) == ["reason", "flags"]
    assert found[[name + end for name in DESCRIPTORS for end in (SEGMENTATION, VOXEL)]].isna().all(axis=None)
    assert found["relative_density"].mean() == pytest.approx(0.5, abs=0.1)
    labels = np.asarray(read_volume(mask).array)
    assert (found["stack_relative_density"] == np.mean(labels == 0)).all()
    assert found["origin_y_um"].tolist()[0] == pytest.approx(-0.0125)
    with np.load(mask.parent / "s.npz", allow_pickle=False) as stored:
        assert stored["gm_histogram"].shape == (80, 80)
        area = (found["specific_surface_per_um"] * 0.6**3).sum()
        assert stored["gm_histogram"].sum() == pytest.approx(area, rel=0.15)
        assert stored["slice_mask"].shape == stored["slice_tortuosity"].shape == (24, 24)
        assert len(stored["strut_diameters_um"]) == len(stored["strut_weights_um"]) > 0
        assert len(stored["octants"]) == 0
    assert not (mask.parent / "s.partial").exists()


def test_workers_give_the_same_numbers(mask):
    one = run(mask, DescribeOptions(0.6), workers=1, name="one").drop(columns="sample")
    two = run(mask, DescribeOptions(0.6), workers=2, name="two").drop(columns="sample")
    pd.testing.assert_frame_equal(one, two)


def test_killed_job_continues_and_changed_settings_start_afresh(mask, monkeypatch):
    done = []
    describe_task = specimen.describe_task

    def dies_at_third(task, *rest):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(task)
        describe_task(task, *rest)

    monkeypatch.setattr(specimen, "describe_task", dies_at_third)
    with pytest.raises(KeyboardInterrupt):
        run(mask, DescribeOptions(0.6))
    again = []
    monkeypatch.setattr(specimen, "describe_task", lambda task, *rest: (again.append(task), describe_task(task, *rest)))
    partial = mask.parent / "s.partial"
    kept = partial / "key.txt"
    key = kept.read_text()
    run(mask, DescribeOptions(0.6))
    assert len(again) == 6
    partial.mkdir()
    kept.write_text(key)
    again.clear()
    run(mask, DescribeOptions(0.6), code="other")
    assert len(again) == 8


def test_few_vois_bring_their_octants_and_large_vois_a_reason(mask):
    run(mask, DescribeOptions(1.2), name="whole")
    small = run(mask, DescribeOptions(5.0), name="small")
    assert len(small) == 1
    assert small["reason"].iloc[0] == "the volume is 1.2 x 1.2 x 1.2 um (z, y, x), smaller than a VOI of 5 um"
    out = mask.parent
    names = ["whole", "small"]
    collect_descriptors(
        [out / f"{n}.csv" for n in names],
        [out / f"{n}.npz" for n in names],
        [{"sample": n, "segmenter": "imported", "material": "A", "temperature_C": 20.0} for n in names],
        out / "voi.csv",
        out / "sample.csv",
    )
    vois = pd.read_csv(out / "voi.csv")
    expected = ["sample", "segmenter", "material", "temperature_C", "voi", *DESCRIPTORS, "reason", "flags"]
    assert list(vois.columns) == expected
    samples = pd.read_csv(out / "sample.csv").set_index(["sample", "descriptor"])
    assert samples.loc[("whole", "relative_density"), "interval_method"] == OCTANT_METHOD
    assert samples.loc[("whole", "relative_density"), "n_voi"] == 1
    assert math.isnan(samples.loc[("small", "tortuosity"), "mean"])
    assert "smaller than a VOI" in samples.loc[("small", "tortuosity"), "reason"]


def test_partial_results_are_plain_data(mask):
    """No pickle: a finished VOI loads with allow_pickle=False and holds JSON."""
    partial = mask.parent / "p"
    partial.mkdir()
    task = specimen.Task(0, Voi((0, 0, 0), (20, 24, 24)))
    specimen.describe_task(task, str(mask), DescribeOptions(0.6), True, partial)
    with np.load(partial / "voi_0000_itself.npz", allow_pickle=False) as stored:
        values, _, _, parts = json.loads(str(stored["text"]))
    assert set(DESCRIPTORS) | set(DETAILS) <= set(values)
    assert len(parts) == 8


def test_first_voi_is_described_again_with_its_inputs_off(mask):
    """The table's contributions: more metal, less metal, thicker slices; the density does not depend on the latter."""
    found = run(mask, DescribeOptions(0.6, error_vois=1))
    first, others = found.iloc[0], found.iloc[1:]
    assert first["relative_density" + SEGMENTATION] > 0
    assert first["relative_density" + VOXEL] == 0
    assert first["specific_surface_per_um" + VOXEL] > 0
    assert first[["tortuosity" + VOXEL, "tortuosity_y" + VOXEL, "alpha" + VOXEL]].min() > 0
    assert others[[name + SEGMENTATION for name in DESCRIPTORS]].isna().all(axis=None)
    assert first["tortuosity_sd_method"] > 0


def test_slices_of_known_thickness_add_no_uncertainty(mask):
    found = run(mask, DescribeOptions(0.6, error_vois=1, slice_thickness=0.0)).iloc[0]
    for name in ("tortuosity", "alpha", "strut_diameter_um"):
        assert found[name + VOXEL] == pytest.approx(0, abs=1e-7), name


def test_octants_together_are_the_voi(mask):
    """A density of octants that did not add up would put the interval about a wrong mean."""
    options = DescribeOptions(1.2)
    run(mask, options, name="whole")
    with np.load(mask.parent / "whole.npz", allow_pickle=False) as stored:
        parts = pd.DataFrame(stored["octants"], columns=[str(name) for name in stored["octant_columns"]])
    whole = pd.read_csv(mask.parent / "whole.csv").iloc[0]
    assert len(parts) == 8
    assert parts["relative_density"].mean() == pytest.approx(whole["relative_density"], rel=1e-6)
    for name, error in (
        ("specific_surface_per_um", 0.03),
        ("gaussian_curvature_per_um2", 0.15),
        ("strut_diameter_um", 0.1),
    ):
        assert parts[name].mean() == pytest.approx(whole[name], rel=error), name


def test_only_the_shown_voi_is_kept_for_pictures(mask):
    run(mask, DescribeOptions(0.6))
    with np.load(mask.parent / "s.npz", allow_pickle=False) as stored:
        assert stored["picture_field"].shape == (20, 24, 24)
        assert len(stored["picture_points_um"]) == len(stored["picture_mean_per_um"])
        assert len(stored["picture_skeleton_um"]) < len(stored["strut_diameters_um"])
