"""State of a long training, kept beside its outputs so that a killed job continues where it was.

Use::

    checkpoint = Checkpoint(beside(weights), work_key({"options": ..., "code": code, "seed": seed}, [patches]))
    state = checkpoint.load()          # None: start from the beginning
    if state is not None:
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    for step in range(start, steps):
        ...
        if checkpoint.due():
            checkpoint.save({"step": step + 1, "network": network.state_dict(), "optimizer": optimizer.state_dict()})
    ...                                # write the outputs
    checkpoint.delete()

To end with the same weights as an undisturbed run, all that is random must follow from the seed and the step number
(or have its state saved, as ``torch.get_rng_state()``).
"""

import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from porescope.progress import readable
from porescope.provenance import content_hash, json_digest

log = logging.getLogger(__name__)


class Checkpoint:
    """One file with the state of unfinished work.

    Parameters
    ----------
    path : path
        Where the state lies; see beside().
    key : str
        Digest of all that the result depends on; see work_key(). State with another key is discarded.
    every_s : float
        Least time in seconds between two savings, as due() tells it.
    """

    def __init__(self, path: Path, key: str, every_s: float = 20.0) -> None:
        self.path = path
        self.key = key
        self.every_s = every_s
        self._last = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self._last >= self.every_s

    def save(self, state: Mapping[Any, Any]) -> None:
        """Replace the saved state, at once or not at all.

        Parameters
        ----------
        state : mapping
            Nested mappings and sequences of tensors, numbers, texts, truth values and None.
        """
        tensors: dict[str, torch.Tensor] = {}
        tree = json.dumps(_pack(state, tensors))
        unfinished = self.path.with_name(f"{self.path.name}.tmp")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, unfinished, metadata={"key": self.key, "tree": tree})
        os.replace(unfinished, self.path)
        self._last = time.monotonic()

    def load(self) -> dict[Any, Any] | None:
        """The saved state, its tensors on the CPU, or None if there is none for this key; tuples come as lists."""
        if not self.path.is_file():
            return None
        try:
            with safe_open(self.path, framework="pt") as stored:
                metadata = stored.metadata() or {}
                tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 no mapping
        except SafetensorError as error:
            log.warning("%s: unreadable state of earlier work is discarded (%s)", self.path, error)
            self.delete()
            return None
        if metadata.get("key") != self.key:
            log.info("%s: state of other parameters, code or inputs is discarded", self.path)
            self.delete()
            return None
        age = time.time() - self.path.stat().st_mtime
        log.info("%s: continuing from the state saved %s ago", self.path, readable(age))
        return dict(_unpack(json.loads(metadata["tree"]), tensors))

    def delete(self) -> None:
        """Forget the saved state; call it when the outputs are written."""
        self.path.unlink(missing_ok=True)
        self.path.with_name(f"{self.path.name}.tmp").unlink(missing_ok=True)


def beside(output: str | Path) -> Path:
    """Where the state of the work towards an output lies: in the same folder, outside the output."""
    return Path(output).with_name(f"{Path(output).name}.unfinished")


def work_key(parameters: Mapping[str, Any], inputs: Sequence[str | Path]) -> str:
    """Digest of parameters (JSON-like; options, code digest, seed) and of the contents of input files."""
    return json_digest({"parameters": dict(parameters), "inputs": [content_hash(Path(p)) for p in inputs]})


def _pack(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """A JSON form of the tree; its tensors go to the dictionary under running numbers."""
    if isinstance(value, torch.Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {"tensor": name}
    if isinstance(value, Mapping):
        return {"items": [[key, _pack(item, tensors)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_pack(item, tensors) for item in value]
    return value


def _unpack(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpack(item, tensors) for item in value]
    if isinstance(value, dict):
        if "tensor" in value:
            return tensors[value["tensor"]]
        return {key: _unpack(item, tensors) for key, item in value["items"]}
    return value
