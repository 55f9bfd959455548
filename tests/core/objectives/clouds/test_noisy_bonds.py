import torch

from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of


def test_it_learns_which_points_were_moved():
    found, trivial = learned(task_of("noisy bonds"), steps=40)
    assert trivial["accuracy"] == 0.5
    assert found["accuracy"] > 0.65


def test_half_of_the_points_are_moved_and_the_others_are_not():
    task, clouds = task_of("noisy bonds"), prototype_clouds()
    inputs, is_moved = drawn(task, clouds)
    assert (is_moved.sum(dim=1) == clouds.num_points // 2).all()
    stays = (inputs.vectors == task.inputs_of(clouds).vectors).all(dim=-1)
    assert torch.equal(stays, is_moved == 0)
