from pathlib import Path

import pyqtgraph
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.errors import CoreError
from desktop_app.plots.export import ExportButton


@pytest.fixture
def button(qtbot: QtBot) -> ExportButton:
    plot = pyqtgraph.PlotWidget()
    plot.plot([1, 2, 3], [3.0, 2.0, 1.5])
    button = ExportButton(plot, "curves", lambda: (["epoch", "=loss"], [[1, 3.0], [2, float("nan")]]))
    qtbot.addWidget(plot)
    qtbot.addWidget(button)
    plot.resize(300, 200)
    plot.show()
    return button


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: (str(path), ""))


def pick(button: ExportButton, words: str) -> None:
    next(action for action in button.menu().actions() if words in action.text()).trigger()


def test_the_table_has_all_numbers_and_no_formula(
    qtbot: QtBot, button: ExportButton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(monkeypatch, tmp_path / "a.csv")
    with qtbot.waitSignal(button.written):
        pick(button, "CSV")
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["epoch,'=loss", "1,3.0", "2,"]


def test_the_picture_has_twice_the_pixels_of_the_screen(
    button: ExportButton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(monkeypatch, tmp_path / "a")
    pick(button, "PNG")
    image = QImage(str(tmp_path / "a.png"))
    assert (image.width(), image.height()) == (600, 400)
    assert len({image.pixel(x, 200) for x in range(600)}) > 1  # it is not blank


def test_the_drawing_is_made_of_lines(button: ExportButton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    choose(monkeypatch, tmp_path / "a.svg")
    pick(button, "SVG")
    drawing = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<svg" in drawing
    assert "<path" in drawing or "<polyline" in drawing
    assert "<image" not in drawing


def test_a_file_that_cannot_be_written_is_said_in_words(
    qtbot: QtBot, button: ExportButton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(monkeypatch, tmp_path / "no such folder" / "a.csv")
    with qtbot.waitSignal(button.failed) as signal:
        pick(button, "CSV")
    assert isinstance(signal.args[0], CoreError)
    assert "cannot be written" in signal.args[0].message


def test_nothing_is_written_when_no_file_is_chosen(
    button: ExportButton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(monkeypatch, "")
    pick(button, "PNG")
    assert list(tmp_path.glob("*.png")) == []
