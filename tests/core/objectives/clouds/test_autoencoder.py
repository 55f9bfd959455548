import torch

from core.objectives.clouds.autoencoder import CODE_WIDTH
from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of


def test_it_learns_to_place_points_again():
    found, trivial = learned(task_of("autoencoder"), steps=60)
    assert found["MSE"] < 0.85 * trivial["MSE"]


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
