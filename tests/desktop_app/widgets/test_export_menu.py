from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.errors import DiskFull
from desktop_app.widgets.export_menu import ExportMenu, as_png, problem_of_writing


@pytest.fixture
def menu(qtbot: QtBot) -> ExportMenu:
    menu = ExportMenu("Write what is shown.")
    qtbot.addWidget(menu)
    return menu


@pytest.mark.parametrize(("typed", "asked"), [("a", "a.csv"), ("a.CSV", "a.CSV"), ("a.b", "a.b.csv")])
def test_a_file_gets_the_ending_of_its_kind(
    menu: ExportMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, asked: str
):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: (str(tmp_path / typed), ""))
    assert menu.ask("a", "csv", "Table") == tmp_path / asked


def test_what_was_written_is_named(qtbot: QtBot, menu: ExportMenu, tmp_path: Path):
    with qtbot.waitSignal(menu.written) as signal:
        menu.save(tmp_path / "a.txt", lambda path: path.write_text("a"))
    assert signal.args == ["Written: a.txt"]


def test_a_folder_that_is_not_there_is_told_with_what_to_do(tmp_path: Path):
    problem = problem_of_writing(tmp_path / "none" / "a.txt", lambda path: path.write_text("a"))
    assert problem is not None
    assert "No such file or directory" in problem.message
    assert problem.hint == "Choose another folder."


def test_errors_of_the_engine_are_told_in_its_words(tmp_path: Path):
    full = DiskFull(tmp_path)

    def write(path: Path) -> None:
        raise full

    assert problem_of_writing(tmp_path / "a.txt", write) is full


def test_a_picture_keeps_its_pixels():
    picture = QImage(3, 2, QImage.Format.Format_ARGB32)
    picture.fill(QColor("#0072b2"))
    read = QImage.fromData(as_png(picture))
    assert (read.width(), read.height(), read.pixelColor(2, 1).name()) == (3, 2, "#0072b2")
