"""Choosing where to compute, and saying so in words."""

from dataclasses import dataclass

import torch

from core.config import ComputeSettings
from core.errors import SettingError


@dataclass(frozen=True)
class Device:
    """A device that works, with the sentence that tells the user which and why."""

    torch_device: torch.device
    words: str


def choose_device(settings: ComputeSettings) -> Device:
    """Set the number of threads and find the device asked for; raises SettingError when it is not there."""
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)  # tails of exponentials become denormal numbers, ten times slower
    wanted = settings.device
    if wanted == "auto":
        if torch.cuda.is_available() and _works(torch.device("cuda")):
            return Device(torch.device("cuda"), f"GPU ({torch.cuda.get_device_name()})")
        return Device(torch.device("cpu"), f"processor ({settings.threads} threads; no usable GPU found)")
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise SettingError(
            f"The setting 'Device' cannot be '{wanted}'.", "Use auto, cpu, cuda or cuda:1."
        ) from None
    if device.type != "cpu" and not _works(device):
        raise SettingError(f"The device '{wanted}' is not usable on this machine.", "Use auto or cpu.")
    words = f"processor ({settings.threads} threads)" if device.type == "cpu" else wanted
    return Device(device, words)


def _works(device: torch.device) -> bool:
    """Try a small product on the device: a driver may be there and still not run this build."""
    try:
        ones = torch.ones(8, 8, device=device)
        return float((ones @ ones).sum()) == 512.0
    except (RuntimeError, AssertionError):
        return False
