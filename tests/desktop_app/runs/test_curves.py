import math
from dataclasses import replace

import pytest

from desktop_app.runs.curves import curves_of, readout, smoothed
from desktop_app.runs.history import RunHistory

FIRST = RunHistory(epochs=[1, 2, 3], train=[3.0, 2.0, 1.0], validation=[4.0, math.nan, 2.0], num_epochs=5)
SECOND = RunHistory(epochs=[1], train=[5.0], validation=[6.0], metrics={"mae": [0.5]})


def test_a_run_alone_has_no_colour_of_its_own_and_several_have():
    assert [curve.color for curve in curves_of({"a": FIRST}, "losses")] == ["", ""]
    colors = [curve.color for curve in curves_of({"a": FIRST, "b": SECOND}, "losses")]
    assert colors[0] == colors[1] != colors[2] == colors[3]


def test_smoothing_is_a_mean_of_the_last_epochs_that_starts_at_once():
    assert smoothed([4.0, 2.0, 6.0, 0.0], 2) == [4.0, 3.0, 4.0, 3.0]
    assert smoothed([4.0, 2.0], 0) == [4.0, 2.0]


def test_a_gap_stays_a_gap_and_counts_nothing():
    values = smoothed([4.0, math.nan, 2.0], 3)
    assert math.isnan(values[1])
    assert (values[0], values[2]) == (4.0, 3.0)


def test_what_is_smoothed_keeps_what_it_was():
    curve = curves_of({"": FIRST}, "losses", 3)[0]
    assert list(curve.values) == [3.0, 2.5, 2.0]
    assert list(curve.raw) == [3.0, 2.0, 1.0]


def test_a_figure_of_the_epochs_is_one_of_the_validation():
    training, validation = curves_of({"": SECOND}, "mae")
    assert (list(training.values), list(validation.values)) == ([], [0.5])


def test_at_an_epoch_every_curve_that_reaches_it_is_read():
    histories = {"a": FIRST, "b": SECOND}
    curves = curves_of(histories, "losses")
    assert readout(histories, curves, 1) == (
        "epoch 1, a training 3, a validation 4, b training 5, b validation 6"
    )
    assert readout(histories, curves, 2) == "epoch 2, a training 2"


def test_stars_of_several_runs_are_explained_where_there_are_some():
    histories = {"a": FIRST, "b": SECOND}
    assert "starred" not in readout(histories, [], None)
    histories["b"] = replace(SECOND, best_epoch=1)
    assert readout(histories, [], None).startswith("2 runs, training solid, validation dashed, best starred;")


@pytest.mark.parametrize("shown", ["losses", "mae"])
def test_of_several_runs_nothing_is_read_before_one_points(shown: str):
    histories = {"a": FIRST, "b": SECOND}
    assert readout(histories, curves_of(histories, shown), None).startswith(
        "2 runs, training solid, validation dashed"
    )
