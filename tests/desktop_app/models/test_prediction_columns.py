from core.store.rows import PredictionRow
from desktop_app.models.prediction_columns import prediction_columns, predictions_model


def prediction(**changes) -> PredictionRow:
    row = {
        "structure_id": 1,
        "name": "NaCl",
        "property": "gap",
        "measured": 8.5,
        "bound": "",
        "predicted": 8.0,
        "lower": 7.0,
        "upper": 9.0,
        "split": "test",
    }
    return PredictionRow(**{**row, **changes})


def cells(row: PredictionRow, unit: str = "eV", *, log: bool = False) -> dict[str, str]:
    model = predictions_model()
    model.set_rows([row], prediction_columns(unit, log=log))
    return {title: model.cell_text(0, number) for number, title in enumerate(model.titles())}


def test_the_error_is_predicted_minus_measured(qapp):
    shown = cells(prediction())
    assert shown["Measured (eV)"] == "8.5"
    assert shown["Predicted (eV)"] == "8"
    assert shown["Error (eV)"] == "-0.5"


def test_the_error_of_a_log_property_is_in_decades(qapp):
    shown = cells(prediction(measured=1e-6, predicted=1e-4), "S/cm", log=True)
    assert shown["Error (log10)"] == "+2"


def test_a_log_error_of_what_is_not_positive_is_not_shown(qapp):
    assert cells(prediction(measured=1e-6, predicted=-1.0), log=True)["Error (log10)"] == ""


def test_a_bound_keeps_its_sign(qapp):
    assert cells(prediction(measured=1e-10, bound="<"))["Measured (eV)"] == "<1e-10"


def test_what_was_not_measured_has_no_error(qapp):
    shown = cells(prediction(measured=None, split="new"))
    assert (shown["Measured (eV)"], shown["Error (eV)"]) == ("", "")


def test_sorting_by_error_puts_the_worst_together(qapp):
    model = predictions_model()
    rows = [prediction(name=name, predicted=value) for name, value in (("a", 8.6), ("b", 2.0), ("c", 12.0))]
    model.set_rows(rows, prediction_columns("eV", log=False))
    model.sort(3)
    assert [model.row(line).name for line in range(3)] == ["a", "c", "b"]


def test_the_interval_is_told_on_hovering(qapp):
    column = prediction_columns("eV", log=False)[2]
    assert column.tooltip is not None
    assert column.tooltip(prediction()) == "From 7 to 9, with 90 % confidence"
    assert "No interval" in column.tooltip(prediction(lower=None, upper=None))
