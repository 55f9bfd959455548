from core.jobs.results.study_report import CellTally, DifferenceLine, StudyReport
from desktop_app.study.study_columns import cells_model, differences_model, tally_columns, tally_rows

REPORT = StudyReport(
    tallies=(
        CellTally("mean", 20, 3, 0, 5),
        CellTally("mean", 0, 0, 0, 5),
        CellTally("forest", 20, 2, 1, 5),
        CellTally("forest", 0, 0, 0, 5),
    ),
    points=(),
)


def test_cells_stand_by_arm_and_budget():
    model = cells_model()
    rows = tally_rows(REPORT)
    model.set_rows(rows, tally_columns(rows))
    assert model.titles() == ["Arm", "20 labels", "all labels"]
    assert [model.cell_text(1, column) for column in range(3)] == ["forest", "2/5  ✗ 1", "0/5"]


def test_differences_have_signs_and_sort_with_all_labels_last():
    model = differences_model("eV")
    lines = [DifferenceLine("forest", "mean", n, 5, -0.5, -0.9, 0.1, "It helps.") for n in (0, 50)]
    model.set_rows(lines)
    model.sort(1)
    assert [model.cell_text(line, 1) for line in range(2)] == ["50", "all"]
    assert model.cell_text(0, 2) == "-0.5"
    assert model.cell_text(0, 3) == "-0.9 to +0.1"
    assert model.titles()[2] == "Difference (eV)"
