import torch

from core.objectives.clouds.cloud_task import UNIT
from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of


def test_it_learns_where_the_nearest_neighbour_is():
    found, trivial = learned(task_of("nearest bond"), steps=70)
    assert found["MSE"] < 0.85 * trivial["MSE"]


def test_what_is_shown_and_what_is_to_be_found_are_the_cloud():
    clouds = prototype_clouds()
    inputs, nearest = drawn(task_of("nearest bond"), clouds)
    assert inputs.vectors.shape[1] == clouds.num_points - 1
    assert inputs.species.shape[1] == clouds.num_points - 1
    lengths = inputs.vectors.norm(dim=-1)
    assert (nearest.norm(dim=-1) <= lengths.min(dim=1).values).all()
    together = torch.cat([nearest[:, None], inputs.vectors], dim=1)
    torch.testing.assert_close(UNIT * together.sum(dim=1), torch.as_tensor(clouds.vectors.sum(axis=1)))
