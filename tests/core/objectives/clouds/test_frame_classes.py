from dataclasses import replace

import pytest
import torch

from core.errors import UnknownChoice
from tests.core.objectives.clouds.learning import learned
from tests.core.objectives.clouds.prototypes import LEVELS, drawn, prototype_clouds, task_of


def test_it_learns_structures_and_levels_of_noise():
    found, trivial = learned(task_of("frame"), steps=40)
    assert trivial["accuracy"] == pytest.approx(1 / (2 * len(LEVELS)))
    assert found["accuracy"] > 2 * trivial["accuracy"]
    assert found["structure accuracy"] > 1.5 * trivial["structure accuracy"]


def test_classes_are_structures_by_name_times_levels():
    clouds = prototype_clouds()
    _, classes = drawn(task_of("frame"), clouds)
    assert sorted(set(classes.tolist())) == [0, 1, 2, 3]
    renumbered = replace(clouds, structure=1 - clouds.structure, structure_names=clouds.structure_names[::-1])
    assert torch.equal(drawn(task_of("frame"), renumbered)[1], classes)


def test_the_accuracy_of_structures_forgives_the_level():
    task = task_of("frame")
    logits = torch.eye(4)[torch.tensor([0, 1, 2, 3])]
    figures = task.figures(logits, torch.tensor([1, 1, 0, 3]))
    assert figures == {"accuracy": 0.5, "structure accuracy": 0.75}


def test_a_structure_without_a_class_is_refused_by_name():
    clouds = replace(prototype_clouds(), structure_names=("cF4-Cu", "hP2-Mg"))
    with pytest.raises(UnknownChoice, match="hP2-Mg"):
        drawn(task_of("frame"), clouds)
