import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch

from core.config import DeepInfoMaxSettings
from core.graphs.batch import Batch, collate
from core.graphs.crystal_graph import CrystalGraph
from core.jobs.run_folder import RunFolder
from core.objectives.deep_infomax import DeepInfoMax
from core.structures.structure import Structure
from core.training.model.model_file import load_model
from core.training.pretraining import PretrainTask
from core.worker.process import run_worker
from tests.core.models import graph_of, untrained_model
from tests.core.salts import pretrain_spec


@pytest.fixture
def graphs(salts: list[dict[str, Any]]) -> list[CrystalGraph]:
    return [graph_of(Structure.from_dict(row["structure"])) for row in salts[:6]]


@pytest.fixture
def task() -> PretrainTask:
    model = untrained_model()
    return PretrainTask(DeepInfoMax(model.encoder, DeepInfoMaxSettings(), model.card.num_features))


@pytest.fixture
def batches(graphs: list[CrystalGraph]) -> list[tuple[list[int], Batch]]:
    return [([0, 1], collate(graphs[:2])), ([2, 3, 4, 5], collate(graphs[2:]))]


def test_the_noise_of_validation_is_the_same_at_every_epoch(task: PretrainTask, batches: Any):
    first = task.validate(batches)
    torch.randn(1000)
    assert task.validate(batches) == first


def test_the_noise_of_training_goes_on(task: PretrainTask, graphs: list[CrystalGraph]):
    noise, batch = torch.Generator().manual_seed(0), collate(graphs)
    losses = [task.training_loss(range(6), batch, noise)[0].item() for _ in range(2)]
    assert losses[0] != losses[1]


def test_validation_leaves_network_and_global_noise_alone(task: PretrainTask, batches: Any):
    before, state = copy.deepcopy(task.network.state_dict()), torch.get_rng_state()
    task.validate(batches)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(tensor, before[name]) for name, tensor in task.network.state_dict().items())


def test_validation_counts_batches_by_their_crystals(task: PretrainTask, batches: Any):
    whole, parts = task.validate(batches), [task.validate([batch]) for batch in batches]
    assert whole[0] == pytest.approx((2 * parts[0][0] + 4 * parts[1][0]) / 6, rel=1e-6)
    for name, value in whole[1].items():
        assert value == pytest.approx((2 * parts[0][1][name] + 4 * parts[1][1][name]) / 6, rel=1e-6)


def test_the_penalty_rises_over_its_warm_up_and_is_whole_in_validation(batches: Any):
    model = untrained_model()
    settings = DeepInfoMaxSettings(kl_weight=0.5, kl_warmup=0.2)
    objective = DeepInfoMax(model.encoder, settings, model.card.num_features)
    task = PretrainTask(objective)
    task.set_training(True)
    weights = []
    for done in (0.0, 0.1, 0.2, 0.9):
        task.set_progress(done)
        weights.append(objective.kl_weight)
    assert weights == pytest.approx([0.0, 0.25, 0.5, 0.5])
    task.set_training(False)
    losses = []
    for done in (0.0, 1.0):
        task.set_progress(done)
        losses.append(task.validate(batches)[0])
    assert losses[0] == losses[1]


def test_the_two_levels_are_clipped_apart_and_together_are_the_whole_network(task: PretrainTask):
    local, global_ = ({id(parameter) for parameter in group} for group in task.clip_groups)
    assert not local & global_
    assert local | global_ == {id(parameter) for parameter in task.network.parameters()}


def test_the_composition_given_is_that_of_the_structures_in_the_batch(graphs: list[CrystalGraph]):
    model = untrained_model()
    settings = DeepInfoMaxSettings(composition_weight=0.1, kl_weight=0.0, shuffled_species=False)
    objective = DeepInfoMax(model.encoder, settings, model.card.num_features)
    fractions = torch.eye(103)[:6]
    found = PretrainTask(objective, fractions).validate([([4, 1], collate([graphs[4], graphs[1]]))])[1]
    expected = objective.losses(collate([graphs[4], graphs[1]]), fractions=fractions[[4, 1]]).metrics
    assert found["validation composition"] == pytest.approx(expected["composition"])
    others = objective.losses(collate([graphs[4], graphs[1]]), fractions=fractions[[0, 1]]).metrics
    assert found["validation composition"] != pytest.approx(others["composition"])


def test_no_label_is_read(make_run: Callable[..., RunFolder], salts: list[dict[str, Any]]):
    relabelled = [{**row, "targets": {"size": {"value": -row["id"], "bound": "<"}}} for row in salts]
    weights = []
    for name, rows in (("0001", salts), ("0002", relabelled)):
        run = make_run(name, pretrain_spec(), rows)
        assert run_worker(run.path) == 0
        weights.append(load_model(run.model_file).encoder.state_dict())
    assert all(torch.equal(tensor, weights[1][name]) for name, tensor in weights[0].items())
