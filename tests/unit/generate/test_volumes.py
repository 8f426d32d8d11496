"""If these fail, volumes from sections are not what their noise steps, their density or their scores say."""

import numpy as np
import pandas as pd
import pytest
import tifffile
import torch
from scipy.ndimage import gaussian_filter, uniform_filter

from porescope.errors import InputError
from porescope.generate.conditions import Condition
from porescope.generate.ddpm import Denoiser
from porescope.generate.ddpm_training import DdpmTraining, train_ddpm
from porescope.generate.samples import Samples
from porescope.generate.training import Source
from porescope.generate.volume_scores import MEASURES, describe_volumes, resampled, score_volumes, vois
from porescope.generate.volumes import (
    VolumeOptions,
    denoise_volume,
    less_noisy,
    make_periodic,
    predicted,
    sample_volumes,
    with_density,
)
from porescope.ingest.metadata import file_voxel_size
from porescope.volume import Spacing, read_volume, write_volume

NOISE = {"steps": 100, "schedule": "squaredcos_cap_v2", "shift": 2.0}
OPTIONS = VolumeOptions(shape_px=(16, 16, 20), steps=6, guidance=1.0)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)


@pytest.fixture(scope="module")
def trained(thick_stripes, tmp_path_factory):
    """Weights and architecture of a network of thick sections, three steps old; sections of which a third is metal."""
    folder = tmp_path_factory.mktemp("trained")
    paths = folder / "weights.safetensors", folder / "architecture.json"
    train_ddpm(
        Source(thick_stripes, ["flip_x", "flip_normal"], ()),
        network={"fold_px": 2, "channels": [16, 16], "layers": 1},
        noise=NOISE,
        options=DdpmTraining(3, 8, 3e-3, 0.9, 1.0, 0.0, "float32"),
        code="code",
        seed=1,
        device="cpu",
        weights=paths[0],
        architecture=paths[1],
    )
    solid = np.zeros((3, 16, 16), np.uint8)
    solid[0] = 1
    sections = folder / "A_250.npz"
    Samples(solid, np.ones(3, int), Condition("A", 250.0), 0.1, False).save(sections)
    return *paths, sections


def made(trained, folder, seed=1, options=OPTIONS):
    weights, architecture, sections = trained
    folder.mkdir(exist_ok=True)
    volume, stack = folder / "A_250.ome.zarr", folder / "A_250.tif"
    sample_volumes(weights, architecture, [sections], options, "float32", seed, "cpu", [volume], [stack])
    return volume, stack


def test_a_volume_has_the_density_of_its_sections_and_both_files_say_the_same(trained, tmp_path):
    volume, stack = made(trained, tmp_path)
    labels = read_volume(volume)
    assert labels.shape == (16, 16, 20)
    assert labels.spacing == pytest.approx((0.1, 0.1, 0.1))
    metal = np.asarray(labels.array[:]) == 0
    assert metal.mean() == pytest.approx(1 / 3, abs=0.001)
    assert np.array_equal(tifffile.imread(stack) == 255, metal)


def test_a_solver_finds_the_voxel_size_in_the_stack(trained, tmp_path):
    _, stack = made(trained, tmp_path)
    assert [size.um for size in file_voxel_size(stack)] == pytest.approx([0.1, 0.1, 0.1], rel=1e-4)


def test_equal_seeds_make_equal_volumes_and_others_do_not(trained, tmp_path):
    first, again, other = (
        np.asarray(read_volume(made(trained, tmp_path / name, seed)[0]).array[:])
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_edge_that_the_network_cannot_halve_is_refused(trained, tmp_path):
    with pytest.raises(InputError, match=r"shape_px holds 18, expected multiples of 4"):
        made(trained, tmp_path, options=VolumeOptions((16, 18, 16), 6, 1.0))


def test_a_noisy_state_keeps_the_share_of_signal_that_it_is_told():
    chance = torch.Generator().manual_seed(0)
    clean = torch.full((40, 40, 40), 0.5)
    state = 0.3**0.5 * clean + 0.7**0.5 * torch.randn(clean.shape, generator=chance)
    after = less_noisy(state, clean, 0.3, 0.6, torch.randn(clean.shape, generator=chance))
    assert float(after.mean()) == pytest.approx(0.6**0.5 * 0.5, abs=0.01)
    assert float(after.var()) == pytest.approx(0.4, rel=0.03)
    assert torch.allclose(less_noisy(state, clean, 0.3, 1.0, state), clean)


class Knowing(torch.nn.Module):
    """A network that knows what is behind any noise: the same grey everywhere."""

    depth_px = 3

    def forward(self, noisy, noise_step, condition):  # noqa: ARG002
        return torch.ones_like(noisy).mul(0.5)


def test_a_perfect_network_ends_at_the_volume_that_it_predicts():
    condition = torch.zeros(1, 2)
    chance = torch.Generator().manual_seed(0)
    grey = denoise_volume(Knowing(), NOISE, condition, OPTIONS, 0.75, chance)
    assert grey.shape == (16, 16, 20)
    assert torch.allclose(grey, torch.full_like(grey, 0.5), atol=1e-4)


@pytest.mark.parametrize("density", [0.02, 0.4, 0.6, 0.98])
def test_a_prediction_is_brought_to_a_density_by_what_is_undecided(density):
    """Were grey values shifted, certain metal would turn grey like the rest, and pores would open inside it."""
    clean = torch.tensor([1.0, 0.5, 0.0, -0.5, -1.0]).repeat(20)
    found = with_density(clean, density)
    assert float(found.mean()) == pytest.approx(2 * density - 1, abs=0.002)
    odds = (1 + found) / (1 - found)
    factor = odds[1:4] / torch.tensor([3.0, 1.0, 1 / 3])
    assert torch.allclose(factor, factor[0], rtol=0.01)
    if 0.3 < density < 0.7:
        assert float((found[[0, 4]] - clean[[0, 4]]).abs().max()) < 0.01


def blobs(edge, seed, width=2.0):
    return gaussian_filter(np.random.default_rng(seed).standard_normal((edge, edge, edge)), width, mode="wrap") > 0


def mask(folder, name, solid, edge_um):
    path = folder / f"{name}.ome.zarr"
    write_volume(path, (~solid).astype(np.uint8), Spacing(edge_um, edge_um, edge_um), "labels")
    return path


def test_a_volume_of_the_same_structure_is_within_all_tolerances(tmp_path):
    real = mask(tmp_path, "real", blobs(32, 0), 0.05)
    table = score_volumes(describe_volumes({"A_250": real}, {"A_250": [real]}, 1.6, 1.45, tmp_path / "blocks.npz"))
    asked = table.dropna(subset="tolerance")
    assert asked["within"].all()
    assert np.allclose(table["deviation"], 0)
    with np.load(tmp_path / "blocks.npz") as stored:
        assert set(stored.files) == {"A_250__real", "A_250__generated", "voxel_um"}


def test_a_volume_of_finer_structure_has_too_much_surface(tmp_path):
    real, fine = mask(tmp_path, "real", blobs(32, 0, 3.0), 0.05), mask(tmp_path, "fine", blobs(32, 1, 2.0), 0.05)
    table = score_volumes(describe_volumes({"A_250": fine}, {"A_250": [real]}, 1.6, 1.45, tmp_path / "blocks.npz"))
    row = table.set_index("descriptor").loc["specific_surface_per_um"]
    assert row["deviation"] == pytest.approx(0.5, abs=0.15)
    assert not row["within"]


def test_a_condition_whose_mask_holds_no_voi_has_no_verdict(tmp_path):
    big, small = mask(tmp_path, "big", blobs(32, 0), 0.05), mask(tmp_path, "small", blobs(16, 0), 0.05)
    table = score_volumes(describe_volumes({"A_250": big}, {"A_250": [small]}, 1.6, 1.45, tmp_path / "blocks.npz"))
    assert table["real"].isna().all()
    assert (table["n_conditions"] == 0).all()
    assert not table["within"].any()


def voi(condition, origin, density):
    others = dict.fromkeys(MEASURES, 1.0)
    identity = {"condition": condition, "material": condition[0], "temperature_C": float(condition[2:])}
    where = {"origin": origin, "volume": 0, "voi_um": 1.6, "voxel_um": 0.05}
    return identity | where | others | {"relative_density": density}


def test_a_material_is_judged_by_the_mean_over_its_temperatures():
    """Were VOIs pooled, the condition with more of them would count more; errors that cancel are still to be seen."""
    rows = [voi("A_200", "real", d) for d in (0.50, 0.54)] + [voi("A_200", "generated", 0.55)]
    rows += [voi("A_300", "real", d) for d in (0.70, 0.72, 0.74)] + [voi("A_300", "generated", d) for d in (0.68, 0.70)]
    rows += [voi("A_400", "generated", 0.9)]  # no real one to compare with
    row = score_volumes(pd.DataFrame(rows)).set_index("descriptor").loc["relative_density"]
    assert row["n_conditions"] == 2
    assert (row["n_generated"], row["n_real"]) == (3, 5)
    assert row["real"] == pytest.approx(0.62)
    assert row["deviation"] == pytest.approx(0.0)
    assert row["mean_absolute_deviation"] == pytest.approx(0.03)
    assert row["real_se"] == pytest.approx((0.0016 / 3 * (1 / 2 + 1 / 3)) ** 0.5 / 2)
    assert row["generated_se"] == pytest.approx((0.0002 * (1 + 1 / 2)) ** 0.5 / 2)


def test_the_density_that_is_judged_is_of_the_whole_volume(tmp_path):
    """A VOI of a volume that is larger has another density by chance."""
    solid = blobs(32, 0)
    solid[:4] = True
    whole, real = mask(tmp_path, "whole", solid, 0.05), mask(tmp_path, "real", blobs(32, 1), 0.05)
    table = describe_volumes({"A_250": whole}, {"A_250": [real, real]}, 1.2, 1.45, tmp_path / "blocks.npz")
    row = score_volumes(table).set_index("descriptor").loc["volume_relative_density"]
    assert row["generated"] == pytest.approx(solid.mean())
    assert (row["n_generated"], row["n_real"]) == (1, 2)


def test_the_coldest_and_the_hottest_of_each_material_are_pictured(tmp_path):
    real = mask(tmp_path, "real", blobs(24, 0), 0.05)
    conditions = ["A_b_350", "A_b_1000", "C_300", "A_b_200"]
    describe_volumes(
        dict.fromkeys(conditions, real), {name: [real] for name in conditions}, 1.2, 1.45, tmp_path / "blocks.npz"
    )
    with np.load(tmp_path / "blocks.npz") as stored:
        pictures = {name.rpartition("__")[0] for name in stored.files} - {""}
    assert pictures == {"A_b_200", "A_b_1000", "C_300"}


def test_a_relative_deviation_is_of_the_real_mean():
    rows = [voi("A_200", "real", 0.5) | {"specific_surface_per_um": 4.0}]
    rows += [voi("A_200", "generated", 0.5) | {"specific_surface_per_um": 4.6}]
    row = score_volumes(pd.DataFrame(rows)).set_index("descriptor").loc["specific_surface_per_um"]
    assert row["deviation"] == pytest.approx(0.15)
    assert not row["within"]
    assert np.isnan(row["real_se"])


def test_a_voi_larger_than_the_volume_becomes_as_large_as_it(tmp_path):
    """A campaign described in VOIs of 10 um must not end because its volumes are smaller."""
    real = mask(tmp_path, "real", blobs(32, 0), 0.05)
    table = score_volumes(describe_volumes({"A_250": real}, {"A_250": [real]}, 2.0, 1.45, tmp_path / "blocks.npz"))
    assert table["voi_um"].to_numpy() == pytest.approx(1.6)
    assert np.allclose(table["deviation"], 0)


def test_a_mask_on_coarser_voxels_keeps_its_density_and_its_extent(tmp_path):
    solid = blobs(60, 0, 4.0)
    volume = resampled(mask(tmp_path, "real", solid, 0.03), 0.05)
    assert volume.shape == (36, 36, 36)
    assert volume.array.mean() == pytest.approx(solid.mean(), abs=0.01)
    assert len(vois(volume, 0.9)) == 8


class Looking(torch.nn.Module):
    """A network that takes its input for clean, but for one layer of each thick section."""

    depth_px = 3

    def __init__(self, blank):
        super().__init__()
        self.blank = blank

    def forward(self, noisy, noise_step, condition):  # noqa: ARG002
        clean = noisy.clone()
        clean[:, self.blank] = 0
        return clean


@pytest.mark.parametrize("blank", [0, 1, 2])
def test_each_layer_is_the_mean_over_the_thick_sections_that_it_lies_in(blank):
    """Were a layer taken for its neighbour, structures would be smeared along every normal."""
    layers = torch.randn(40, 8, 8, generator=torch.Generator().manual_seed(0))
    found = predicted(Looking(blank), layers, 10, torch.zeros(1, 2), 1.0)
    assert torch.allclose(found, layers * 2 / 3, atol=1e-6)


class Smearing(torch.nn.Module):
    """A network that sees zeros beyond the rim of a section and smears what it sees into its middle layer."""

    depth_px = 3

    def __init__(self):
        super().__init__()
        self.smear = torch.nn.Conv2d(3, 3, 3, padding=1, bias=False).requires_grad_(False)
        self.smear.weight.zero_()
        self.smear.weight[1] = 3 / 27

    def forward(self, noisy, noise_step, condition):  # noqa: ARG002
        return self.smear(noisy)


def test_a_volume_goes_on_on_its_other_side():
    """Were zeros beyond its rim, metal would be less dense there, and its middle denser than it should be."""
    layers = torch.randn(12, 16, 16, generator=torch.Generator().manual_seed(0))
    network = Smearing()
    make_periodic(network)
    found = predicted(network, layers, 10, torch.zeros(1, 2), 1.0)
    assert np.allclose(found, uniform_filter(layers.numpy(), 3, mode="wrap"), atol=1e-5)


def test_what_a_volume_becomes_does_not_hang_on_where_it_starts():
    """A rim that some layer of the network still sees would stay where it is."""
    torch.manual_seed(0)
    network = Denoiser(16, 2, 2, [16, 16], 1, 3).eval().requires_grad_(False)
    make_periodic(network)
    layers, condition, shift = torch.randn(12, 16, 24), torch.randn(1, 2), (5, 4, 12)
    states = layers, layers.roll(shift, (0, 1, 2))
    found, shifted = (predicted(network, state, 10, condition, 1.0) for state in states)
    torch.testing.assert_close(shifted, found.roll(shift, (0, 1, 2)))
    assert found.std() > 0.01


class Obedient(torch.nn.Module):
    """A network whose sections are as grey as it is told to make them."""

    depth_px = 1

    def forward(self, noisy, noise_step, condition):  # noqa: ARG002
        return torch.ones_like(noisy) * condition[:, 1].view(-1, 1, 1, 1)


@pytest.mark.parametrize(("guidance", "grey"), [(1.0, 0.2), (2.0, 0.4)])
def test_guidance_goes_beyond_what_is_made_without_a_condition(guidance, grey):
    sections = torch.zeros(3, 8, 8)
    found = predicted(Obedient(), sections, 10, torch.tensor([[1.0, 0.2]]), guidance)
    assert torch.allclose(found, torch.full_like(found, grey))
