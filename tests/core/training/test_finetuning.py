from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.config import SupervisedSettings, TrainingSettings, TransferSettings
from core.errors import LabelError, SettingError
from core.graphs.batch import collate
from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.jobs.spec import PropertySpec
from core.structures.structure import Structure
from core.training.finetuning import FinetuneTask, check_not_negative, fit_normalisers
from core.training.loop.memory import WhenFull
from core.training.loop.train import train
from core.training.model.model_file import Model
from core.training.targets import Normaliser, Targets, read_targets
from tests.core.models import CONDUCTIVITY, GAP, graph_of, untrained_model
from tests.core.salts import SIZE

SETTINGS = TrainingSettings(epochs=2, learning_rate=5e-3)
NOISE = torch.Generator()


@pytest.fixture
def graphs(salts: list[dict[str, Any]]) -> list[CrystalGraph]:
    return [graph_of(Structure.from_dict(row["structure"])) for row in salts]


def finetuning(model: Model, targets: Targets, loss: Any = "mae", freeze: Any = "none") -> FinetuneTask:
    settings, transfer = SupervisedSettings(loss=loss), TransferSettings(freeze=freeze)
    return FinetuneTask(model, targets, model.card.properties, settings, transfer)


def fit(
    task: FinetuneTask,
    graphs: Sequence[CrystalGraph],
    folder: Path,
    epochs: int = 2,
    pairs_per_batch: int = 10_000,
) -> None:
    changes = {"epochs": epochs, "checkpoint_every": epochs, "pairs_per_batch": pairs_per_batch}
    train(
        task,
        graphs,
        train_indices=range(len(graphs)),
        validation_indices=[],
        settings=SETTINGS.model_copy(update=changes),
        seed=0,
        device=torch.device("cpu"),
        folder=folder,
        emit=lambda event: None,
        should_stop=lambda: False,
        when_full=WhenFull([], True, lambda text: None),
    )


def predicting(*outputs: float) -> Model:
    """A model that gives these network outputs for every crystal; they mean -1.5 + 0.5 times as much."""
    model = untrained_model(GAP, CONDUCTIVITY)
    assert model.head is not None
    last = model.head.layers[-1]
    torch.nn.init.zeros_(last.weight)
    last.bias.data = torch.tensor(outputs)
    return model


def targets_of(gap: float, conductivity: float, bound: int = 0) -> Targets:
    """Labels of one structure, as network outputs; the conductivity may be a bound."""
    values = -1.5 + 0.5 * np.array([[gap, conductivity]])
    return Targets(values, np.array([[0, bound]]))


@pytest.mark.parametrize(
    ("freeze", "frozen"),
    [("none", ()), ("sites", ("site_layers",)), ("encoder", ("site_layers", "crystal_layers"))],
)
def test_frozen_layers_stay_as_they_were_bit_for_bit(
    graphs: list[CrystalGraph], salts: list[dict[str, Any]], tmp_path: Path, freeze: str, frozen: tuple[str]
):
    model = untrained_model(SIZE)
    before = {name: tensor.clone() for name, tensor in model.encoder.state_dict().items()}
    fit(finetuning(model, read_targets(salts, [SIZE]), freeze=freeze), graphs, tmp_path)
    unchanged = {n for n, tensor in model.encoder.state_dict().items() if torch.equal(tensor, before[n])}
    expected = {name for name in before if name.split(".")[0] in frozen}
    assert unchanged == expected


def test_a_frozen_layer_stays_in_evaluation_while_the_others_train():
    model = untrained_model(GAP, CONDUCTIVITY)
    finetuning(model, targets_of(0.0, 0.0), freeze="sites").set_training(True)
    assert model.encoder.crystal_layers.training
    assert not any(layer.training for layer in model.encoder.site_layers.children())


def test_a_network_learns_eight_structures_by_heart(
    graphs: list[CrystalGraph], salts: list[dict[str, Any]], tmp_path: Path
):
    chosen, targets = graphs[::4], read_targets(salts[::4], [SIZE])
    model = untrained_model(SIZE)
    model.normalisers = fit_normalisers(targets, np.arange(8), [SIZE])
    task = finetuning(model, targets)
    fit(task, chosen, tmp_path, epochs=250)
    _, figures = task.validate([(range(8), collate(chosen))])
    assert figures["validation error of size"] < 0.15 * targets.values.std()


@pytest.mark.parametrize(("loss", "expected"), [("mae", (0.5 + 2.0) / 2), ("mse", (0.25 + 4.0) / 2)])
def test_the_loss_is_the_mean_error_over_labels_in_deviations(
    graphs: list[CrystalGraph], loss: str, expected: float
):
    task = finetuning(predicting(1.5, 0.0), targets_of(1.0, 2.0), loss)
    value, _ = task.training_loss([0], collate(graphs[:1]), NOISE)
    assert value.item() == pytest.approx(expected, rel=1e-5)


def test_a_missing_label_is_no_error_and_teaches_nothing(graphs: list[CrystalGraph]):
    model = predicting(1.5, 0.0)
    task = finetuning(model, targets_of(1.0, np.nan))
    loss, _ = task.training_loss([0], collate(graphs[:1]), NOISE)
    assert loss.item() == pytest.approx(0.5, rel=1e-5)
    loss.backward()
    assert model.head is not None
    assert model.head.layers[-1].bias.grad.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("learned", "prediction", "error"),
    [
        (lambda targets: targets, -3.0, 0.0),  # below an upper bound
        (lambda targets: targets, 3.0, 2.0),
        (Targets.as_measured, -3.0, 4.0),
        (Targets.as_measured, 3.0, 2.0),
    ],
    ids=["censored, allowed", "censored, beyond", "exact, below", "exact, above"],
)
def test_a_bound_is_an_error_on_its_wrong_side_or_as_if_measured(
    graphs: list[CrystalGraph], learned: Any, prediction: float, error: float
):
    task = finetuning(predicting(0.0, prediction), learned(targets_of(np.nan, 1.0, bound=-1)))
    loss, _ = task.training_loss([0], collate(graphs[:1]), NOISE)
    assert loss.item() == pytest.approx(error, abs=1e-5)


def test_a_skipped_bound_is_no_label(graphs: list[CrystalGraph]):
    task = finetuning(predicting(0.5, 9.0), targets_of(1.0, 1.0, bound=-1).without_bounds())
    loss, _ = task.training_loss([0], collate(graphs[:1]), NOISE)
    assert loss.item() == pytest.approx(0.5, rel=1e-5)


def test_validation_errors_are_in_units_of_the_property(graphs: list[CrystalGraph]):
    task = finetuning(predicting(1.5, 0.0), targets_of(1.0, np.nan))
    loss, figures = task.validate([([0], collate(graphs[:1]))])
    assert loss == pytest.approx(0.5, rel=1e-5)
    assert figures == {"validation error of gap": pytest.approx(0.25, rel=1e-5)}


def test_validation_does_not_hang_on_how_structures_are_batched(
    graphs: list[CrystalGraph], salts: list[dict[str, Any]]
):
    task = finetuning(untrained_model(SIZE), read_targets(salts, [SIZE]))
    whole = task.validate([(range(8), collate(graphs[:8]))])
    parts = task.validate(
        [
            ([7, 0, 3], collate([graphs[7], graphs[0], graphs[3]])),
            *(([k], collate([graphs[k]])) for k in (1, 2, 4, 5, 6)),
        ]
    )
    assert whole[0] == pytest.approx(parts[0], rel=1e-5)
    assert whole[1] == pytest.approx(parts[1], rel=1e-5)


def test_a_model_without_a_head_cannot_be_finetuned():
    with pytest.raises(ValueError, match="has a head"):
        finetuning(untrained_model(), targets_of(0.0, 0.0))


def test_the_normaliser_sees_the_training_split_alone():
    values = np.array([[1.0], [3.0], [100.0], [np.nan]])
    train = np.array([0, 1, 3])
    (first,) = fit_normalisers(Targets(values, np.zeros((4, 1), int)), train, [GAP])
    values[2] = -1e6
    (again,) = fit_normalisers(Targets(values, np.zeros((4, 1), int)), train, [GAP])
    assert first == again
    assert (first.mean, first.std) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ([np.nan, np.nan], "has a value of 'gap'"),
        ([1e308, -1e308], "'gap' are too large"),
        ([2.5, 2.5], "All values of 'gap' in the training split are 2.5"),
        ([np.nan, 2.5], "All values of 'gap' in the training split are 2.5"),
    ],
)
def test_values_that_cannot_be_normalised_are_told_with_their_property(values: list[float], complaint: str):
    targets = Targets(np.array(values)[:, None], np.zeros((2, 1), int))
    with pytest.raises(LabelError, match=complaint):
        fit_normalisers(targets, np.arange(2), [GAP])


METAL = PropertySpec(name="metal", kind="class")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [([0.0, 0.5], "has the value 0.5"), ([1.0, 1.0], "are 1: there is nothing"), ([1.0, np.nan], "are 1")],
)
def test_classes_are_zero_and_one_and_there_are_both(values: list[float], complaint: str):
    targets = Targets(np.array(values)[:, None], np.zeros((2, 1), int))
    with pytest.raises(LabelError, match=complaint):
        fit_normalisers(targets, np.arange(2), [METAL])


SYSTEM = tuple(PropertySpec(name=f"s = {k}", kind="class", of="s", choice=k) for k in "abc")


def test_of_several_classes_the_training_split_has_two_or_more():
    values = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [np.nan] * 3, [1.0, 0.0, 0.0]])
    targets = Targets(values, np.zeros((4, 3), int))
    assert fit_normalisers(targets, np.array([0, 1, 2]), SYSTEM) == [Normaliser(0.0, 1.0)] * 3
    with pytest.raises(LabelError, match="fewer than two classes of 's'"):
        fit_normalisers(targets, np.array([0, 2, 3]), SYSTEM)


def test_a_class_is_learned_as_a_logit_and_shown_as_a_probability(graphs: list[CrystalGraph]):
    model = untrained_model(METAL)
    assert model.head is not None
    last = model.head.layers[-1]
    torch.nn.init.zeros_(last.weight)
    last.bias.data = torch.tensor([log(3.0)])  # 3 : 1 for class 1
    model.normalisers = [Normaliser(0.0, 1.0)]
    task = finetuning(model, Targets(np.array([[1.0], [0.0]]), np.zeros((2, 1), int)))
    loss, figures = task.validate([([0, 1], collate(graphs[:2]))])
    assert loss == pytest.approx(-(log(0.75) + log(0.25)) / 2, rel=1e-5)
    assert figures == {"validation error of metal": pytest.approx((0.25 + 0.75) / 2, rel=1e-5)}


def test_a_network_without_negative_values_is_given_none_to_learn():
    values, no_bounds = np.array([[0.0, -3.0], [-0.25, np.nan]]), np.zeros((2, 2), int)
    with pytest.raises(SettingError, match=r"'gap' has values below zero, down to -0\.25"):
        check_not_negative(Targets(values, no_bounds), [GAP, CONDUCTIVITY])
    # the conductivity is learned as its logarithm, which may be negative
    check_not_negative(Targets(np.abs(values) * [1, -1], no_bounds), [GAP, CONDUCTIVITY])


def perovskite_of(salt: Structure) -> Structure:
    """The two ions of a salt with three oxygen atoms, which are alike."""
    sites = np.array([[0.0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    species = (*salt.species, *({"O": 1.0},) * 3)
    return Structure(salt.volume ** (1 / 3) * np.eye(3), sites, species)


def test_merged_graphs_teach_the_same_in_the_same_batches(salts: list[dict[str, Any]], tmp_path: Path):
    merged = [graph_of(perovskite_of(Structure.from_dict(row["structure"]))) for row in salts]
    assert merged[0].num_sites == 3
    learned = {}
    for name, graphs in (("merged", merged), ("plain", [expand(graph) for graph in merged])):
        (tmp_path / name).mkdir()
        model = untrained_model(SIZE)
        task = finetuning(model, read_targets(salts, [SIZE]))
        fit(task, graphs, tmp_path / name, pairs_per_batch=4 * graphs[0].num_pairs_in_cell)
        learned[name] = torch.cat([weight.detach().flatten() for weight in model.encoder.parameters()])
    torch.testing.assert_close(learned["merged"], learned["plain"], rtol=0, atol=1e-4)
