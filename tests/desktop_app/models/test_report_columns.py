from core.store.labelling import LabelSummary
from core.store.rows import RejectionRow
from core.structures.label_table import LabelProblem
from desktop_app.models.report_columns import label_problems_model, rejections_model


def test_a_rejection_says_file_reason_and_what_to_do(qapp):
    model = rejections_model([RejectionRow("oxides", "a.cif", "b1", "It has no atoms.", "Export it again.")])
    cells = [model.cell_text(0, column) for column in range(model.columnCount())]
    assert cells == ["a.cif", "b1", "It has no atoms.", "Export it again.", "oxides"]


def test_unknown_names_and_unusable_entries_are_listed(qapp):
    summary = LabelSummary(
        matched=3, unmatched=["xyz"], invalid=[LabelProblem(5, "abc", "gap", "'n.a.' is no number.")]
    )
    model = label_problems_model(summary)
    assert [model.cell_text(line, 1) for line in range(2)] == ["xyz", "abc"]
    assert [model.cell_text(line, 0) for line in range(2)] == ["", "5"]
    assert "No structure" in model.cell_text(0, 3)
