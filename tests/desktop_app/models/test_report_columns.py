from core.store.labelling import LabelSummary
from core.store.rows import RejectionRow
from core.structures.label_table import LabelProblem
from desktop_app.models.report_columns import label_problems_model, rejections_model


def test_a_rejection_says_file_reason_and_what_to_do(qapp):
    row = RejectionRow("oxides", "/data/a.cif", "b1", "It has no atoms.", "Export it again.")
    model = rejections_model([row])
    cells = [model.cell_text(0, column) for column in range(model.columnCount())]
    assert cells == ["a.cif", "It has no atoms.", "Export it again.", "b1", "oxides", "/data"]


def test_unknown_names_and_unusable_entries_are_listed(qapp):
    summary = LabelSummary(
        matched=3, unmatched=["xyz"], invalid=[LabelProblem(5, "abc", "gap", "'n.a.' is no number.")]
    )
    model = label_problems_model(summary)
    assert [model.cell_text(line, 1) for line in range(2)] == ["xyz", "abc"]
    assert [model.cell_text(line, 0) for line in range(2)] == ["", "5"]
    assert "No structure" in model.cell_text(0, 3)
