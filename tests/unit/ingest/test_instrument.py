"""If one fails, sizes and settings that microscopes write into their files would be lost or misread."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from porescope.ingest.instrument import image_rows, instrument_settings
from porescope.ingest.metadata import file_voxel_size

PIXELS = np.arange(600, dtype=np.uint8).reshape(20, 30)


def tagged(path: Path, tag: int, kind: str, text: str) -> Path:
    tifffile.imwrite(path, PIXELS, extratags=[(tag, kind, 0, text.encode("cp1252"), True)], metadata=None)
    return path


def test_fei(tmp_path: Path) -> None:
    text = (
        "[System]\r\nSystemType=Helios\r\n[Beam]\r\nBeam=EBeam\r\n[EBeam]\r\nHV=2000\r\nWD=0.0041\r\n"
        "[Scan]\r\nPixelWidth=2e-08\r\nDwelltime=3e-06\r\n[Stage]\r\nStageT=0.907571\r\nStageZ=0.004\r\n"
        "[Image]\r\nResolutionY=17\r\n\0"
    )
    path = tagged(tmp_path / "a.tif", 34682, "s", text)
    found = instrument_settings(path)
    assert found.pop("stage_tilt_deg") == pytest.approx(52, abs=0.01)
    assert found == {
        "maker": "FEI", "system": "Helios", "accelerating_voltage_kV": 2.0, "working_distance_mm": 4.1,
        "stage_z_mm": 4.0, "dwell_us": 3.0,
    }  # fmt: skip
    assert image_rows(path) == 17


def test_zeiss(tmp_path: Path) -> None:
    entries = ["AP_WD\r\nWD =  5.1 mm", "AP_ACTUALKV\r\nEHT =  1.50 kV", "AP_STAGE_AT_T\r\nStage at T =  54.0 °"]
    text = "\r\n".join(["1", "2", *entries, "\0"])
    found = instrument_settings(tagged(tmp_path / "a.tif", 34118, "s", text))
    assert found == {
        "maker": "Zeiss", "accelerating_voltage_kV": 1.5, "working_distance_mm": 5.1, "stage_tilt_deg": 54.0,
    }  # fmt: skip


TESCAN = "[MAIN]\r\nPixelSizeX=1.2e-08\r\nPixelSizeY=1.5e-08\r\n[SEM]\r\nHV=2000.0\r\nWD=0.0049\r\nStageTilt=55.0\r\n"


def test_tescan_in_the_tag_and_beside_the_file(tmp_path: Path) -> None:
    inside = tagged(tmp_path / "a.tif", 50431, "B", TESCAN)
    tifffile.imwrite(tmp_path / "b.tif", PIXELS, metadata=None)
    (tmp_path / "b-tif.hdr").write_text(TESCAN, encoding="latin-1")
    for path in (inside, tmp_path / "b.tif"):
        assert [size and pytest.approx(size.um) for size in file_voxel_size(path)] == [None, 0.015, 0.012]
        assert instrument_settings(path) == {
            "maker": "TESCAN", "accelerating_voltage_kV": 2.0, "working_distance_mm": 4.9, "stage_tilt_deg": 55.0,
        }  # fmt: skip


def test_a_plain_file_says_nothing(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS)
    assert instrument_settings(tmp_path / "a.tif") == {}
    assert image_rows(tmp_path / "a.tif") is None
