"""Trained generators on disk: weights as safetensors, what is needed to build the network as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from safetensors.torch import load_file, save_file
from torch import nn

from porescope.generate.conditions import ConditionCode

Network = TypeVar("Network", bound=nn.Module)


def save_model(weights: str | Path, architecture: str | Path, network: nn.Module, description: dict[str, Any]) -> None:
    """Write a network.

    Parameters
    ----------
    weights, architecture : path
        The .safetensors and the .json file.
    network : module
    description : dict
        JSON-like: 'network', the arguments of its class; 'code', the condition code; 'field_px', 'pixel_um'; and
        what sampling needs beside.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, str(weights))
    Path(architecture).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def load_model(
    weights: str | Path, architecture: str | Path, build: Callable[..., Network], device: str
) -> tuple[Network, ConditionCode, dict[str, Any]]:
    """The network, ready to generate, its condition code and its description; see save_model."""
    description = json.loads(Path(architecture).read_text(encoding="utf-8"))
    network = build(**description["network"])
    network.load_state_dict(load_file(str(weights)))
    return network.to(device).eval(), ConditionCode.from_json(description["code"]), description
