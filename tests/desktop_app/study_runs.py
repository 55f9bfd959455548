"""A study of the small project, written by hand as the engine would leave it."""

from pathlib import Path

from core.config import build_settings
from core.events import Finished, Progress, Started
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.study import create_study_run

_CELLS = "arm,n_labels,fold,seed,status,num_train,num_test,num_bounds,mae,mae_measured,seconds,reason\n"
_CURVES = "arm,n_labels,repeats,failed,mae,mae_lower,mae_upper,median_mae,mae_measured\n"
_DIFFERENCES = "arm,reference,n_labels,repeats,difference,lower,upper,relative_change_of_median,sentence\n"
SENTENCE = "With 4 labels, random forest on composition lowers the error by 0.5 eV."


def begin_study(project_folder: Path) -> RunFolder:
    """A study of two arms and two seeds, one of whose four cells is done."""
    changes = {"study.arms": "mean, forest", "study.n_labels": "4", "study.seeds": 2}
    settings = build_settings("study", "quick", changes)
    with Project.open(project_folder) as project:
        run = create_study_run(project, collection="salts", property_name="gap", settings=settings)
    (run.path / "cells.csv").write_text(f"{_CELLS}mean,4,0,0,done,4,2,0,1.0,1.0,0.1,\n", encoding="utf-8")
    with EventLog(run.events_file) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=0))
        log.append(Progress("forest, 4 labels, fold 1, seed 1", 1, 4))
    return run


def finish_study(run: RunFolder) -> None:
    """Let all cells be done and the report be there."""
    cells = [f"{arm},4,0,{seed},done,4,2,0,1.0,1.0,0.1," for arm in ("mean", "forest") for seed in (0, 1)]
    (run.path / "cells.csv").write_text(_CELLS + "\n".join(cells) + "\n", encoding="utf-8")
    report = run.path / "report"
    report.mkdir()
    (report / "curves.csv").write_text(
        f"{_CURVES}mean,4,2,0,1.0,0.8,1.2,1.0,1.0\nforest,4,2,0,0.5,0.4,0.6,0.5,0.5\n", encoding="utf-8"
    )
    line = f'forest,mean,4,2,-0.5,-0.7,-0.3,-0.5,"{SENTENCE}"\n'
    (report / "differences.csv").write_text(_DIFFERENCES + line, encoding="utf-8")
    (report / "report.html").write_text("<p>A study.</p>", encoding="utf-8")
    with EventLog(run.events_file) as log:
        log.append(Finished(1.0))
    run.result_file.write_text('{"metrics": {}, "seconds": 1.0}', encoding="utf-8")
