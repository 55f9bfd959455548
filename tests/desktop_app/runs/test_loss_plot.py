import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from desktop_app.look.theme import Theme, apply_theme
from desktop_app.runs.history import RunHistory
from desktop_app.runs.loss_plot import LossPlot

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
    assert [list(axis) for axis in plot.best[""].getData()] == [[3], [0.6]]


def test_a_run_without_validation_marks_its_training_loss(plot: LossPlot):
    plot.show_history(RunHistory(epochs=[1], train=[0.7], validation=[math.nan], best_epoch=1))
    assert [list(axis) for axis in plot.best[""].getData()] == [[1], [0.7]]


def test_the_legend_tells_of_a_star_only_where_one_is_drawn(plot: LossPlot):
    def listed() -> list[str]:
        return [label.text for _, label in plot.plot.getPlotItem().legend.items]

    assert listed() == ["training", "validation", "best"]
    plot.shown.setCurrentText("local")
    assert "best" not in listed()
    plot.shown.setCurrentText("losses")
    keeps_the_last = RunHistory(epochs=[1, 2], train=[1.0, 0.5], validation=[1.2, 0.9], num_epochs=2)
    plot.show_history(keeps_the_last)
    assert listed() == ["training", "validation"]
    plot.show_history(HISTORY)
    assert listed() == ["training", "validation", "best"]


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


def test_several_runs_are_drawn_together_each_in_its_colour(plot: LossPlot):
    other = RunHistory(epochs=[1, 2], train=[0.9, 0.8], validation=[1.0, 0.9], best_epoch=2)
    plot.show_histories({"0001-a": HISTORY, "0002-b": other})
    assert list(plot.items) == [
        *("0001-a training", "0001-a validation", "0002-b training", "0002-b validation")
    ]
    colors = [item.opts["pen"].color().name() for item in plot.items.values()]
    assert colors[0] == colors[1] != colors[2] == colors[3]
    assert [list(axis) for axis in plot.best["0002-b"].getData()] == [[2], [0.9]]
    legend = plot.plot.getPlotItem().legend
    assert [label.text for _, label in legend.items] == ["0001-a", "0002-b"]
    plot.show_history(HISTORY)
    assert list(plot.items) == ["training", "validation"]
    assert [label.text for _, label in legend.items] == ["training", "validation", "best"]


def test_smoothing_keeps_the_raw_line_pale(qtbot: QtBot, plot: LossPlot):
    qtbot.keyClick(plot.smooth, Qt.Key.Key_Up)
    qtbot.keyClick(plot.smooth, Qt.Key.Key_Up)
    assert plot.smooth.value() == 2
    assert list(plot.curves["training"].getData()[1]) == [1.0, 0.75, 0.375]
    assert list(plot.pale["training"].getData()[1]) == [1.0, 0.5, 0.25]
    assert plot.pale["training"].opts["pen"].color().alpha() < 128
    plot.smooth.setValue(0)
    assert plot.pale == {}


def test_pointing_at_an_epoch_reads_its_values(qtbot: QtBot, plot: LossPlot):
    view = plot.plot.getPlotItem().getViewBox()
    plot.plot.scene().sigMouseMoved.emit(view.mapViewToScene(QPointF(2.2, 0.5)))
    assert plot.readout.text() == "epoch 2, training 0.5"
    assert plot.hair.isVisible()
    plot.plot.scene().sigMouseMoved.emit(QPointF(-50, -50))
    assert plot.readout.text().startswith("epoch 3 of 10")
    assert not plot.hair.isVisible()


def test_the_numbers_of_all_curves_can_be_exported(plot: LossPlot, tmp_path: Path):
    plot.smooth.setValue(3)
    plot.export.write(tmp_path / "curves.csv")
    lines = (tmp_path / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["epoch,training,validation", "1,1.0,1.2", "2,0.5,", "3,0.25,0.6"]
