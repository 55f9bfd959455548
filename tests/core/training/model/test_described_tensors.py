import pytest
import torch
from torch import Tensor

from core.training.model.described_tensors import first_misfit

WIDTH = 4


@pytest.fixture
def tensors() -> dict[str, Tensor]:
    """What a model of four numbers a crystal keeps besides its weights."""
    return {
        "encoder/weight": torch.zeros(3, 3),
        "seen/crystals": torch.tensor([3, 5]),
        "seen/labels/band gap": torch.tensor([3]),
        "domain/radius": torch.tensor(2.0),
        "domain/centre": torch.zeros(WIDTH),
        "domain/scale": torch.ones(WIDTH),
        "domain/embeddings": torch.zeros(7, WIDTH),
        "domain/ranges/density": torch.tensor([1.0, 5.0]),
    }


def test_what_a_model_keeps_fits(tensors: dict[str, Tensor]):
    assert first_misfit(tensors, WIDTH) == ""


def test_a_model_may_keep_nothing():
    assert first_misfit({"encoder/weight": torch.zeros(3)}, WIDTH) == ""


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("seen/crystals", torch.tensor([[3, 5]])),
        ("seen/labels/band gap", torch.tensor([3.0])),
        ("domain/radius", torch.ones(1)),
        ("domain/radius", torch.tensor(float("nan"))),
        ("domain/radius", torch.tensor(2)),
        ("domain/centre", torch.zeros(WIDTH + 1)),
        ("domain/embeddings", torch.zeros(7, WIDTH + 1)),
        ("domain/embeddings", torch.tensor(1.0)),
        ("domain/ranges/density", torch.tensor([1.0])),
        ("domain/ranges/density", torch.zeros(0)),
    ],
)
def test_a_tensor_of_another_shape_or_type_is_named(tensors: dict[str, Tensor], name: str, tensor: Tensor):
    assert first_misfit({**tensors, name: tensor}, WIDTH) == name


@pytest.mark.parametrize("name", ["domain/centre", "domain/scale", "domain/embeddings", "domain/radius"])
def test_a_missing_part_of_the_domain_is_named(tensors: dict[str, Tensor], name: str):
    del tensors[name]
    assert first_misfit(tensors, WIDTH) == name
