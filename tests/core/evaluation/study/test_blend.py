from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import TooFewStructures
from core.evaluation.study import blend as blending
from core.evaluation.study.blend import blend
from core.evaluation.study.workplace import Interrupted
from core.jobs.study_texts import parse_arm
from tests.core.evaluation.study.places import FOLD, bench, lesson, place

ARM = parse_arm("blend:scratch")
Teach = Callable[..., Any]


def constant(value: float) -> Teach:
    """A way to learn that always answers the same."""
    return lambda arm, taught, bench, asked, *_: np.full(len(asked), value)


def test_each_label_is_predicted_by_methods_that_have_not_seen_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    work = place(tmp_path)
    related = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 5])
    taught_at: list[tuple[set[int], set[int]]] = []

    def learn(arm: Any, taught: Any, table: Any, asked: Any, *_: Any) -> Any:
        taught_at.append((set(taught.related.tolist()), set(asked.tolist()) - set(FOLD.test.tolist())))
        return np.zeros(len(asked))

    monkeypatch.setattr(blending, "finetune", learn)
    monkeypatch.setattr(blending, "learn_on_features", learn)
    given_lesson = replace(lesson(work), related=related)
    blend(ARM, given_lesson, bench(work), tmp_path / "cell")
    group_of = dict(zip(given_lesson.train.tolist(), related.tolist(), strict=True))
    assert len(taught_at) == 7  # of each part the learner and the network, then the learner on all
    assert all(not groups & {group_of[k] for k in asked} for groups, asked in taught_at)
    assert set().union(*(asked for _, asked in taught_at)) == set(given_lesson.train.tolist())
    assert taught_at[-1] == (set(related.tolist()), set())


def test_the_better_method_gets_all_the_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    work = place(tmp_path)
    taught = replace(lesson(work), values=np.full(10, 2.0))
    for network, learner in ((2.0, 7.0), (7.0, 2.0)):
        monkeypatch.setattr(blending, "finetune", constant(network))
        monkeypatch.setattr(blending, "learn_on_features", constant(learner))
        predicted = blend(ARM, taught, bench(work), tmp_path / f"cell {network}")
        assert predicted.tolist() == [2.0] * 4


def test_a_kill_costs_one_part_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    work = place(tmp_path)
    whole = blend(ARM, lesson(work), bench(work), tmp_path / "whole")
    finetune, calls = blending.finetune, []

    def killed_at_the_third(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise Interrupted
        return finetune(*arguments)

    monkeypatch.setattr(blending, "finetune", killed_at_the_third)
    with pytest.raises(Interrupted):
        blend(ARM, lesson(work), bench(work), tmp_path / "cell")
    resumed = blend(ARM, lesson(work), bench(work), tmp_path / "cell")
    assert len(calls) == 4
    np.testing.assert_array_equal(resumed, whole)


def test_labels_of_one_group_alone_cannot_be_divided(tmp_path: Path):
    work = place(tmp_path)
    taught = replace(lesson(work), related=np.zeros(10, dtype=np.int64))
    with pytest.raises(TooFewStructures, match="cannot be weighed"):
        blend(ARM, taught, bench(work), tmp_path / "cell")
