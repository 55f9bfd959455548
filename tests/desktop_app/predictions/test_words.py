import pytest

from core.store.rows import PredictionRow
from desktop_app.predictions.words import describe_errors, describe_trust

FIGURES = {
    "unit": "eV",
    "test": {
        "mae": 0.2134,
        "mae_mean_baseline": 1.0,
        "mae_forest_baseline": 0.4,
        "num_labels": 38,
        "num_bounds": 0,
    },
}


def test_the_figures_of_bounds_are_counted():
    figures = {**FIGURES, "test": {**FIGURES["test"], "num_bounds": 5}}
    assert "38 held-out values (5 of them bounds)" in describe_errors(figures)


@pytest.mark.parametrize("figures", [None, {}, {"unit": "eV", "test": {}}, {"unit": "eV", "test": None}])
def test_without_held_out_values_no_error_is_claimed(figures):
    assert describe_errors(figures) == "No measured structure was held out: there is no fair error to show."


def test_without_baselines_only_the_error_is_told():
    assert describe_errors({"unit": "", "test": {"mae": 0.5, "num_labels": 3}}) == (
        "Mean absolute error 0.5 on 3 held-out values."
    )


def test_of_classes_the_share_told_correctly_is_shown():
    held_out = {
        "accuracy": 0.9,
        "accuracy_mean_baseline": 0.6,
        "log_loss": 0.3,
        "auc": None,
        "num_labels": 20,
    }
    words = describe_errors({"unit": "", "test": held_out})
    assert words == (
        "90 % of 20 held-out classes told correctly. For comparison: always guessing the mean 60 %."
    )


def row(in_domain: bool | None) -> PredictionRow:
    return PredictionRow(1, "a", "gap", None, "", 1.0, 0.5, 1.5, "new", in_domain=in_domain)


def test_intervals_state_their_level_and_what_they_covered():
    interval = {"level": 0.9, "per_spread": 0.0, "num_calibrated": 30, "coverage": 0.875, "num_tested": 16}
    words = describe_trust({"interval": interval}, [])
    assert words.startswith("90 % intervals")
    assert words.endswith("88 % of 16 test values lie within.")
    assert describe_trust({"interval": None}, []) == ""


def test_structures_unlike_those_learned_from_are_counted():
    assert describe_trust({}, [row(True), row(None)]) == ""
    assert "1 of 3 structures are unlike" in describe_trust({}, [row(True), row(False), row(None)])
