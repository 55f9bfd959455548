from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.project import Project
from desktop_app.dialogs.alike import AlikeDialog
from desktop_app.map.embedding_map import PointKind
from desktop_app.session import Session


@pytest.fixture
def trained(qtbot: QtBot, session: Session, small_project, finetuned, wait: int) -> Session:
    finetuned(small_project)
    session.open_project(Project.open(small_project))
    qtbot.waitUntil(lambda: bool(session.jobs.runs), timeout=wait)
    with qtbot.waitSignal(session.structure_loaded, timeout=wait):
        session.select_structure(5)
    return session


@pytest.fixture
def opened(qtbot: QtBot, trained: Session) -> Callable[[PointKind], AlikeDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)

    def show(kind: PointKind) -> AlikeDialog:
        dialog = AlikeDialog(trained, trained.jobs.runs["0001-finetune-gap"].folder, kind, parent)
        dialog.show()
        return dialog

    return show


def choose(qtbot: QtBot, dialog: AlikeDialog, line: int) -> None:
    place = dialog.table.view.visualRect(dialog.table.model.index(line, 0)).center()
    qtbot.mouseClick(dialog.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_chosen_crystal_is_drawn_beside_the_selected_one(qtbot: QtBot, opened, wait: int):
    dialog = opened(PointKind.CRYSTALS)
    qtbot.waitUntil(lambda: dialog.table.model.rowCount() == 12, timeout=wait)
    assert "most like NaCl" in dialog.sentence.text()
    assert not dialog.show_button.isEnabled()
    blank = dialog.there.grab().toImage()
    choose(qtbot, dialog, 1)
    qtbot.waitUntil(dialog.show_button.isEnabled, timeout=wait)
    assert dialog.there.grab().toImage() != blank
    assert "distance" in dialog.captions[1].text()
    dialog.close()


def test_sites_follow_the_site_that_is_selected_in_the_window(
    qtbot: QtBot, trained: Session, opened, wait: int
):
    dialog = opened(PointKind.SITES)
    assert "Choose a site" in dialog.sentence.text()
    trained.select_site(7)
    qtbot.waitUntil(lambda: dialog.table.model.rowCount() == 12, timeout=wait)
    assert dialog.table.model.cell_text(0, 2) == "Cl5"
    assert "Cl8 in NaCl" in dialog.sentence.text()
    dialog.close()


def test_what_was_chosen_can_be_shown_in_the_window(qtbot: QtBot, trained: Session, opened, wait: int):
    trained.select_site(7)
    dialog = opened(PointKind.SITES)
    qtbot.waitUntil(lambda: dialog.table.model.rowCount() == 12, timeout=wait)
    choose(qtbot, dialog, 0)
    qtbot.waitUntil(dialog.show_button.isEnabled, timeout=wait)
    chosen = dialog.table.selected_row()
    with qtbot.waitSignal(trained.site_selected, timeout=wait):
        qtbot.mouseClick(dialog.show_button, Qt.MouseButton.LeftButton)
    assert (trained.structure_id, trained.site) == (chosen.structure_id, 4)
