"""Choosing where to compute and how precisely, and saying so in words."""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from core.config import ComputeSettings
from core.encoders.encoding import Encoder
from core.errors import SettingError
from core.jobs import rank
from core.store.process_pool import usable_cores

MOST_THREADS = 4  # by default: the tensors here are small, and more threads wait for each other
APPLE_WARNING = "Siteloupe is not tested on Apple GPUs: compare a short run with one on the processor first."

Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Device:
    """A device that works, with the sentence that tells the user which, and a warning where one is due.

    encoder_dtype: in what the layers of encoders compute; all else is float32.
    """

    torch_device: torch.device
    words: str
    encoder_dtype: torch.dtype = torch.float32
    warning: str = ""

    def place(self, module: Module) -> Module:
        """Move a module to the device and let the encoder in it compute as precisely as was chosen."""
        for part in module.modules():
            if isinstance(part, Encoder):
                part.dtype = self.encoder_dtype
        return module.to(self.torch_device)


def choose_device(settings: ComputeSettings) -> Device:
    """Set the number of threads and find the device asked for; raises SettingError when it is not there.

    Of several processes on a machine each takes its share of the cores, and a GPU of its own.
    """
    threads = settings.threads or max(1, min(usable_cores() // rank.rank_on_machine()[1], MOST_THREADS))
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # tails of exponentials become denormal numbers, ten times slower
    device = _find(settings.device)
    dtype = _encoder_dtype(settings, device)
    if device.type == "cuda":
        # TF32: products of float32 with three digits in, seven out; where asked for float32, seven in.
        torch.set_float32_matmul_precision("highest" if settings.precision == "float32" else "high")
    words = _words(device, threads)
    if settings.device == "auto" and device.type == "cpu":
        words = f"{words.removesuffix(')')}; no usable GPU found)"
    if dtype is torch.bfloat16:
        words += ", bfloat16"
    return Device(device, words, dtype, APPLE_WARNING if device.type == "mps" else "")


def _find(wanted: str) -> torch.device:
    number, count = rank.rank_on_machine()
    if wanted in ("auto", "cuda") and count > 1 and torch.cuda.is_available():
        return _own_gpu(number, count)
    if wanted == "auto":
        gpu = torch.device("cuda")
        return gpu if torch.cuda.is_available() and _works(gpu) else torch.device("cpu")
    if count > 1 and wanted.startswith("cuda:"):
        raise SettingError(
            f"{count} processes of the job cannot share the device '{wanted}'.", "Set 'Device' to auto."
        )
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise SettingError(
            f"The setting 'Device' cannot be '{wanted}'.", "Use auto, cpu, cuda, cuda:1 or mps."
        ) from None
    if device.type not in ("cpu", "cuda", "mps") or not _works(device):
        raise SettingError(f"The device '{wanted}' is not usable on this machine.", "Use auto or cpu.")
    return device


def _own_gpu(number: int, count: int) -> torch.device:
    """The GPU of one of several processes on a machine."""
    if count > torch.cuda.device_count():
        raise SettingError(
            f"{count} processes were started on a machine with {torch.cuda.device_count()} GPUs.",
            "Start one for each GPU (torchrun --nproc-per-node), or set 'Device' to cpu.",
        )
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


def _works(device: torch.device) -> bool:
    """Try a small product on the device: a driver may be there and still not run this build."""
    try:
        ones = torch.ones(8, 8, device=device)
        return float((ones @ ones).sum()) == 512.0
    except (RuntimeError, AssertionError):
        return False


def _encoder_dtype(settings: ComputeSettings, device: torch.device) -> torch.dtype:
    if settings.precision == "auto":
        is_made_for_it = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if is_made_for_it else torch.float32
    return torch.bfloat16 if settings.precision == "bfloat16" else torch.float32


def _words(device: torch.device, threads: int) -> str:
    if device.type == "cuda":
        return f"GPU ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "Apple GPU (mps)"
    return f"processor ({threads} thread{'s' if threads > 1 else ''})"
