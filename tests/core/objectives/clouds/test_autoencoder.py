import pytest
import torch
from torch import Tensor

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.objectives.clouds.autoencoder import CODE_WIDTH, Autoencoder
from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of


def test_it_learns_to_place_points_again():
    found, trivial = learned(task_of("autoencoder"), steps=60)
    assert found["MSE"] < 0.85 * trivial["MSE"]


@pytest.mark.parametrize("seed", range(3))
def test_the_decoder_finds_the_coordinates_along_all_axes(seed: int):
    """From codes that hold them; where a pair offers the difference of its points, a quarter is not found."""
    torch.manual_seed(seed)
    task = Autoencoder(CloudCore(1, width=16, num_blocks=1))
    points, to_code = torch.randn(16, 10, 3) / 4, torch.randn(3, CODE_WIDTH)
    axes = task.core.as_points(torch.eye(3).expand(16, 3, 3))

    def off_along_axes() -> Tensor:
        of_axes = task.axis_values.expand(16, -1, -1)
        placed = task.vectors_of(task.decoder.place(task.label(points @ to_code), axes, of_axes))
        return (placed - points).square().mean(dim=(0, 1))

    optimiser = torch.optim.Adam(task.parameters(), lr=5e-3)
    for _ in range(120):
        optimiser.zero_grad()
        off_along_axes().mean().backward()
        optimiser.step()
    assert (off_along_axes() < 0.05 * points.square().mean()).all()


def test_codes_are_drawn_in_training_alone():
    task = task_of("autoencoder")
    inputs, _ = drawn(task, prototype_clouds(clouds_per_crystal=2))
    task.eval()
    assert torch.equal(task(inputs), task(inputs))
    task.train()
    task.core.eval()
    assert not torch.equal(task(inputs), task(inputs))


def test_codes_that_diverge_cost():
    task = task_of("autoencoder").eval()
    inputs, targets = drawn(task, prototype_clouds(clouds_per_crystal=2))
    loss, found = task.learn(inputs, targets)
    torch.nn.init.zeros_(task.code.weight)
    torch.nn.init.zeros_(task.code.bias)
    without, plain = task.learn(inputs, targets)
    assert loss > task.loss(found, targets)
    torch.testing.assert_close(without, task.loss(plain, targets))


def test_the_embedding_is_the_mean_code():
    task = task_of("autoencoder").eval()
    inputs, _ = drawn(task, prototype_clouds(clouds_per_crystal=2))
    assert task.embeddings(inputs).shape == (len(inputs.vectors), CODE_WIDTH)
