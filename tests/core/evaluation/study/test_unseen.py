import pytest

from core.errors import ModelError
from core.evaluation.study.unseen import check_unseen, leave_out_seen, remark_on_seen
from core.training.model.seen import Seen

ROWS = [{"formula": formula, "targets": {"gap": {}}} for formula in ("NaCl", "KCl", "LiF", "LiF")]
TESTED = ROWS[2:]


def models(*rows: dict[str, object], labels: tuple[str, ...] = ()) -> dict[str, Seen | None]:
    return {"shipped/encoder.safetensors": Seen.of_rows(rows, labels)}


def test_a_model_that_has_seen_training_structures_without_labels_may_take_part():
    check_unseen(models(*ROWS[:2]), TESTED, ROWS, "gap")


def test_a_model_that_has_seen_a_test_structure_is_refused():
    with pytest.raises(ModelError, match=r"'encoder\.safetensors' was trained on 1 of the formulas"):
        check_unseen(models(*ROWS[1:3]), TESTED, ROWS, "gap")


def test_a_model_that_has_seen_labels_beyond_any_budget_is_refused():
    with pytest.raises(ModelError, match="has learned 'gap' of 2 formulas"):
        check_unseen(models(*ROWS[:2], labels=("gap",)), TESTED, ROWS, "gap")
    check_unseen(models(*ROWS[:2], labels=("gap",)), TESTED, ROWS, "size")


def test_a_model_without_a_record_cannot_be_trusted():
    old = {"old.safetensors": None}
    for check in (lambda: check_unseen(old, TESTED, ROWS, "gap"), lambda: leave_out_seen(old, ROWS)):
        with pytest.raises(ModelError, match="does not record what it was trained on"):
            check()


def test_what_was_seen_can_be_left_out():
    assert leave_out_seen(models(ROWS[2]), ROWS) == [0, 1]
    assert leave_out_seen({}, ROWS) == [0, 1, 2, 3]


def test_the_report_says_what_was_done_about_it():
    assert remark_on_seen([], "ignore", 0) == remark_on_seen(["a"], "refuse", 0) == ""
    assert "3 labelled structures" in remark_on_seen(["a"], "leave_out", 3)
    assert "was not checked" in remark_on_seen(["a"], "ignore", 0)
