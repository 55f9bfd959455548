import pytest

from desktop_app.runs.error_words import describe_errors

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


def test_bounds_are_counted_and_the_error_without_them_is_told():
    figures = {**FIGURES, "test": {**FIGURES["test"], "num_bounds": 5, "mae_measured": 0.25}}
    assert "38 held-out values (5 of them bounds; 0.25 eV without these)" in describe_errors(figures)
    figures = {**FIGURES, "test": {**FIGURES["test"], "num_bounds": 38, "mae_measured": None}}
    assert "38 held-out values (38 of them bounds)" in describe_errors(figures)


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
