from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooFewStructures, UnknownChoice
from core.training.splits import deal_groups, group_names, split_by_group

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


@pytest.mark.parametrize("seed", range(5))
def test_a_group_much_larger_than_a_share_is_trained_on(seed: int):
    groups = ["large"] * 60 + [str(k) for k in range(40)]
    split = split_by_group(groups, validation_fraction=0.1, test_fraction=0.2, seed=seed)
    assert (len(split.train), len(split.validation), len(split.test)) == (70, 10, 20)
    assert set(range(60)) <= set(split.train.tolist())


def test_a_share_is_not_left_empty_where_all_groups_are_large():
    split = split_by_group(["a"] * 5 + ["b"] * 5, validation_fraction=0.0, test_fraction=0.1, seed=0)
    assert (len(split.train), len(split.test)) == (5, 5)


def test_the_split_hangs_on_the_seed_alone():
    names = [str(k) for k in range(50)]
    first, again, other = (
        split_by_group(names, validation_fraction=0.1, test_fraction=0.2, seed=seed) for seed in (1, 1, 2)
    )
    assert first.test.tolist() == again.test.tolist() != other.test.tolist()


def test_too_few_structures_to_train_on_are_refused():
    with pytest.raises(TooFewStructures, match="left to train on"):
        split_by_group(["a", "b", "c"], validation_fraction=0.3, test_fraction=0.3, seed=0)


def row(content_hash: str, formula: str, **metadata: str) -> dict[str, Any]:
    """What a grouping reads of a row of structures.jsonl."""
    return {"content_hash": content_hash, "formula": formula} | ({"metadata": metadata} if metadata else {})


def grouped(rows: list[dict[str, Any]], group_by: str) -> list[list[int]]:
    """Indices of the rows of each group."""
    names = group_names(rows, group_by)
    return [[k for k, name in enumerate(names) if name == one] for one in dict.fromkeys(names)]


def test_random_keeps_duplicates_together_and_nothing_else():
    rows = [row("a", "NaCl"), row("b", "NaCl"), row("a", "NaCl")]
    assert grouped(rows, "random") == [[0, 2], [1]]


def test_structures_of_one_formula_are_a_group():
    rows = [row("a", "NaCl"), row("b", "KCl"), row("c", "NaCl"), row("d", "LiF")]
    assert grouped(rows, "formula") == [[0, 2], [1], [3]]


def test_structures_with_one_entry_of_metadata_are_a_group_and_those_without_stand_alone():
    rows = [
        *(row("a", "A", family="garnet"), row("b", "B", family="NASICON"), row("c", "C", family="garnet")),
        *(row("d", "D"), row("e", "E", doi="10.1/x")),
    ]
    assert grouped(rows, "family") == [[0, 2], [1], [3], [4]]


def test_duplicates_join_the_groups_that_they_are_in():
    rows = [row("a", "A", doi="1"), row("b", "B", doi="2"), row("b", "B", doi="3"), row("c", "C", doi="3")]
    assert grouped(rows, "doi") == [[0], [1, 2, 3]]


def test_a_column_that_no_row_has_is_refused_with_the_nearest_one():
    rows = [row("a", "A", family="garnet"), row("b", "B", doi="1")]
    with pytest.raises(UnknownChoice, match=r"'familly'. Did you mean 'family'\?.*doi, family, formula"):
        group_names(rows, "familly")


entries = st.sampled_from("abcdef")
labelled = st.lists(st.builds(row, entries, entries, family=entries), min_size=1, max_size=30)


@given(rows=labelled, group_by=st.sampled_from(["random", "formula", "family"]))
def test_no_grouping_divides_duplicates_or_what_it_names(rows: list[dict[str, Any]], group_by: str):
    names = group_names(rows, group_by)
    for one, name in zip(rows, names, strict=True):
        for other, other_name in zip(rows, names, strict=True):
            shared = one["content_hash"] == other["content_hash"]
            shared |= group_by == "formula" and one["formula"] == other["formula"]
            shared |= group_by == "family" and one["metadata"] == other["metadata"]
            assert name == other_name or not shared


@given(groups=groups, num_folds=st.integers(2, 5), seed=st.integers(0, 100))
def test_groups_are_dealt_whole_and_folds_are_of_like_size(groups: list[str], num_folds: int, seed: int):
    folds = deal_groups(groups, num_folds, seed)
    sizes = np.bincount(folds, minlength=num_folds)
    largest = max(groups.count(name) for name in groups)
    assert sizes.max() - sizes.min() <= largest
    assert all(len({int(folds[k]) for k, g in enumerate(groups) if g == name}) == 1 for name in set(groups))
