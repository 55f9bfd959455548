from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.importing.report import ReportRow
from desktop_app.dialogs.import_report import ImportReportDialog, detail_words
from desktop_app.notes import Notes
from desktop_app.upkeep.settings import AppSettings

ROWS = [
    ReportRow("not read", "/data/a.cif", "b1", 3, "", "", "No atoms.", "Export it again.", "oxides"),
    ReportRow("remark", "/data/b.cif", "", None, "b", "odd density", "Odd.", "Look.", "oxides", 7),
    ReportRow("remark", "/data/c.cif", "", None, "c", "odd density", "Odd.", "Look.", "oxides", 8),
    ReportRow("remark", "/data/c.cif", "", 2, "c", "repaired file", "Line 2.", "Look.", "oxides", 8),
]


@pytest.fixture
def dialog(qtbot: QtBot, settings: AppSettings, qapp) -> Iterator[ImportReportDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ImportReportDialog(ROWS, "oxides", settings, Notes(), parent)
    dialog.show()
    yield dialog
    dialog.close()


def shown(dialog: ImportReportDialog) -> list[str]:
    model = dialog.table.model
    return [f"{model.row(line).kind} {model.row(line).structure}" for line in range(model.rowCount())]


def choose(dialog: ImportReportDialog, words: str) -> None:
    dialog.kinds.setCurrentIndex(dialog.kinds.findText(words))


def test_kinds_are_offered_with_their_numbers(dialog: ImportReportDialog):
    assert [dialog.kinds.itemText(index) for index in range(dialog.kinds.count())] == [
        "Everything (4)",
        "Not read (1)",
        "All remarks (3)",
        "Remark: odd density (2)",
        "Remark: repaired file (1)",
    ]


def test_rows_of_one_kind_are_shown_and_still_filtered_by_text(qtbot: QtBot, dialog: ImportReportDialog):
    assert len(shown(dialog)) == 4
    choose(dialog, "Not read (1)")
    assert shown(dialog) == ["not read "]
    choose(dialog, "Remark: odd density (2)")
    assert shown(dialog) == ["remark b", "remark c"]
    qtbot.keyClicks(dialog.table.filter_box, "c.cif")
    qtbot.waitUntil(lambda: shown(dialog) == ["remark c"])
    choose(dialog, "Everything (4)")
    assert shown(dialog) == ["remark c", "remark c"]


def test_the_selected_row_is_told_in_full(dialog: ImportReportDialog):
    assert dialog.detail.text() == "a.cif, b1, line 3\nNo atoms.\nWhat to do: Export it again."
    choose(dialog, "Remark: repaired file (1)")
    assert dialog.detail.text().startswith("c.cif, line 2")
    dialog.table.view.clearSelection()
    assert dialog.detail.text() == ""


def test_a_place_is_named_once():
    row = ReportRow("not read", "/a.jsonl", "line 7", 7, "", "", "No JSON.", "Mend it.", "all")
    assert detail_words(row).splitlines()[0] == "a.jsonl, line 7"


def test_only_a_structure_can_be_shown(qtbot: QtBot, dialog: ImportReportDialog):
    assert not dialog.show_button.isEnabled()
    dialog.table.view.selectRow(0)
    assert not dialog.show_button.isEnabled()
    dialog.table.view.selectRow(2)
    with qtbot.waitSignal(dialog.structure_chosen) as chosen:
        qtbot.mouseClick(dialog.show_button, Qt.MouseButton.LeftButton)
    assert chosen.args == [8]
    choose(dialog, "Not read (1)")
    assert not dialog.show_button.isEnabled()


def test_a_report_on_all_collections_names_none(qtbot: QtBot, settings: AppSettings, qapp):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ImportReportDialog([], None, settings, Notes(), parent)
    assert dialog.windowTitle() == "Import report"
    assert [dialog.kinds.itemText(0), dialog.kinds.count()] == ["Everything (0)", 1]
