import torch

from core.objectives.clouds.cloud_task import NOISE, UNIT
from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of


def test_it_learns_by_what_a_cloud_was_moved():
    found, trivial = learned(task_of("shift"), steps=40)
    assert found["MSE"] < 0.2 * trivial["MSE"]


def test_the_cloud_less_its_shift_is_the_cloud():
    clouds = prototype_clouds()
    inputs, shift = drawn(task_of("shift"), clouds)
    torch.testing.assert_close(UNIT * (inputs.vectors - shift[:, None]), torch.as_tensor(clouds.vectors))


def test_shifts_are_as_wide_as_published():
    _, shift = drawn(task_of("shift"), prototype_clouds(clouds_per_crystal=100))
    torch.testing.assert_close(shift.std(), torch.tensor(NOISE / UNIT), rtol=0.05, atol=0)
