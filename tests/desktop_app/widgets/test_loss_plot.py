import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from desktop_app.look.theme import Theme, apply_theme
from desktop_app.runs.history import RunHistory
from desktop_app.widgets.loss_plot import LossPlot

HISTORY = RunHistory(
    epochs=[1, 2, 3],
    train=[1.0, 0.5, 0.25],
    validation=[1.2, math.nan, 0.6],
    metrics={"local": [3.0, 2.0, 1.0]},
    num_epochs=10,
    best_epoch=3,
)


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    plot.show_history(HISTORY)
    return plot


def test_the_curves_are_the_history(plot: LossPlot):
    x, y = plot.curves["training"].getData()
    assert list(x) == [1, 2, 3]
    assert list(y) == [1.0, 0.5, 0.25]
    assert np.isnan(plot.curves["validation"].getData()[1][1])


def test_the_sentence_says_where_the_run_stands(plot: LossPlot):
    assert plot.readout.text() == "epoch 3 of 10, training 0.25, validation 0.6, best at epoch 3"
    plot.show_history(RunHistory())
    assert plot.readout.text() == "No epoch has ended yet."


def test_the_best_epoch_is_marked(plot: LossPlot):
    assert [list(axis) for axis in plot.best.getData()] == [[3], [0.6]]


def test_a_run_without_validation_marks_its_training_loss(plot: LossPlot):
    plot.show_history(RunHistory(epochs=[1], train=[0.7], validation=[math.nan], best_epoch=1))
    assert [list(axis) for axis in plot.best.getData()] == [[1], [0.7]]


def test_other_figures_of_the_run_can_be_shown(plot: LossPlot):
    box = plot.findChild(QComboBox)
    assert [box.itemText(n) for n in range(box.count())] == ["losses", "local"]
    box.setCurrentText("local")
    assert list(plot.curves["validation"].getData()[1]) == [3.0, 2.0, 1.0]
    plot.show_history(HISTORY)
    assert box.currentText() == "local"


def test_a_log_scale_shows_the_same_losses_by_their_powers(qtbot: QtBot, plot: LossPlot):
    scale = plot.findChild(QCheckBox)
    qtbot.mouseClick(
        scale, Qt.MouseButton.LeftButton, pos=scale.rect().center() - scale.rect().center() / 1.2
    )
    assert scale.isChecked()
    assert plot.curves["training"].getData()[1] == pytest.approx(np.log10([1.0, 0.5, 0.25]))


def test_training_and_validation_differ_in_more_than_colour(plot: LossPlot):
    training, validation = (plot.curves[name].opts for name in ("training", "validation"))
    assert training["symbol"] != validation["symbol"]
    assert training["pen"].style() != validation["pen"].style()


def test_the_ground_follows_the_theme(qtbot: QtBot, qapp: QApplication, plot: LossPlot):
    def ground() -> str:
        return plot.plot.backgroundBrush().color().name()

    light = ground()
    apply_theme(qapp, Theme.DARK)
    qtbot.waitUntil(lambda: ground() != light)


def test_a_long_history_is_drawn_quickly(plot: LossPlot, benchmark_seconds):
    count = 20_000
    history = RunHistory(
        epochs=list(range(1, count + 1)), train=[1.0] * count, validation=[2.0] * count, best_epoch=count
    )
    assert benchmark_seconds(lambda: plot.show_history(history)) < 0.1


def test_a_long_run_is_a_line_without_marks(plot: LossPlot):
    marked = plot.curves["training"].opts["symbol"]
    epochs = list(range(1, 2001))
    losses = [1 / epoch for epoch in epochs]
    plot.show_history(RunHistory(epochs=epochs, train=losses, validation=losses))
    assert plot.curves["training"].opts["symbol"] is None
    plot.show_history(HISTORY)
    assert plot.curves["training"].opts["symbol"] == marked == "o"
