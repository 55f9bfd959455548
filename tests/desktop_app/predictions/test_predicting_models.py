from collections.abc import Callable
from pathlib import Path

from core.jobs.run_folder import RunFolder
from desktop_app.predictions.predicting_models import PredictingModel, predicting_models
from desktop_app.runs.run_poller import view_run

Make = Callable[[Path], RunFolder]


def test_the_newest_finished_model_of_a_property_comes_first(
    small_project: Path, finetuned: Make, unstarted: Make
):
    runs = [finetuned(small_project), finetuned(small_project), unstarted(small_project)]
    models = predicting_models(map(view_run, runs))
    assert [model.name for model in models] == [runs[1].name, runs[0].name]
    assert models[0].words == f"gap, by {runs[1].name}"


def test_a_model_whose_file_is_gone_is_none(small_project: Path, finetuned: Make):
    run = finetuned(small_project)
    run.model_file.unlink()
    assert predicting_models([view_run(run)]) == []


def test_a_model_of_many_properties_names_two_and_counts_the_others():
    model = PredictingModel("m", ("formation energy", "band gap", "bulk modulus", "Fermi energy"), Path("m"))
    assert model.words == "formation energy, band gap, 2 more properties, by m"
