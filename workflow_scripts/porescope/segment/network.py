"""The network, and the file that holds its weights together with all that is needed to apply it."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from porescope.errors import InputError
from porescope.segment.architectures import FOLD, CholletUnet, FoldedUnet

DEEPEST_ENCODER = 5
"""How often encoders of segmentation_models_pytorch halve an image, unless they are told otherwise."""

METADATA = "porescope segmenter 2"
"""Key of the entry with the network's options in a weights file."""


@dataclass(frozen=True)
class NetworkOptions:
    """A network by name.

    Attributes
    ----------
    architecture : str
        'folded' or 'chollet' (see architectures), or one of segmentation_models_pytorch such as 'unet'.
    settings : dict
        What the architecture is built with: ``channels`` of 'folded'; for those of segmentation_models_pytorch
        ``encoder_name`` ('resnet18', 'tu-regnetx_002', ...), ``encoder_depth``, ``decoder_channels`` and so on.
    in_channels : int
        The slice and its neighbours: odd.
    classes : int
    """

    architecture: str
    settings: Mapping[str, Any]
    in_channels: int
    classes: int

    @property
    def multiple_px(self) -> int:
        """Edges of an input must be multiples of this."""
        if self.architecture == "folded":
            return FOLD * 2 ** (len(self.settings["channels"]) - 1)
        if self.architecture == "chollet":
            return 2 ** len(CholletUnet.UP)
        return int(2 ** self.settings.get("encoder_depth", DEEPEST_ENCODER))

    @property
    def neighbours(self) -> int:
        """Neighbouring slices on each side among the channels."""
        return self.in_channels // 2


@dataclass(frozen=True)
class Calibration:
    """What makes a network's answers probabilities; see porescope.segment.calibrate.

    Attributes
    ----------
    slope, offset : float
        Of the logarithm of the odds of pore.
    margin : float
        Half-width of the 95 % interval of a relative density, in units of the expected share of wrong pixels.
    """

    slope: float
    offset: float
    margin: float


def build(options: NetworkOptions) -> nn.Module:
    """The network with random weights.

    Raises
    ------
    InputError
        Unknown architecture or encoder, or settings that do not belong together.
    """
    own: dict[str, Callable[..., nn.Module]] = {"folded": FoldedUnet, "chollet": CholletUnet}
    try:
        if options.architecture in own:
            return own[options.architecture](options.in_channels, options.classes, **options.settings)
        import segmentation_models_pytorch as smp  # takes longer to import than most stacks to predict

        return smp.create_model(
            options.architecture,
            encoder_weights=None,
            in_channels=options.in_channels,
            classes=options.classes,
            **options.settings,
        )
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        raise InputError(
            f"config segment: network architecture '{options.architecture}' with {dict(options.settings)} cannot be "
            f"built: {error}"
        ) from error


def load_encoder(network: nn.Module, path: str | Path) -> None:
    """Give the encoder of a network pretrained weights from a local file.

    Parameters
    ----------
    network : Module
        Of segmentation_models_pytorch: its part named ``encoder`` is filled.
    path : path
        Safetensors whose names are those of the encoder, with or without ``encoder.`` before them. A first layer made
        for another number of channels is averaged over its own and repeated.

    Raises
    ------
    InputError
        No such file, a network without an encoder, or tensors that do not fit it.
    """
    encoder = getattr(network, "encoder", None)
    if encoder is None:
        raise InputError(f"{path}: encoder weights, but this architecture of the network has no encoder of its own")
    stored = {name.removeprefix("encoder."): value for name, value in read_tensors(path)[0].items()}
    fitted = {}
    for name, own in encoder.state_dict().items():
        if name not in stored:
            raise InputError(f"{path}: has no tensor '{name}' of the encoder; expected weights of the same encoder")
        value = stored[name]
        if value.ndim == own.ndim == 4 and value.shape[1] != own.shape[1]:
            value = value.mean(1, keepdim=True).expand_as(own) * value.shape[1] / own.shape[1]
        if value.shape != own.shape:
            raise InputError(f"{path}: tensor '{name}' is {tuple(value.shape)}, expected {tuple(own.shape)}")
        fitted[name] = value
    encoder.load_state_dict(fitted)


def as_input(grey: np.ndarray) -> torch.Tensor:
    """Normalised grey values as a network's input: float32, about -1 to 1."""
    return torch.from_numpy(grey).float() / 85.0 - 1.5


def parameter_count(network: nn.Module) -> int:
    """Number of trained values."""
    return sum(p.numel() for p in network.parameters())


def save_network(
    path: str | Path, weights: Mapping[str, torch.Tensor], options: NetworkOptions, calibration: Calibration
) -> None:
    """Write weights as safetensors with the network's options and its calibration in the file's metadata.

    The metadata is one entry, because safetensors stores several in no fixed order: equal networks are equal files.
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    record = json.dumps({"network": asdict(options), "calibration": asdict(calibration)})
    Path(path).write_bytes(save(tensors, metadata={METADATA: record}))


def load_network(path: str | Path, device: str = "cpu") -> tuple[nn.Module, NetworkOptions, Calibration]:
    """Read a network that save_network wrote, ready to be applied.

    Raises
    ------
    InputError
        The file is none of these.
    """
    weights, metadata = read_tensors(path)
    if METADATA not in metadata:
        raise InputError(f"{path}: its metadata has no entry '{METADATA}'; expected weights that rule train_unet wrote")
    record = json.loads(metadata[METADATA])
    options = NetworkOptions(**record["network"])
    network = build(options)
    network.load_state_dict(weights)
    network = network.to(device).to(memory_format=torch.channels_last)
    return network.eval(), options, Calibration(**record["calibration"])


def fold_normalisation(network: nn.Module) -> None:
    """Put the batch normalisation behind a convolution into that convolution, for a network that is only applied."""
    for block in network.children():
        if isinstance(block, nn.Sequential):
            for place, (layer, behind) in enumerate(itertools.pairwise(block)):
                if isinstance(layer, nn.Conv2d) and isinstance(behind, nn.BatchNorm2d):
                    folded = nn.utils.fuse_conv_bn_eval(layer, behind)
                    block[place], block[place + 1] = folded.to(memory_format=torch.channels_last), nn.Identity()
        fold_normalisation(block)


def read_tensors(path: str | Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """All tensors of a safetensors file by name, and its metadata."""
    try:
        with safe_open(path, framework="pt") as stored:
            weights = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 no mapping
            return weights, stored.metadata() or {}
    except (SafetensorError, FileNotFoundError) as error:
        raise InputError(f"{path}: no safetensors file with the weights of a segmenter ({error})") from error
