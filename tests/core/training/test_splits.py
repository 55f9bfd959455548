import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooFewStructures
from core.training.splits import split_by_group

groups = st.lists(st.sampled_from([f"g{k}" for k in range(30)]), min_size=20, max_size=80)


@given(groups=groups, seed=st.integers(0, 1000))
def test_every_structure_is_on_one_side_and_groups_stay_together(groups: list[str], seed: int):
    try:
        split = split_by_group(groups, validation_fraction=0.1, test_fraction=0.2, seed=seed)
    except TooFewStructures:
        return
    sides = [split.train, split.validation, split.test]
    assert sorted(np.concatenate(sides).tolist()) == list(range(len(groups)))
    names = [{groups[index] for index in side} for side in sides]
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    assert not names[1] & names[2]


def test_a_share_above_zero_gets_at_least_one_structure():
    split = split_by_group([str(k) for k in range(8)], validation_fraction=0.01, test_fraction=0.01, seed=0)
    assert len(split.validation) == len(split.test) == 1


def test_a_share_of_zero_gets_none():
    split = split_by_group([str(k) for k in range(8)], validation_fraction=0.0, test_fraction=0.0, seed=0)
    assert len(split.train) == 8


def test_distinct_structures_are_divided_in_the_asked_shares():
    split = split_by_group([str(k) for k in range(100)], validation_fraction=0.1, test_fraction=0.2, seed=3)
    assert (len(split.train), len(split.validation), len(split.test)) == (70, 10, 20)


def test_the_split_hangs_on_the_seed_alone():
    names = [str(k) for k in range(50)]
    first, again, other = (
        split_by_group(names, validation_fraction=0.1, test_fraction=0.2, seed=seed) for seed in (1, 1, 2)
    )
    assert first.test.tolist() == again.test.tolist() != other.test.tolist()


def test_too_few_structures_to_train_on_are_refused():
    with pytest.raises(TooFewStructures, match="left to train on"):
        split_by_group(["a", "b", "c"], validation_fraction=0.3, test_fraction=0.3, seed=0)
