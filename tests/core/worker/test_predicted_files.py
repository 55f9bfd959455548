import csv
from collections.abc import Callable

from core.jobs.run_folder import RunFolder
from core.training.model.model_file import load_model
from core.worker.predicted_files import class_sets_of, trust_of
from tests.core.salts import predict_spec, salt_rows


def test_a_model_tells_of_its_trust_what_the_run_that_made_it_told(finetuned: RunFolder):
    model, result = load_model(finetuned.model_file), finetuned.result()
    assert set(result["trust"]) == {prop.name for prop in model.card.properties}
    assert trust_of(model) == result["trust"]
    assert class_sets_of(model) == result["class_sets"]


def test_structures_that_a_job_does_not_learn_from_are_new_to_it_even_with_labels(
    make_run: Callable[..., RunFolder], work: Callable[[RunFolder], int], finetuned: RunFolder
):
    run = make_run("0003-predict", predict_spec(), salt_rows()[:3], finetuned.model_file)
    assert work(run) == 0, run.error()
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["split"] for line in lines] == ["new"] * 3
    assert all(float(line["measured"]) > 0 for line in lines)
    assert run.result()["trust"] == finetuned.result()["trust"]
