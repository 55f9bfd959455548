from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.dialogs.ask import (
    ask_file,
    ask_files,
    ask_folder,
    ask_new_folder,
    ask_number,
    ask_save,
    ask_text,
)
from desktop_app.upkeep.settings import AppSettings


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


def test_the_answer_is_a_path_and_its_folder_is_remembered(
    parent: QWidget, settings: AppSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: "/projects/oxides")
    assert ask_folder(parent, "Open", settings) == Path("/projects/oxides")
    assert settings.last_folder == "/projects"


def test_several_files_can_be_chosen(parent: QWidget, settings: AppSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: (["/a/1.cif", "/a/2.cif"], ""))
    assert ask_files(parent, "Import", "*.cif", settings) == [Path("/a/1.cif"), Path("/a/2.cif")]


def test_no_answer_is_none_and_changes_nothing(
    parent: QWidget, settings: AppSettings, monkeypatch: pytest.MonkeyPatch
):
    before = settings.last_folder
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: ("", ""))
    assert ask_file(parent, "Open", "*", settings) is None
    assert ask_save(parent, "Save", "report.csv", "*", settings) is None
    assert ask_new_folder(parent, "New", settings) is None
    assert settings.last_folder == before


@pytest.mark.parametrize(
    ("answer", "blank", "words"),
    [
        ((" a b ", True), False, "a b"),
        (("", True), False, None),
        (("", True), True, ""),
        (("a", False), True, None),
    ],
)
def test_no_words_are_an_answer_only_where_they_may_be(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch, answer: tuple[str, bool], blank: bool, words: str | None
):
    monkeypatch.setattr(QInputDialog, "getText", lambda *args, text: answer)
    assert ask_text(parent, "Edit value", "gap", "1.2", blank=blank) == words


def test_a_number_is_asked_for_from_one_on(parent: QWidget, monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(QInputDialog, "getInt", lambda *args: asked.append(args[3:]) or (3, True))
    assert ask_number(parent, "Runs at once", "How many", 2, most=8) == 3
    assert asked == [(2, 1, 8)]
    monkeypatch.setattr(QInputDialog, "getInt", lambda *args: (3, False))
    assert ask_number(parent, "Runs at once", "How many", 2, most=8) is None
