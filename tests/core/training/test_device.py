import pytest
import torch

from core.config import ComputeSettings
from core.errors import SettingError
from core.training.device import choose_device


def test_the_processor_is_named_with_its_threads():
    device = choose_device(ComputeSettings(device="cpu", threads=1))
    assert device.torch_device.type == "cpu"
    assert device.words == "processor (1 threads)"
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("name", ["gpu", "cuda:99", ""])
def test_a_device_that_is_not_there_is_refused(name: str):
    with pytest.raises(SettingError):
        choose_device(ComputeSettings(device=name, threads=1))


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_auto_falls_back_to_the_processor_and_says_why():
    assert "no usable GPU" in choose_device(ComputeSettings(threads=1)).words
