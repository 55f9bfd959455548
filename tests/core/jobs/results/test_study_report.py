from pathlib import Path

import pytest

from core.errors import RunError
from core.jobs.results.study_report import CellTally, arm_words, read_study
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec

CELLS = """arm,n_labels,fold,seed,status,num_train,num_test,num_bounds,mae,mae_measured,seconds,reason
mean,20,0,0,done,20,8,0,2.0,2.0,0.1,
mean,20,0,1,done,20,8,0,4.0,4.0,0.1,
forest,20,0,0,failed,0,0,0,,,0.0,no memory
mean,0,0,0,done,60,8,0,1.5,1.5,0.1,
"""
CURVES = """arm,n_labels,repeats,failed,mae,mae_lower,mae_upper,median_mae,mae_measured
mean,20,2,0,3.1,2.0,4.0,3.0,3.0
mean,all,1,0,1.5,,,1.5,1.5
"""
DIFFERENCES = """arm,reference,n_labels,repeats,difference,lower,upper,relative_change_of_median,sentence
forest,mean,all,5,-0.5,-0.9,-0.1,-0.2,"With all labels, random forest lowers the error."
"""


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "0001-study")
    settings = {"study": {"arms": "mean, forest", "n_labels": "20, all", "seeds": 2}}
    spec = JobSpec(kind="study", settings=settings, properties=(PropertySpec(name="gap", unit="eV"),))
    run.write_job(spec, [])
    return run


def test_a_study_that_has_not_begun_has_all_cells_before_it(run: RunFolder):
    report = read_study(run, run.spec())
    assert (report.done, report.planned, report.points) == (0, 8, ())


def test_cells_are_counted_by_arm_and_budget(run: RunFolder):
    (run.path / "cells.csv").write_text(CELLS)
    report = read_study(run, run.spec())
    assert (report.done, report.failed) == (4, 1)
    assert CellTally("mean", 20, done=2, failed=0, planned=2) in report.tallies
    assert CellTally("forest", 20, done=0, failed=1, planned=2) in report.tallies


def test_curves_of_a_study_that_goes_on_are_means_of_its_cells_without_intervals(run: RunFolder):
    (run.path / "cells.csv").write_text(CELLS)
    first, of_all = read_study(run, run.spec()).points
    assert (first.arm, first.mae, first.lower) == ("mean", 3.0, None)
    assert (of_all.n_labels, of_all.num_train) == (0, 60)


def test_a_finished_study_gives_the_figures_of_its_report(run: RunFolder):
    (run.path / "cells.csv").write_text(CELLS)
    (run.path / "report").mkdir()
    (run.path / "report" / "curves.csv").write_text(CURVES)
    (run.path / "report" / "differences.csv").write_text(DIFFERENCES)
    report = read_study(run, run.spec())
    assert (report.points[0].mae, report.points[0].lower, report.points[0].upper) == (3.1, 2.0, 4.0)
    (difference,) = report.differences
    assert (difference.n_labels, difference.upper) == (0, -0.1)
    assert difference.sentence == "With all labels, random forest lowers the error."


def test_a_damaged_table_is_named(run: RunFolder):
    (run.path / "cells.csv").write_text(CELLS.replace("2.0,2.0", "two,2.0"))
    with pytest.raises(RunError, match=r"cells\.csv.*damaged"):
        read_study(run, run.spec())


def test_arms_have_words_for_readers():
    assert arm_words("boosting") == "gradient boosting on composition"
