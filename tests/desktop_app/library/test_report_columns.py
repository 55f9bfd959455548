from core.store.editing.labelling import LabelSummary
from core.store.importing.report import ReportRow
from core.structures.labels.table import LabelProblem
from desktop_app.library.report_columns import import_report_model, label_problems_model

NOT_READ = ReportRow("not read", "/data/a.cif", "b1", 3, "", "", "No atoms.", "Export it again.", "oxides")
REMARK = ReportRow("remark", "/data/b.cif", "", None, "b", "odd density", "Odd.", "Look.", "oxides", 7)


def test_a_row_says_what_is_wrong_where_and_what_to_do(qapp):
    model = import_report_model()
    model.set_rows([NOT_READ, REMARK])
    cells = [[model.cell_text(line, column) for column in range(model.columnCount())] for line in range(2)]
    assert cells == [
        ["not read", "a.cif", "No atoms.", "Export it again.", "", "b1", "3", "oxides", "/data"],
        ["remark: odd density", "b.cif", "Odd.", "Look.", "b", "", "", "oxides", "/data"],
    ]


def test_all_texts_are_searched(qapp):
    model = import_report_model()
    model.set_rows([NOT_READ, REMARK])
    for text, count in (("DATA", 2), ("b.cif", 1), ("odd", 1), ("export", 1), ("b1", 1), ("zinc", 0)):
        model.set_filter(text)
        assert model.rowCount() == count, text


def test_unknown_names_and_unusable_entries_are_listed(qapp):
    summary = LabelSummary(
        matched=3, unmatched=["xyz"], invalid=[LabelProblem(5, "abc", "gap", "'n.a.' is no number.")]
    )
    model = label_problems_model(summary)
    assert [model.cell_text(line, 1) for line in range(2)] == ["xyz", "abc"]
    assert [model.cell_text(line, 0) for line in range(2)] == ["", "5"]
    assert "No structure" in model.cell_text(0, 3)
