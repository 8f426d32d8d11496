"""The network, and the file that holds its weights together with all that is needed to apply it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from porescope.errors import InputError

METADATA = "porescope segmenter 1"
"""Key of the entry with the network's options in a weights file."""


@dataclass(frozen=True)
class NetworkOptions:
    """A U-Net of segmentation_models_pytorch.

    Attributes
    ----------
    encoder : str
        Name of its encoder, e.g. 'resnet18' or 'tu-regnetx_002'; weights start at random.
    encoder_depth : int
        How often it halves the image.
    decoder_channels : sequence of int
        One number for each of these steps, coarsest first.
    in_channels : int
        The slice and its neighbours: odd.
    classes : int
    """

    encoder: str
    encoder_depth: int
    decoder_channels: Sequence[int]
    in_channels: int
    classes: int

    @property
    def multiple_px(self) -> int:
        """Edges of an input must be multiples of this."""
        return 2**self.encoder_depth

    @property
    def neighbours(self) -> int:
        """Neighbouring slices on each side among the channels."""
        return self.in_channels // 2


def build(options: NetworkOptions) -> torch.nn.Module:
    """The network with random weights.

    Raises
    ------
    InputError
        Unknown encoder, or a depth and a list of decoder channels that do not belong together.
    """
    try:
        return smp.Unet(
            options.encoder,
            encoder_depth=options.encoder_depth,
            encoder_weights=None,
            decoder_channels=tuple(options.decoder_channels),
            in_channels=options.in_channels,
            classes=options.classes,
        )
    except (KeyError, ValueError, RuntimeError) as error:
        raise InputError(
            f"config segment/training/network: encoder '{options.encoder}' with encoder_depth {options.encoder_depth} "
            f"and decoder_channels {list(options.decoder_channels)} makes no U-Net of segmentation_models_pytorch: "
            f"{error}"
        ) from error


def as_input(grey: np.ndarray) -> torch.Tensor:
    """Normalised grey values as a network's input: float32, about -1 to 1."""
    return torch.from_numpy(grey).float() / 85.0 - 1.5


def parameter_count(network: torch.nn.Module) -> int:
    """Number of trained values."""
    return sum(p.numel() for p in network.parameters())


def save_network(path: str | Path, weights: Mapping[str, torch.Tensor], options: NetworkOptions) -> None:
    """Write weights as safetensors with the network's options in the file's metadata.

    The metadata is one entry, because safetensors stores several in no fixed order: equal networks are equal files.
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    Path(path).write_bytes(save(tensors, metadata={METADATA: json.dumps(asdict(options))}))


def load_network(path: str | Path, device: str = "cpu") -> tuple[torch.nn.Module, NetworkOptions]:
    """Read a network that save_network wrote, ready to be applied.

    Raises
    ------
    InputError
        The file is none of these.
    """
    try:
        with safe_open(path, framework="pt") as stored:
            metadata = stored.metadata() or {}
            weights = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 no mapping
    except (SafetensorError, FileNotFoundError) as error:
        raise InputError(f"{path}: no safetensors file with the weights of a segmenter ({error})") from error
    if METADATA not in metadata:
        raise InputError(f"{path}: its metadata has no entry '{METADATA}'; expected weights that rule train_unet wrote")
    options = NetworkOptions(**json.loads(metadata[METADATA]))
    network = build(options)
    network.load_state_dict(weights)
    return network.to(device).eval(), options
