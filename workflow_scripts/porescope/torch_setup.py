"""Precision and determinism of networks, the same for every stage that trains or applies one."""

import ctypes
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

Precision = Literal["auto", "float32", "bfloat16"]


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Names of glibc's malloc.h."""

KEPT_BYTES = 512 << 20
"""Freed memory that a process keeps."""

LARGEST_KEPT_BYTES = 32 << 20
"""Of a single tensor; glibc takes no more."""


def autocast(device: str, precision: Precision = "auto") -> AbstractContextManager[object]:
    """Context in which a network computes in bfloat16 where that is fast, in float32 elsewhere.

    Parameters
    ----------
    device : str
        'cpu' or 'cuda'.
    precision : 'auto', 'float32' or 'bfloat16'
        'auto' is bfloat16 on a GPU that has it and on a CPU with instructions for it (AMX or AVX512-BF16). Other
        CPUs emulate it, an order of magnitude slower than float32.
    """
    if precision == "float32" or (precision == "auto" and not fast_bfloat16(device)):
        return nullcontext()
    return torch.autocast(device, dtype=torch.bfloat16)


def fast_bfloat16(device: str) -> bool:
    """Whether the device has instructions for bfloat16."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    found = torch.cpu.get_capabilities()
    return bool(found.get("amx_bf16") or found.get("avx512_bf16"))


def deterministic() -> None:
    """Make equal seeds give equal networks on one machine with one thread count.

    Where an operation has no deterministic form (some gradients on a GPU), PyTorch warns in the log.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = False
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # all is written before it is read
    torch.use_deterministic_algorithms(True, warn_only=True)


def keep_freed_memory() -> None:
    """Let the process keep what tensors free for the next ones of their size, on Linux.

    The C library gives it back to the system after each layer of a network, and the system hands it out again page by
    page, zeroed: a third of the time of a prediction.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):  # not in every C library
            library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
            library.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)
