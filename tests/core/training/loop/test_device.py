import pytest
import torch

from core.config import ComputeSettings
from core.encoders import create_encoder
from core.errors import SettingError
from core.training.loop import device as device_module
from core.training.loop.device import MOST_THREADS, choose_device
from tests.core.training.graphs import SMALL_ENCODER


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that says it has a recent GPU."""
    monkeypatch.setattr(device_module, "_works", lambda device: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "H200")


@pytest.fixture(autouse=True)
def usual_products() -> None:
    torch.set_float32_matmul_precision("highest")


@pytest.mark.parametrize(("threads", "words"), [(1, "processor (1 thread)"), (2, "processor (2 threads)")])
def test_the_processor_is_named_with_its_threads(threads: int, words: str):
    device = choose_device(ComputeSettings(device="cpu", threads=threads))
    assert device.torch_device.type == "cpu"
    assert device.words == words
    assert torch.get_num_threads() == threads
    torch.set_num_threads(1)


@pytest.mark.parametrize(("cores", "threads"), [(2, 2), (64, MOST_THREADS)])
def test_by_default_there_is_a_thread_for_each_core_but_not_too_many(
    cores: int, threads: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(device_module, "usable_cores", lambda: cores)
    chosen: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", chosen.append)
    choose_device(ComputeSettings(device="cpu"))
    assert chosen == [threads]


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "", "meta"])
def test_a_device_that_is_not_there_is_refused(name: str):
    with pytest.raises(SettingError):
        choose_device(ComputeSettings(device=name, threads=1))


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_auto_falls_back_to_the_processor_and_says_why():
    assert choose_device(ComputeSettings(threads=1)).words == "processor (1 thread; no usable GPU found)"


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize(
    ("precision", "words", "dtype", "products"),
    [
        ("auto", "GPU (H200), bfloat16", torch.bfloat16, "high"),
        ("bfloat16", "GPU (H200), bfloat16", torch.bfloat16, "high"),
        ("float32", "GPU (H200)", torch.float32, "highest"),
    ],
)
def test_a_gpu_is_named_with_what_it_computes_in(
    precision: str, words: str, dtype: torch.dtype, products: str
):
    device = choose_device(ComputeSettings(precision=precision, threads=1))
    assert (device.torch_device.type, device.words, device.warning) == ("cuda", words, "")
    assert device.encoder_dtype is dtype
    assert torch.get_float32_matmul_precision() == products


def test_an_apple_gpu_is_allowed_with_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(device_module, "_works", lambda device: device.type == "mps")
    device = choose_device(ComputeSettings(device="mps", threads=1))
    assert device.words == "Apple GPU (mps)"
    assert "not tested" in device.warning
    assert device.encoder_dtype is torch.float32


def test_an_encoder_computes_as_precisely_as_was_chosen():
    module = torch.nn.ModuleList([create_encoder("site_net", SMALL_ENCODER, 10)])
    device = choose_device(ComputeSettings(device="cpu", precision="bfloat16", threads=1))
    assert device.place(module)[0].dtype is torch.bfloat16
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}
