"""What the training loop relies on, for every task there is."""

import copy
from typing import Any

import pytest
import torch

from core.config import DeepInfoMaxSettings, SupervisedSettings, TransferSettings
from core.graphs.batch import Batch, collate
from core.objectives.deep_infomax import DeepInfoMax
from core.structures.structure import Structure
from core.training.finetuning import FinetuneTask
from core.training.loop.task import Task
from core.training.pretraining import PretrainTask
from core.training.targets import read_targets
from tests.core.models import graph_of, untrained_model
from tests.core.salts import SIZE, salt_rows

INDICES = [0, 1, 2, 3]


def pretraining() -> PretrainTask:
    model = untrained_model()
    return PretrainTask(DeepInfoMax(model.encoder, DeepInfoMaxSettings(), model.card.num_features))


def finetuning() -> FinetuneTask:
    targets = read_targets(salt_rows(), [SIZE])
    return FinetuneTask(untrained_model(SIZE), targets, [SIZE], SupervisedSettings(), TransferSettings())


@pytest.fixture(params=[pretraining, finetuning])
def task(request: pytest.FixtureRequest) -> Task:
    return request.param()


@pytest.fixture
def batch(salts: list[dict[str, Any]]) -> Batch:
    return collate([graph_of(Structure.from_dict(salts[k]["structure"])) for k in INDICES])


def test_every_parameter_to_train_is_in_one_group_and_gets_a_gradient(task: Task, batch: Batch):
    grouped = [parameter for group in task.clip_groups for parameter in group]
    assert len(grouped) == len({id(parameter) for parameter in grouped})
    assert {id(parameter) for parameter in grouped} == {id(p) for p in task.network.parameters()}
    with_rates = [parameter for group, _ in task.rate_groups for parameter in group]
    assert {id(parameter) for parameter in with_rates} == {id(parameter) for parameter in grouped}
    loss, _ = task.training_loss(INDICES, batch, torch.Generator())
    loss.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in grouped)


def test_equal_noise_gives_equal_losses(task: Task, batch: Batch):
    first, second = (
        task.training_loss(INDICES, batch, torch.Generator().manual_seed(3))[0] for _ in range(2)
    )
    assert torch.equal(first, second)


def test_validation_is_a_number_and_changes_nothing(task: Task, batch: Batch):
    before = copy.deepcopy(task.network.state_dict())
    loss, figures = task.validate([(INDICES, batch)])
    assert loss == task.validate([(INDICES, batch)])[0]
    assert figures
    assert all(isinstance(value, float) for value in (loss, *figures.values()))
    assert all(torch.equal(tensor, before[name]) for name, tensor in task.network.state_dict().items())


def test_training_and_evaluation_reach_every_module(task: Task):
    for training in (True, False):
        task.set_training(training)
        assert {module.training for module in task.network.modules()} == {training}


def test_a_batch_of_the_fewest_crystals_has_a_loss(task: Task, salts: list[dict[str, Any]]):
    indices = range(task.fewest_per_batch)
    batch = collate([graph_of(Structure.from_dict(salts[k]["structure"])) for k in indices])
    loss, _ = task.training_loss(indices, batch, torch.Generator())
    assert torch.isfinite(loss)
