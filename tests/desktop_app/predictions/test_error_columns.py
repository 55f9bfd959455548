from core.store.rows import PredictionRow
from core.store.runs.error_breakdown import ElementError, HeldOutError
from desktop_app.predictions.error_columns import element_columns, elements_model, worst_columns, worst_model

ROW = PredictionRow(1, "LiF", "gap", 14.2, "", 12.0, None, None, "test")


def test_the_worst_have_error_measured_predicted_and_distance(qapp):
    model = worst_model()
    model.set_rows([HeldOutError(ROW, -2.2, 0.5), HeldOutError(ROW, 3.0)], worst_columns("eV"))
    assert model.titles()[1] == "Error (eV)"
    assert [model.cell_text(0, k) for k in range(5)] == ["LiF", "-2.2", "14.2", "12", "0.5"]
    assert model.cell_text(1, 4) == ""


def test_errors_are_sorted_by_size_whatever_their_sign(qapp):
    model = worst_model()
    model.set_rows([HeldOutError(ROW, 1.0), HeldOutError(ROW, -2.0), HeldOutError(ROW, 1.5)])
    model.sort(1)
    assert [model.row(k).error for k in range(3)] == [1.0, 1.5, -2.0]


def test_the_bias_of_an_element_has_its_sign(qapp):
    model = elements_model()
    model.set_rows([ElementError("Li", 3, 0.25, 0.125)], element_columns("decades"))
    assert model.titles()[1:3] == ["Mean error (decades)", "Bias (decades)"]
    assert [model.cell_text(0, k) for k in range(4)] == ["Li", "0.25", "+0.125", "3"]
