"""What holds for all six tasks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form
from core.errors import StructureError
from core.objectives.clouds import TASKS
from core.objectives.clouds.cloud_task import UNIT, CloudTask, VectorTask
from tests.core.encoders.geometric_algebra.clouds import rotation
from tests.core.objectives.clouds.prototypes import (
    copied,
    drawn,
    prototype_clouds,
    same_clouds,
    task_of,
)

EACH = pytest.mark.parametrize("name", TASKS)
FORMS = pytest.mark.parametrize("form", [MULTIVECTORS, VECTORS], ids=str)
TOLERANCE = 1e-10
FEW = prototype_clouds(clouds_per_crystal=1)


def precise(name: str, form: Form = MULTIVECTORS) -> CloudTask:
    """In double precision, with products that count as much as they may."""
    task = task_of(name, form=form).double().eval()
    for part in task.modules():
        if getattr(part, "mixture", None) is not None:
            torch.nn.init.normal_(part.mixture, std=0.5)
    return task


@EACH
@FORMS
def test_vectors_turn_with_the_cloud_and_classes_stay(name: str, form: Form):
    task, matrix = precise(name, form), rotation()
    inputs, _ = drawn(task, FEW)
    turned = inputs._replace(vectors=inputs.vectors @ matrix)
    found = task(inputs)
    expected = found @ matrix if isinstance(task, VectorTask) else found
    torch.testing.assert_close(task(turned), expected, rtol=0, atol=TOLERANCE)


@EACH
@FORMS
def test_embeddings_do_not_turn(name: str, form: Form):
    task = precise(name, form)
    inputs, _ = drawn(task, FEW)
    before, after = (
        task.embeddings(inputs._replace(vectors=inputs.vectors @ m))
        for m in (torch.eye(3).double(), rotation())
    )
    torch.testing.assert_close(after, before, rtol=0, atol=TOLERANCE)


@EACH
def test_the_order_of_neighbours_is_that_of_the_guesses_or_does_not_matter(name: str):
    task, order = precise(name), torch.randperm(8, generator=torch.Generator().manual_seed(1))
    inputs, targets = drawn(task, FEW)
    order = order[order < inputs.vectors.shape[1]]
    found, mixed = task(inputs), task(type(inputs)(*(one[:, order] for one in inputs)))
    is_per_point = (
        targets.shape[1:2] == inputs.vectors.shape[1:2] and targets.dim() > 1 and name != "nearest bond"
    )
    expected = found[:, order] if is_per_point and name != "shift" else found
    torch.testing.assert_close(mixed, expected, rtol=0, atol=TOLERANCE)


@EACH
def test_clouds_are_the_same_after_any_number_of_draws(name: str):
    """In the original, denoised clouds shrank by half each time that they were shown."""
    task, kept = task_of(name), copied(FEW)
    first, _ = drawn(task, FEW)
    for seed in range(3):
        drawn(task, FEW, seed)
    assert same_clouds(FEW, kept)
    torch.testing.assert_close(drawn(task, FEW)[0].vectors, first.vectors)


@EACH
def test_the_generator_says_what_is_drawn(name: str):
    task = task_of(name)
    for one, other in zip(drawn(task, FEW, seed=4), drawn(task, FEW, seed=4), strict=True):
        torch.testing.assert_close(one, other)
    is_random = name in ("shift", "denoising", "noisy bonds")
    assert torch.equal(drawn(task, FEW, 4)[0].vectors, drawn(task, FEW, 5)[0].vectors) != is_random


@EACH
def test_figures_are_the_same_for_guesses_and_for_the_trivial_one(name: str):
    task = task_of(name)
    inputs, targets = drawn(task, FEW)
    loss, found = task.learn(inputs, targets)
    guess = task.trivial(inputs, targets)
    assert loss.dim() == 0
    assert guess.shape == found.shape
    assert task.figures(found, targets).keys() == task.figures(guess, targets).keys()


@EACH
def test_a_frozen_core_stays_as_it_is_and_the_head_learns(name: str):
    task = task_of(name, dropout=0.5)
    task.freeze_core()
    task.train()
    assert not task.core.training
    kept = {key: one.clone() for key, one in task.state_dict().items() if key.startswith("core.")}
    optimiser = torch.optim.Adam([one for one in task.parameters() if one.requires_grad])
    inputs, targets = drawn(task, FEW)
    loss, _ = task.learn(inputs, targets)
    loss.backward()
    optimiser.step()
    state = task.state_dict()
    assert all(torch.equal(state[key], one) for key, one in kept.items())
    assert any(one.grad is not None and one.grad.abs().max() > 0 for one in task.parameters())


@EACH
def test_clouds_that_lack_neighbours_are_refused(name: str):
    mask = FEW.mask.copy()
    mask[0, -1] = False
    with pytest.raises(StructureError, match="fewer neighbours"):
        drawn(task_of(name), replace(FEW, mask=mask))


def test_a_point_is_told_by_its_species_and_that_of_the_centre():
    species, centre = np.zeros_like(FEW.species), np.ones_like(FEW.centre_species)
    species[:, 0] = 1
    clouds = replace(FEW, species=species, centre_species=centre, species_names=("A", "B"))
    task = task_of("shift")
    task.core.num_species = 2
    inputs = task.inputs_of(clouds)
    assert inputs.species[0, 0].tolist() == [0, 0, 0, 2]
    assert inputs.species[0, 1].tolist() == [1, -1, 1, 1]
    torch.testing.assert_close(inputs.vectors * UNIT, torch.as_tensor(FEW.vectors))
