"""If these fail, trained generators are not reproducible, resumable, or do not listen to their condition."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from porescope.checkpoint import Checkpoint
from porescope.errors import InputError
from porescope.generate.cgan_sampling import sample_cgan
from porescope.generate.cgan_training import CganTraining, train_cgan
from porescope.generate.conditions import Condition, ConditionCode
from porescope.generate.data import Batches
from porescope.generate.ddpm import Denoiser, denoising_loss, noise_schedule, noise_steps
from porescope.generate.ddpm_sampling import sample_ddpm, trace_denoising
from porescope.generate.ddpm_training import DdpmTraining, train_ddpm
from porescope.generate.denoising import DenoisingOptions
from porescope.generate.ema import RunningMean
from porescope.generate.samples import Samples
from porescope.generate.sections import Sections
from porescope.generate.training import Source

NOISE = {"steps": 100, "schedule": "squaredcos_cap_v2", "shift": 2.0}
DENOISING = DenoisingOptions("sde-dpmsolver++", steps=8, guidance=1.0)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)


def ddpm(stripes, folder, steps=20, seed=1, code="code", withheld_C=()):
    return train_ddpm(
        Source(stripes, ["flip_x"], withheld_C),
        network={"fold_px": 2, "channels": [16, 16], "layers": 1},
        noise=NOISE,
        options=DdpmTraining(steps, 8, 3e-3, 0.9, 1.0, 0.2, "float32"),
        code=code,
        seed=seed,
        device="cpu",
        weights=folder / "ddpm.safetensors",
        architecture=folder / "ddpm.json",
    )


def cgan(stripes, folder, steps=20, seed=1, code="code", withheld_C=()):
    return train_cgan(
        Source(stripes, ["flip_x"], withheld_C),
        generator={"latent_size": 8, "fold_px": 2, "channels": [16, 8]},
        discriminator={"fold_px": 2, "channels": [8, 16]},
        options=CganTraining(steps, 8, 1e-3, 1e-3, 0.9, "float32"),
        code=code,
        seed=seed,
        device="cpu",
        weights=folder / "cgan.safetensors",
        architecture=folder / "cgan.json",
    )


def assert_same_weights(first, second, name):
    a, b = (load_file(folder / f"{name}.safetensors") for folder in (first, second))
    assert a.keys() == b.keys()
    assert all(torch.equal(a[key], b[key]) for key in a)


@pytest.mark.parametrize("train", [ddpm, cgan])
def test_equal_seeds_give_equal_weights_and_others_do_not(stripes, tmp_path, train):
    folders = [tmp_path / name for name in "abc"]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        folder.mkdir()
        curve = train(stripes, folder, steps=12, seed=seed)
        assert curve["step"].tolist() == [10, 12]
        assert np.isfinite(curve.to_numpy()).all()
    assert_same_weights(folders[0], folders[1], train.__name__)
    with pytest.raises(AssertionError):
        assert_same_weights(folders[0], folders[2], train.__name__)


@pytest.mark.parametrize("train", [ddpm, cgan])
def test_a_killed_training_continues_to_the_same_weights(stripes, tmp_path, train, monkeypatch):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    undisturbed.mkdir()
    killed.mkdir()
    expected = train(stripes, undisturbed)
    monkeypatch.setattr(Checkpoint, "due", lambda _: True)
    save = Checkpoint.save

    def save_and_die(self, state):
        save(self, state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "save", save_and_die)
        with pytest.raises(KeyboardInterrupt):
            train(stripes, killed)
    assert (killed / f"{train.__name__}.safetensors.unfinished").is_file()
    curve = train(stripes, killed)
    pd.testing.assert_frame_equal(curve, expected)
    assert_same_weights(undisturbed, killed, train.__name__)
    assert not (killed / f"{train.__name__}.safetensors.unfinished").exists()


def test_the_diffusion_model_learns_its_conditions(stripes, tmp_path):
    """After a short training the mean density already follows material and temperature, whatever solver is used."""
    ddpm(stripes, tmp_path, steps=250)
    outputs = {name: tmp_path / f"{name}.npz" for name in ("A_200", "A_400", "B_200")}
    files = [tmp_path / "ddpm.safetensors"], [tmp_path / "ddpm.json"]
    for solver, steps in (("ddpm", 25), ("ddim", 25), ("dpmsolver++", 8), ("sde-dpmsolver++", 8)):
        sample_ddpm(*files, outputs, 12, DenoisingOptions(solver, steps, 1.0), "float32", 3, "cpu")
        density = {name: Samples.load(path).solid.mean() for name, path in outputs.items()}
        expected = {"A_200": 0.25, "A_400": 0.5, "B_200": 0.75}
        assert density == pytest.approx(expected, abs=0.1), solver


def test_samples_have_their_shape_and_labels_and_follow_from_seed_and_condition(stripes, tmp_path):
    ddpm(stripes, tmp_path, steps=1)
    cgan(stripes, tmp_path, steps=1)

    def sample(name, conditions, seed):
        outputs = {c: tmp_path / f"{name}_{c}_{seed}_{len(conditions)}.npz" for c in conditions}
        files = ([tmp_path / f"{name}.safetensors"] * 2, [tmp_path / f"{name}.json"] * 2, outputs, 5)
        if name == "ddpm":
            sample_ddpm(*files, replace(DENOISING, steps=3), "float32", seed, "cpu")
        else:
            sample_cgan(*files, "float32", seed, "cpu")
        return {c: Samples.load(path) for c, path in outputs.items()}

    for name in ("ddpm", "cgan"):
        both = sample(name, ["A_200", "B_350"], 1)
        made = both["B_350"]
        assert (made.solid.shape, made.solid.dtype) == ((10, 16, 16), np.uint8)
        assert made.training.tolist() == [1] * 5 + [2] * 5
        assert set(np.unique(made.solid)) <= {0, 1}
        assert made.condition == Condition("B", 350.0)
        assert made.pixel_um == pytest.approx(0.1)
        assert not made.extrapolated
        np.testing.assert_array_equal(sample(name, ["B_350"], 1)["B_350"].solid, made.solid)
        assert (sample(name, ["B_350"], 2)["B_350"].solid != made.solid).any()
        assert sample(name, ["B_450"], 1)["B_450"].extrapolated, "training ended at 400 C"
        with pytest.raises(InputError, match="knows only the materials A, B"):
            sample(name, ["C_350"], 1)


@pytest.mark.parametrize("train", [ddpm, cgan])
def test_a_withheld_temperature_is_never_seen(stripes, tmp_path, train):
    """Sections of 400 C made meaningless change nothing in a training without them; all left out is an error."""
    sections = Sections.load(stripes)
    sections.solid[sections.temperature_C == 400] = 0
    sections.save(tmp_path / "spoilt.npz")
    folders = [tmp_path / name for name in "ab"]
    for folder, source in zip(folders, (stripes, tmp_path / "spoilt.npz"), strict=True):
        folder.mkdir()
        train(source, folder, steps=3, withheld_C=[400.0])
    assert_same_weights(*folders, train.__name__)
    with pytest.raises(InputError, match="no section is left without those of 200, 300, 400 C"):
        train(stripes, tmp_path, steps=1, withheld_C=[200.0, 300.0, 400.0])


def test_a_source_gives_the_training_part_alone(stripes):
    loaded = Source(stripes, []).load()
    assert set(loaded.split) == {"train"}
    assert len(loaded.solid) == 48


def test_conditions_of_other_quantities(stripes, tmp_path):
    """The density of stripes of material A at 300 C is 3/8; the property comes from the table, by specimen."""
    table = tmp_path / "properties.csv"
    table.write_text("sample,property\ns,7.5\n")
    for quantity, expected in (("relative_density", 3 / 8), ("property", 7.5)):
        source = Source(stripes, [], quantity=quantity, properties=table)
        loaded = source.load()
        own = [c for c, t, m in zip(source.conditions(loaded), loaded.temperature_C, loaded.material, strict=True)
               if (t, m) == (300, "A")]  # fmt: skip
        assert {(c.material, c.value, c.quantity) for c in own} == {("A", expected, quantity)}
        assert np.isnan(own[0].temperature_C)
    table.write_text("sample,property\ns,\n")
    with pytest.raises(InputError, match=r"properties\.csv: specimen 's' has no property"):
        source.conditions(loaded)


def test_the_trace_starts_in_noise_and_ends_in_two_phases(stripes, tmp_path):
    ddpm(stripes, tmp_path, steps=250)
    files = tmp_path / "ddpm.safetensors", tmp_path / "ddpm.json"
    trace_denoising(*files, ["A_200", "B_400"], DENOISING, "float32", 3, "cpu", tmp_path / "trace.npz")
    with np.load(tmp_path / "trace.npz", allow_pickle=False) as stored:
        states, conditions = stored["states"], stored["conditions"].tolist()
    assert (states.shape, conditions) == ((2, 9, 16, 16), ["A_200", "B_400"])
    assert states[:, 0].std() == pytest.approx(1, abs=0.15)
    assert np.median(np.abs(np.abs(states[:, -1]) - 1)) < 0.3


def test_guidance_pushes_away_from_the_unconditional(stripes, tmp_path):
    """Material B at 200 C is denser than the mean of all, A at 200 C thinner: guided beyond 1 they differ more."""
    ddpm(stripes, tmp_path, steps=250)

    def difference(guidance):
        outputs = {name: tmp_path / f"{name}.npz" for name in ("A_200", "B_200")}
        files = [tmp_path / "ddpm.safetensors"], [tmp_path / "ddpm.json"]
        sample_ddpm(*files, outputs, 48, replace(DENOISING, guidance=guidance), "float32", 3, "cpu")
        density = {name: Samples.load(path).solid.mean() for name, path in outputs.items()}
        return density["B_200"] - density["A_200"]

    none, plain, strong = (difference(guidance) for guidance in (0.0, 1.0, 1.5))
    assert abs(none) < 0.05, "without a condition both are one"
    assert none < plain < strong + 0.02


def test_batches_hold_their_conditions(stripes):
    sections = Source(stripes, []).load()
    code = ConditionCode.of(sections.conditions)
    vectors = code.encode(sections.conditions)
    batches = Batches(sections.solid, vectors, ["flip_y", "flip_x", "transpose"], 64, 5, "cpu")
    images, conditions = batches(3)
    assert images.shape == (64, 1, 16, 16)
    assert set(images.unique().tolist()) == {-1.0, 1.0}
    density = (images.mean(dim=(1, 2, 3)) + 1) / 2
    hundreds = conditions @ torch.tensor([0.0, 2.0, 3.0, 4.0, 0.0, 2.0, 3.0, 4.0])
    expected = torch.where(conditions[:, 1:4].sum(dim=1) == 1, hundreds / 8, 1 - hundreds / 8)
    torch.testing.assert_close(density, expected)
    torch.testing.assert_close(batches(3)[0], images)
    assert not torch.equal(batches(4)[0], images)
    without = Batches(sections.solid, vectors, [], 64, 5, "cpu", 0.5)(3)[1]
    assert 16 < int((without == 0).all(dim=1).sum()) < 48
    assert (vectors != 0).any(axis=1).all(), "the sections themselves keep theirs"


def test_noise_ends_without_signal_and_its_steps_are_even():
    signal, plain = (noise_schedule(**(NOISE | {"shift": shift})).alphas_cumprod for shift in (3.0, 1.0))
    assert float(signal[-1]) == 0.0
    assert float(signal[0]) > 0.99
    ratio = ((1 - signal) / signal / ((1 - plain) / plain)).sqrt()
    torch.testing.assert_close(ratio[:-2], torch.full((98,), 3.0), rtol=1e-3, atol=0.0)
    steps = noise_steps(10, 100, torch.Generator().manual_seed(1))
    assert (steps // 10).tolist() == list(range(10))


def test_the_loss_feels_the_mean_density():
    """The same wrong pixels cost more in one block than where as many of the other phase make up for them."""
    columns = torch.arange(16) % 2
    clean = (2.0 * columns - 1).expand(2, 1, 16, 16)
    denser = torch.where(clean < 0, 0.2, 8.0)
    swapped = torch.where(clean < 0, 0.1, -0.1)
    signal = torch.zeros(2)
    for log_odds, offset in ((denser, 0.5 * (1 + math.tanh(0.1)) - 0.5 * (1 - math.tanh(4))), (swapped, 0.0)):
        of_means = float(
            denoising_loss(log_odds, clean, signal, 2.0, 1.0) - denoising_loss(log_odds, clean, signal, 2.0, 0.0)
        )
        assert of_means == pytest.approx(2 * offset**2, abs=1e-6)


def test_the_loss_of_pixels_is_their_cross_entropy_and_counts_more_behind_less_noise():
    """Signal-to-noise ratios 0 and 1 at shift 2 weigh 1 and 5, their mean 3; odds of 3 to 1 for the wrong phase."""
    clean = torch.ones(2, 1, 16, 16)
    log_odds = torch.full_like(clean, 40.0)
    log_odds[1] = -math.log(3)
    loss = float(denoising_loss(log_odds, clean, torch.tensor([0.0, 0.5]), 2.0, 0.0))
    assert loss == pytest.approx(math.log(4) / 2 * 5 / 3, rel=1e-5)


def test_a_clean_section_is_the_mean_over_both_phases():
    network = Denoiser(16, 2, 2, [16, 16], 1).eval()
    arguments = torch.randn(3, 1, 16, 16), torch.tensor([1, 50, 99]), torch.randn(3, 2)
    solid = torch.sigmoid(network.log_odds(*arguments))
    torch.testing.assert_close(network(*arguments), solid - (1 - solid))


def test_the_running_mean_forgets_its_start_and_then_moves_slowly():
    network = torch.nn.Linear(1, 1, bias=False)
    mean = RunningMean(network, 0.9)
    with torch.no_grad():
        network.weight.fill_(1.0)
        mean.network.weight.fill_(0.0)
    mean.update(0)
    assert float(mean.network.weight) == pytest.approx(0.9)
    mean.update(1000)
    assert float(mean.network.weight) == pytest.approx(0.91)
