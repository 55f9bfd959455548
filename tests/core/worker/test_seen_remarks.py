from collections.abc import Callable
from typing import Any

from core.events import Event, Message
from core.jobs.run_folder import RunFolder
from core.training.model.seen import Seen
from core.worker.seen_remarks import remarks_on_held_out, remarks_on_predictions
from tests.core.salts import finetune_spec, predict_spec, salt_rows

SEEN = Seen.of_rows([{"formula": "NaCl", "targets": {"gap": {}}}, {"formula": "KCl"}], ["gap"])
NACL, KCL, LIF = ({"formula": formula} for formula in ("NaCl", "KCl", "LiF"))


def test_learned_values_of_held_out_structures_are_a_warning():
    (remark,) = remarks_on_held_out("best", SEEN, [NACL, KCL, LIF], ["gap"])
    assert remark.level == "warning"
    assert remark.text.startswith(
        "The model 'best' has learned 'gap' for the formulas of 1 of the 3 structures"
    )


def test_another_property_of_the_same_formula_is_worth_a_remark_only():
    (remark,) = remarks_on_held_out("best", SEEN, [NACL, KCL, LIF], ["modulus"])
    assert remark.level == "info"
    assert "has met the formulas of 2 of the 3" in remark.text


def test_structures_that_are_new_to_the_model_need_no_words():
    assert remarks_on_held_out("best", SEEN, [LIF], ["gap"]) == []


def test_a_model_without_a_record_is_not_taken_for_innocent():
    (remark,) = remarks_on_held_out("old", None, [LIF], ["gap"])
    assert "does not record" in remark.text


def test_predictions_of_learned_values_are_said_to_be_no_test():
    (remark,) = remarks_on_predictions("best", SEEN, [NACL, KCL], ["gap"])
    assert "formulas of 1 of the 2 structures" in remark.text
    assert remarks_on_predictions("best", SEEN, [KCL], ["gap"]) == []
    assert remarks_on_predictions("best", None, [NACL], ["gap"]) == []


def messages(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Message)]


def test_fine_tuning_says_so_before_it_trains(
    make_run: Callable[..., RunFolder],
    work: Callable[[RunFolder], int],
    events: Callable[[RunFolder], list[Event]],
    finetuned: RunFolder,
):
    """All salts but the six of the test were learned from before; other seeds divide them otherwise."""
    spec = finetune_spec({"training.epochs": 1}).model_copy(update={"seed": 8})
    run = make_run("0003-again", spec, salt_rows(), finetuned.model_file)
    assert work(run) == 0, run.error()
    (said,) = [text for text in messages(events(run)) if "has learned 'size'" in text]
    assert "of the validation and the test" in said


def test_a_prediction_says_so_too(
    make_run: Callable[..., RunFolder],
    work: Callable[[RunFolder], int],
    events: Callable[[RunFolder], list[Event]],
    finetuned: RunFolder,
):
    rows: list[dict[str, Any]] = [{**row, "targets": {}} for row in salt_rows()]
    run = make_run("0003-predict", predict_spec(), rows, finetuned.model_file)
    assert work(run) == 0, run.error()
    (said,) = [text for text in messages(events(run)) if "has learned 'size'" in text]
    assert "for the formulas of 22 of the 32 structures" in said  # 12 to learn from, 10 for validation
