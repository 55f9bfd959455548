from core.store.rows import PredictionRow
from desktop_app.predictions.candidates import Candidate
from desktop_app.predictions.prediction_columns import (
    candidate_columns,
    prediction_columns,
    prediction_of,
    predictions_model,
)


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
    model.sort(4)
    assert [model.row(line).name for line in range(3)] == ["a", "c", "b"]


def test_the_interval_stands_beside_the_prediction_with_its_level(qapp):
    assert cells(prediction())["90 % interval"] == "7 to 9"
    assert cells(prediction(lower=None, upper=None))["90 % interval"] == ""


def test_the_interval_is_told_on_hovering(qapp):
    column = prediction_columns("eV", log=False)[2]
    assert column.tooltip is not None
    assert column.tooltip(prediction()) == "From 7 to 9, with 90 % confidence"
    assert "No interval" in column.tooltip(prediction(lower=None, upper=None))
    assert "the networks differ by 0.25" in column.tooltip(prediction(spread=0.25))


def test_intervals_are_sorted_by_their_width_on_the_scale_that_was_learned(qapp):
    rows = [prediction(name=name, lower=1.0, upper=upper) for name, upper in (("a", 90.0), ("b", 20.0))]
    rows.append(prediction(name="c", lower=0.001, upper=1.0))
    model = predictions_model()
    for log, order in ((False, "cba"), (True, "bac")):
        model.set_rows(rows, prediction_columns("eV", log=log))
        model.sort(3)
        assert [model.row(line).name for line in range(3)] == list(order)


def test_what_is_unlike_the_training_is_marked_with_its_reasons(qapp):
    outside = prediction(in_domain=False, reasons="no training structure has K; density of 0.1 <b>g/cm3")
    assert cells(outside)["Domain"] == "⚠ outside"
    assert (cells(outside)["Predicted (eV)"], cells(prediction())["Predicted (eV)"]) == ("⚠ 8", "8")
    assert cells(prediction(in_domain=True))["Domain"] == "inside"
    assert cells(prediction())["Domain"] == ""
    tooltip = prediction_columns("eV", log=False)[-1].tooltip
    assert tooltip is not None
    assert tooltip(outside).endswith("\n- no training structure has K\n- density of 0.1 b>g/cm3")
    assert tooltip(prediction(in_domain=True)).startswith("Like")
    assert "earlier version" in tooltip(prediction())


def test_the_filter_finds_what_is_outside(qapp):
    model = predictions_model()
    rows = [prediction(in_domain=True), prediction(name="KCl", in_domain=False, reasons="no K")]
    model.set_rows(rows, prediction_columns("eV", log=False))
    model.set_filter("outside")
    assert [model.row(line).name for line in range(model.rowCount())] == ["KCl"]


def test_candidates_stand_with_rank_and_score(qapp):
    model = predictions_model()
    candidate = Candidate(prediction(measured=None, split="new"), 1, 0.31415)
    model.set_rows([candidate], candidate_columns("eV", log=False, score="Expected gain"))
    titles = ["Rank", "Name", "Expected gain (eV)", "Predicted (eV)", "90 % interval", "Domain"]
    assert model.titles() == titles
    assert [model.cell_text(0, k) for k in (0, 1, 2, 4)] == ["1", "NaCl", "0.314", "7 to 9"]
    assert prediction_of(candidate) is prediction_of(candidate.prediction)


def test_the_score_of_a_logarithm_is_in_decades_and_a_value_needs_none(qapp):
    assert candidate_columns("S/cm", log=True, score="Uncertainty")[2].title == "Uncertainty (log10)"
    assert candidate_columns("S/cm", log=True, score="")[2].title == "Predicted (S/cm)"
