from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.errors import LabelError
from core.jobs.run_folder import RunFolder
from core.worker.context import JobContext
from core.worker.finetuning.material import Material, check_labels, prepare_material
from tests.core.salts import finetune_spec

Rows = list[dict[str, Any]]


@pytest.fixture
def material(make_run: Callable[..., RunFolder], salts: Rows) -> Callable[[int], Material]:
    """What an ensemble of so many networks works with."""

    def make(count: int) -> Material:
        run = make_run(f"000{count}", finetune_spec({"training.ensemble": count}), salts)
        return prepare_material(JobContext(run, lambda event: None), None)

    return make


@pytest.mark.parametrize("count", [2, 4, 6])
def test_all_networks_leave_the_same_test_alone(material: Callable[[int], Material], count: int):
    made = material(count)
    assert len(made.member_splits) == count
    for split in made.member_splits:
        np.testing.assert_array_equal(split.test, made.split.test)
        parts = [split.train, split.validation, split.test]
        assert sorted(np.concatenate(parts).tolist()) == list(range(32))


def test_pairs_of_networks_hold_out_the_same_and_other_pairs_others(material: Callable[[int], Material]):
    splits = material(4).member_splits
    np.testing.assert_array_equal(splits[0].validation, splits[2].validation)
    assert not set(splits[0].validation) & set(splits[1].validation)


def test_the_first_network_divides_the_labels_as_one_alone_would(material: Callable[[int], Material]):
    (alone,) = material(1).member_splits
    for count in (2, 6):
        first = material(count).member_splits[0]
        for side in ("train", "validation", "test"):
            np.testing.assert_array_equal(getattr(first, side), getattr(alone, side))


def test_what_any_network_holds_out_is_called_validation(material: Callable[[int], Material]):
    made = material(4)
    held_out = {int(k) for split in made.member_splits for k in split.validation}
    assert {k for k, name in enumerate(made.split_names) if name == "validation"} == held_out
    assert [row["id"] for row in made.rows([0, 5])] == [1, 6]


def test_a_label_that_no_network_can_learn_is_told_before_the_work(
    make_run: Callable[..., RunFolder], salts: Rows
):
    for row in salts:
        row["targets"]["size"]["value"] = 5.0
    run = make_run("0001", finetune_spec({"training.ensemble": 4}), salts)
    with pytest.raises(LabelError, match="nothing to learn"):
        check_labels(JobContext(run, lambda event: None))
