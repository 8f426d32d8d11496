"""If these fail, segmenters would be judged by wrong numbers, or by pixels that do not belong together."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from porescope.errors import InputError
from porescope.segment.interfaces import UNKNOWN, Surroundings, displaced
from porescope.segment.reliability import brier, count_levels, expected_calibration_error, reliability
from porescope.segment.scores import COLUMNS, grouped, score_campaign
from porescope.segment.tally import Confusion
from porescope.segment.truth import ManualTruth, RestoredFrame, SimulatedTruth, between_pixels, carry
from porescope.simulate.truth import FACE
from porescope.volume import Spacing, write_volume

SPACING = Spacing(0.05, 0.025, 0.025)


def test_scores_of_a_confusion_counted_by_hand() -> None:
    truth = np.array([[0, 0, 0, 0, 1, 1, 1, 2, 2, UNKNOWN]], np.uint8)
    masks = np.array([[0, 0, 0, 1, 1, 2, 0, 1, 0, 1]], np.uint8)
    # metal 4: 3 right; dark pore 3: 2 found; shine-through 2: 1 found; the unknown pixel counts nowhere
    confusion = Confusion.of(truth, masks)
    assert confusion.counts.tolist() == [[3, 1], [1, 2], [1, 1]]
    scores = confusion.scores()
    assert scores == pytest.approx(
        {
            "accuracy": 6 / 9,
            "precision": 3 / 4,
            "recall": 3 / 5,
            "jaccard": 3 / 6,
            "dice": 6 / 9,
            "jaccard_solid": 3 / 6,
            "recall_shine_through": 1 / 2,
            "density_error": 5 / 9 - 4 / 9,
        }
    )


def test_what_cannot_be_divided_is_nan() -> None:
    scores = Confusion.of(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8)).scores()
    assert scores["accuracy"] == 1
    assert np.isnan([scores["precision"], scores["recall"], scores["jaccard"], scores["recall_shine_through"]]).all()


def test_truth_follows_the_restored_slices() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, (40, 50), dtype=np.uint8)
    drift, estimated = np.array([3.0, -2.0]), np.array([2.0, -3.0])
    raw = np.roll(true, (3, -2), (0, 1))  # raw(p) = true(p - drift)
    restored = np.roll(raw, (-2, 3), (0, 1))[5:35, 6:44]  # moved back by the estimate
    frame = RestoredFrame(np.array([estimated]), (5, 35), (6, 44))
    assert np.array_equal(carry(true, (true == 0) * 1.0, drift, 0, frame), restored)


def test_truth_between_pixels_follows_partial_volumes() -> None:
    """Half a pixel on along y and x, a disc stays a disc; the nearest pixel would be off by half a pixel."""
    y, x = np.mgrid[:60, :60]

    def classes(shift: float) -> tuple[np.ndarray, np.ndarray]:
        metal = np.clip(np.hypot(y + shift - 30, x + shift - 30) - 20 + 0.5, 0, 1)
        return (metal < 0.5).astype(np.uint8), metal

    moved = between_pixels(*classes(0), np.array([0.5, 0.5]))
    assert np.count_nonzero(moved != classes(0.5)[0]) < 5 < np.count_nonzero(classes(0)[0] != classes(0.5)[0])


def test_a_perfect_estimate_gives_the_truth_itself_and_beyond_it_nothing_is_known() -> None:
    true = np.arange(12, dtype=np.uint8).reshape(3, 4)
    frame = RestoredFrame(np.array([[5.3, 1.7]]), (-1, 3), (0, 5))
    carried = carry(true, (true == 0) * 1.0, np.array([5.3, 1.7]), 0, frame)
    assert np.array_equal(carried[1:, :4], true)
    assert (carried[0] == UNKNOWN).all()
    assert (carried[:, 4] == UNKNOWN).all()


def write_restored(path: Path, shifts: list[list[float]], y: list[int], x: list[int]) -> Path:
    path.write_text(json.dumps({"shift_px": shifts, "crop_px": {"y": y, "x": x}}))
    return path


def simulated(folder: Path, sample: str, true: np.ndarray) -> dict[str, str]:
    write_volume(folder / sample / "truth.ome.zarr", true, SPACING, "labels")
    write_volume(folder / sample / "truth.ome.zarr", (255 * (true == 0)).astype(np.uint8), SPACING, "image", group=FACE)
    drift = pd.DataFrame({"slice": range(len(true)), "shift_y_px": 1.0, "shift_x_px": 0.0})
    drift.to_csv(folder / sample / "drift.csv", index=False)
    return {"volume": str(folder / sample / "truth.ome.zarr"), "drift": str(folder / sample / "drift.csv")}


def test_a_campaign_is_scored_by_split(tmp_path: Path) -> None:
    true = np.zeros((20, 16, 16), np.uint8)
    true[:, :, 8:] = 1
    truths = {name: simulated(tmp_path, name, true) for name in ("b", "a")}
    frames = [write_restored(tmp_path / f"{name}.json", [[1.0, 0.0]] * 20, [0, 16], [0, 16]) for name in ("b", "a")]
    wrong = (true > 0).astype(np.uint8)
    wrong[15:, :, 8:12] = 0
    masks = []
    for segmenter, mask in (("unet_hybrid", true), ("cta", wrong)):
        for name in ("b", "a"):
            masks.append(tmp_path / segmenter / f"{name}.ome.zarr")
            write_volume(masks[-1], mask, SPACING, "labels")
    plan = pd.DataFrame(
        {
            "sample": ["b"] * 20 + ["a"] * 20,
            "slice": [*range(20), *range(20)],
            "split": ["train"] * 10
            + ["gap"] * 2
            + ["validation"] * 3
            + ["held_out_slab"] * 5
            + ["held_out_specimen"] * 20,
            "y0_px": None,
            "x0_px": None,
        }
    )
    plan.to_csv(tmp_path / "plan.csv", index=False)
    for path in masks[:2]:
        write_volume(path, (200 * (true > 0)).astype(np.uint8), SPACING, "image", group="probability")
    out = tmp_path / "scores.csv", tmp_path / "reliability.csv"
    score_campaign(masks, ["cta", "unet_hybrid"], ["unet_hybrid"], truths, frames, tmp_path / "plan.csv", *out)
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert tuple(scores.columns) == COLUMNS
    assert scores[["sample", "segmenter", "split", "slices"]].to_numpy().tolist() == [
        ["b", "cta", "train", 15],
        ["b", "cta", "held_out_slab", 5],
        ["b", "unet_hybrid", "train", 15],
        ["b", "unet_hybrid", "held_out_slab", 5],
        ["a", "cta", "held_out_specimen", 20],
        ["a", "unet_hybrid", "held_out_specimen", 20],
    ]
    assert scores["jaccard"].tolist() == [1, 0.5, 1, 1, 0.875, 1]
    assert scores["density_error"].tolist() == [0, 0.25, 0, 0, 0.0625, 0]
    # the wrong mask's interface is 4 px off; pi / 4 of an edge a row is the truth's length, and only 3 px of 4 are near
    assert scores["interface_displacement_px"].tolist() == pytest.approx(
        [0, 3 * 4 / np.pi, 0, 0, 0.25 * 3 * 4 / np.pi, 0], abs=1e-5
    )
    assert scores["accuracy_off_interface"].tolist() == pytest.approx(
        [1, 11 / 14, 1, 1, 1 - 0.25 * 3 / 14, 1], abs=1e-5
    )
    network = scores[scores["segmenter"] == "unet_hybrid"]
    assert network["brier"].to_numpy() == pytest.approx(0.5 * (1 - 200 / 255) ** 2, abs=1e-5)
    assert network["ece"].to_numpy() == pytest.approx(0.5 * (1 - 200 / 255), abs=1e-5)
    curve = pd.read_csv(tmp_path / "reliability.csv")
    assert set(curve["segmenter"]) == {"unet_hybrid"}
    assert curve[curve["split"] == "held_out_slab"]["observed"].tolist() == [0, 1]


def test_without_truth_there_is_a_table_without_rows(tmp_path: Path) -> None:
    score_campaign([], ["cta"], [], {}, [], None, tmp_path / "scores.csv", tmp_path / "reliability.csv")
    assert (tmp_path / "scores.csv").read_text().strip() == ",".join(COLUMNS)


def test_without_a_plan_every_slice_is_held_out() -> None:
    assert grouped({0: "a", 1: "b"}, {}) == {"held_out_specimen": ["a", "b"]}


def test_the_band_beside_an_interface_is_one_pixel_on_either_side() -> None:
    truth = np.zeros((6, 8), np.uint8)
    truth[:, 4:] = 1
    truth[0, :] = UNKNOWN
    around = Surroundings.of(truth)
    assert around.beside[1:].tolist() == [[False] * 3 + [True] * 2 + [False] * 3] * 5
    assert not around.beside[0].any()
    assert not around.known[0].any()
    assert around.length_px == pytest.approx(5 * np.pi / 4)
    moved = np.zeros(truth.shape, bool)
    moved[:, 5:] = True
    assert displaced(around, moved) == 5


def test_interface_length_of_a_disc() -> None:
    y, x = np.mgrid[:101, :101]
    disc = (np.hypot(y - 50.3, x - 50.1) < 30).astype(np.uint8)
    assert Surroundings.of(disc).length_px == pytest.approx(2 * np.pi * 30, rel=0.02)


def test_calibration_error_of_probabilities_that_lie_and_of_those_that_do_not() -> None:
    rng = np.random.default_rng(0)
    said = rng.integers(0, 256, 400_000).astype(np.uint8)
    honest = count_levels(said, rng.random(said.size) < said / 255)
    assert expected_calibration_error(honest) < 0.005
    boastful = count_levels(said, rng.random(said.size) < 0.5 + 0.5 * (said / 255 - 0.5))
    assert expected_calibration_error(boastful) == pytest.approx(0.125, abs=0.01)  # mean of |p - 0.5| / 2
    assert brier(count_levels(np.array([0, 255, 255], np.uint8), np.array([False, True, False]))) == pytest.approx(
        1 / 3
    )
    assert np.isnan(brier(np.zeros((256, 2), int)))
    table = reliability(honest)
    assert table["pixels"].sum() == said.size
    assert table["pixels"].max() < 1.2 * table["pixels"].min()


def test_manual_labels_of_some_slices(tmp_path: Path) -> None:
    label = np.zeros((20, 30), np.uint8)
    label[4:9, 10:20] = 255
    tifffile.imwrite(tmp_path / "s_0002.tif", label)
    frame = RestoredFrame(np.array([[0, 0], [0, 0], [1.0, -2.0]]), (2, 18), (3, 27))
    truth = ManualTruth([tmp_path / "s_0002.tif"], [f"raw/s_{i:04d}.tif" for i in range(3)], ">0", frame)
    known = truth.read(slice(0, 3))
    assert list(known) == [2]
    assert np.array_equal(known[2], (label == 0)[3:19, 1:25])


def test_manual_labels_of_a_multi_page_stack(tmp_path: Path) -> None:
    labels = np.random.default_rng(0).integers(0, 2, (3, 20, 30), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "stack.tif", labels, photometric="minisblack")
    frame = RestoredFrame(np.zeros((3, 2)), (0, 20), (0, 30))
    truth = ManualTruth([tmp_path / "stack.tif"], ["raw/stack.tiff"], "==0", frame)
    assert np.array_equal(np.stack(list(truth.read(slice(0, 3)).values())), labels)


def test_labels_of_no_slice_are_refused(tmp_path: Path) -> None:
    frame = RestoredFrame(np.zeros((1, 2)), (0, 20), (0, 30))
    with pytest.raises(InputError, match="labels of no raw slice; expected the stem of one, such as 's_0'"):
        ManualTruth([tmp_path / "other.tif"], ["s_0.tif"], ">0", frame)


def test_truth_of_another_number_of_slices_is_refused(tmp_path: Path) -> None:
    source = simulated(tmp_path, "a", np.zeros((5, 16, 16), np.uint8))
    frame = RestoredFrame(np.zeros((6, 2)), (0, 16), (0, 16))
    with pytest.raises(InputError, match="5 slices"):
        SimulatedTruth(source["volume"], source["drift"], frame)
