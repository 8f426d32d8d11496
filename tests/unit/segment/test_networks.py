"""If these fail, a network would not be the one its name says."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from porescope.errors import InputError
from porescope.segment.network import (
    NetworkOptions,
    build,
    fold_normalisation,
    load_encoder,
    parameter_count,
)
from porescope.torch_setup import autocast
from segmenting import SMALL


def test_normalisation_folds_into_convolutions_without_changing_answers() -> None:
    network = build(NetworkOptions(**SMALL, in_channels=3, classes=3))
    batch = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    network.train()(batch)  # statistics other than 0 and 1
    network.eval()
    with torch.inference_mode():
        before = network(batch)
        fold_normalisation(network)
        assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.modules())
        assert torch.allclose(network(batch), before, atol=1e-5)


@pytest.mark.parametrize(
    "network",
    [
        {"architecture": "chollet", "settings": {}},
        {"architecture": "unet", "settings": {"encoder_name": "tu-resnet10t", "encoder_depth": 5}},
        {"architecture": "fpn", "settings": {"encoder_name": "resnet18"}},
    ],
)
def test_networks_by_name_give_three_logits_a_pixel(network: dict[str, Any]) -> None:
    options = NetworkOptions(**network, in_channels=3, classes=3)
    edge = 2 * options.multiple_px
    assert build(options)(torch.zeros(2, 3, edge, edge)).shape == (2, 3, edge, edge)


def test_the_papers_network_has_its_filters() -> None:
    network = build(NetworkOptions("chollet", {}, 1, 3))
    filters = [m.out_channels for m in network.modules() if isinstance(m, torch.nn.ConvTranspose2d)]
    assert filters == [256, 256, 128, 128, 64, 64, 32, 32]
    assert parameter_count(network) == pytest.approx(2.06e6, rel=0.01)


def test_an_unknown_network_is_named() -> None:
    with pytest.raises(InputError, match="resnet19"):
        build(NetworkOptions("unet", {"encoder_name": "resnet19"}, 1, 3))
    with pytest.raises(InputError, match="architecture 'vnet'"):
        build(NetworkOptions("vnet", {}, 1, 3))
    with pytest.raises(InputError, match="channel"):
        build(NetworkOptions("folded", {"channel": [8]}, 1, 3))


def test_encoder_weights_of_a_local_file_are_taken(tmp_path: Path) -> None:
    options = NetworkOptions("unet", {"encoder_name": "resnet18"}, 7, 3)
    donor = build(NetworkOptions("unet", {"encoder_name": "resnet18"}, 3, 3)).encoder
    save_file(
        {name: value.contiguous() for name, value in donor.state_dict().items()}, tmp_path / "encoder.safetensors"
    )
    network = build(options)
    load_encoder(network, tmp_path / "encoder.safetensors")
    own = network.encoder.state_dict()
    assert torch.equal(own["layer1.0.conv1.weight"], donor.state_dict()["layer1.0.conv1.weight"])
    grey = torch.rand(1, 1, 32, 32)  # the same in every channel gives what it gave in three
    assert torch.allclose(
        network.encoder.conv1(grey.expand(1, 7, 32, 32)), donor.conv1(grey.expand(1, 3, 32, 32)), atol=1e-5
    )
    with pytest.raises(InputError, match="no encoder"):
        load_encoder(build(NetworkOptions("chollet", {}, 1, 3)), tmp_path / "encoder.safetensors")


def test_precision_is_what_was_asked_for() -> None:
    product = {}
    for precision in ("float32", "bfloat16"):
        with autocast("cpu", precision):
            product[precision] = (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    assert product == {"float32": torch.float32, "bfloat16": torch.bfloat16}
