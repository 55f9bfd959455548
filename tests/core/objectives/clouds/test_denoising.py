import torch

from core.objectives.clouds.cloud_task import UNIT
from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of


def test_it_learns_where_points_were_before_the_noise():
    found, trivial = learned(task_of("denoising"), steps=40)
    assert found["MSE"] < 0.8 * trivial["MSE"]


def test_the_trivial_guess_is_the_noisy_cloud():
    task = task_of("denoising")
    inputs, targets = drawn(task, prototype_clouds())
    assert torch.equal(task.trivial(inputs, targets), inputs.vectors)
    assert (inputs.vectors - targets).abs().max() > 0.1


def test_targets_are_the_clouds_as_they_are_however_often_they_are_drawn():
    task, clouds = task_of("denoising"), prototype_clouds()
    for seed in range(3):
        _, targets = drawn(task, clouds, seed)
        torch.testing.assert_close(UNIT * targets, torch.as_tensor(clouds.vectors))


def test_noise_moves_no_cloud_as_a_whole():
    inputs, targets = drawn(task_of("denoising"), prototype_clouds())
    torch.testing.assert_close(inputs.vectors.mean(dim=1), targets.mean(dim=1), rtol=0, atol=1e-5)
