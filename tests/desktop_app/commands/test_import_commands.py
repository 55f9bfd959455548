from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from core.errors import LabelError
from core.store.progress import Progress
from core.store.project import Project
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from desktop_app.commands import import_commands
from desktop_app.commands.import_commands import progress_words, read_header
from desktop_app.dialogs.import_report import ImportReportDialog
from desktop_app.dialogs.labels import LabelsDialog
from desktop_app.dialogs.report import ReportDialog
from desktop_app.notes import Severity
from desktop_app.widgets.toast import Toast
from desktop_app.window import MainWindow


@pytest.fixture
def cifs(tmp_path: Path, rock_salt: Structure, disordered: Structure) -> Path:
    """A folder with three good CIFs and two that are none."""
    folder = tmp_path / "my salts"
    folder.mkdir()
    for name, structure in (("halite", rock_salt), ("twin", rock_salt), ("mixed", disordered)):
        (folder / f"{name}.cif").write_text(to_cif(structure, name), encoding="utf-8")
    (folder / "broken.cif").write_text("data_x\n_cell_length_a 1\n", encoding="utf-8")
    (folder / "empty.cif").touch()
    return folder


@pytest.fixture
def opened(window: MainWindow, empty_project: Path) -> MainWindow:
    window.projects.open_folder(empty_project)
    return window


def test_a_folder_is_read_into_a_collection_of_its_name(
    qtbot: QtBot, opened: MainWindow, cifs: Path, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(import_commands, "ask_folder", lambda *args: cifs)
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.actions_table["import_folder"].trigger()
        assert not opened.actions_table["import_folder"].isEnabled()
        assert opened.activity.isVisible()
    assert opened.session.collection == "my salts"
    qtbot.waitUntil(lambda: opened.structures.table.model.rowCount() == 3, timeout=wait)
    qtbot.waitUntil(opened.actions_table["import_folder"].isEnabled, timeout=wait)


def test_what_was_not_read_is_counted_and_listed_with_reasons(
    qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int
):
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.imports.import_paths([cifs])
    (note,) = posted.args
    assert note.level is Severity.WARNING
    assert note.text == "3 structures read into 'my salts', 2 not read."
    note.action()
    report = shown_report(qtbot, opened, wait)
    assert report.windowTitle() == "Import report of 'my salts'"
    assert not report.isModal()
    rows = [report.table.model.row(line) for line in range(2)]
    assert {Path(row.path).name for row in rows} == {"broken.cif", "empty.cif"}
    assert all(row.reason and row.hint for row in rows)
    report.close()


def shown_report(qtbot: QtBot, window: MainWindow, wait: int) -> ImportReportDialog:
    qtbot.waitUntil(lambda: window.findChild(ImportReportDialog) is not None, timeout=wait)
    report = window.findChild(ImportReportDialog)
    assert report.isVisible()
    return report


def test_a_structure_with_remarks_is_counted_listed_and_shown_by_a_double_click(
    qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int
):
    halite = (cifs / "halite.cif").read_text(encoding="utf-8")
    (cifs / "halite.cif").write_text(
        halite.replace("data_", "_a_tag 1\n_a_tag 2\ndata_", 1), encoding="utf-8"
    )
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.imports.import_paths([cifs])
    assert posted.args[0].text == "3 structures read into 'my salts', 2 not read, 1 with remarks."
    posted.args[0].action()
    report = shown_report(qtbot, opened, wait)
    opened.session.select_collection(None)
    line = report.table.model.find(lambda row: row.structure == "halite")
    place = report.table.view.visualRect(report.table.model.index(line, 0)).center()
    for click in (qtbot.mouseClick, qtbot.mouseDClick):
        click(report.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.session.collection == "my salts"
    chosen = opened.session.structure_id
    assert chosen == report.table.model.row(line).structure_id
    qtbot.waitUntil(lambda: opened.structures.selected_ids == [chosen], timeout=wait)
    report.close()


def test_an_import_is_undone_and_redone_from_the_menu(
    qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int
):
    opened.imports.import_paths([cifs])
    model = opened.structures.table.model
    qtbot.waitUntil(lambda: model.num_rows == 3, timeout=wait)
    assert opened.actions_table["undo"].text() == "Undo Import into 'my salts'"
    opened.actions_table["undo"].trigger()
    qtbot.waitUntil(lambda: model.num_rows == 0, timeout=wait)
    assert opened.structures.is_empty
    assert not opened.actions_table["show_report"].isEnabled()
    opened.actions_table["redo"].trigger()
    qtbot.waitUntil(lambda: model.num_rows == 3, timeout=wait)
    assert opened.actions_table["show_report"].isEnabled()


def test_the_table_of_a_cgcnn_folder_is_offered_after_the_import(
    qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int
):
    (cifs / "id_prop.csv").write_text("halite,8.5\ntwin,8.4\n", encoding="utf-8")
    opened.imports.import_paths([cifs])
    qtbot.waitUntil(lambda: opened.findChild(LabelsDialog) is not None, timeout=wait)
    dialog = opened.findChild(LabelsDialog)
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(button.isEnabled, timeout=wait)
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    with Project.open(opened.session.project_folder) as project:
        assert [(row.name, row.num_labels) for row in project.properties()] == [("target", 2)]


def test_a_table_that_names_the_structures_is_offered_after_the_import(
    qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int
):
    (cifs.parent / "gaps.csv").write_text("id,gap\nhalite,5.0\nmixed,5.1\n", encoding="utf-8")

    def offers() -> list[Toast]:
        return [toast for toast in opened.toasts.toasts if "gaps.csv" in toast.note.text]

    opened.imports.import_paths([cifs])
    qtbot.waitUntil(lambda: len(offers()) == 1, timeout=wait)
    button = next(b for b in offers()[0].findChildren(QPushButton) if b.text() == "Import its values")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.findChild(LabelsDialog) is not None, timeout=wait)
    assert opened.findChild(LabelsDialog).columns.mapping().id_column == "id"
    opened.findChild(LabelsDialog).reject()


def test_the_report_can_be_asked_for_later(qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int):
    opened.imports.import_paths([cifs])
    qtbot.waitUntil(opened.actions_table["show_report"].isEnabled, timeout=wait)
    assert opened.structures.report_button.isVisible()
    assert opened.actions_table["show_report"].text() == "Import report: 2 not read"
    opened.actions_table["show_report"].trigger()
    shown_report(qtbot, opened, wait)
    opened.session.open_project(None)  # whose structures the report would lead to
    qtbot.waitUntil(lambda: opened.findChild(ImportReportDialog) is None, timeout=wait)


def test_single_files_go_into_a_collection_named_after_their_folder(
    qtbot: QtBot, opened: MainWindow, cifs: Path, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(import_commands, "ask_files", lambda *args: [cifs / "halite.cif"])
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["import_files"].trigger()
    assert posted.args[0].level is Severity.DONE
    assert posted.args[0].text == "1 structure read into 'my salts'."


def test_a_folder_without_cifs_is_explained(qtbot: QtBot, opened: MainWindow, tmp_path: Path, wait: int):
    (tmp_path / "none").mkdir()
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.imports.import_paths([tmp_path / "none"])
    assert posted.args[0].level is Severity.ERROR
    assert "No file with crystal structures" in posted.args[0].text


def test_without_a_project_there_is_nothing_to_import_into(window: MainWindow, cifs: Path):
    assert not window.actions_table["import_folder"].isEnabled()
    window.imports.import_paths([cifs])
    assert window.session.notes.history[0].text == "No project is open."


def test_values_are_attached_as_the_dialog_says(
    qtbot: QtBot, opened: MainWindow, cifs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: int
):
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.imports.import_paths([cifs])
    table = tmp_path / "gaps.csv"
    table.write_text("id;gap\nhalite;8,5\nmixed;<7\ntwin;n.a.\nabsent;3\n", encoding="utf-8")
    monkeypatch.setattr(import_commands, "ask_file", lambda *args: table)
    opened.actions_table["import_labels"].trigger()
    qtbot.waitUntil(lambda: opened.findChild(LabelsDialog) is not None, timeout=wait)
    dialog = opened.findChild(LabelsDialog)
    dialog.columns.lines[1].unit.setText("eV")
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(button.isEnabled, timeout=wait)
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    note = opened.session.notes.history[-1]
    assert note.text.startswith("2 values of 'gap' attached. 1 rows without a structure")
    with Project.open(opened.session.project_folder) as project:
        assert [(row.name, row.unit, row.num_labels) for row in project.properties()] == [("gap", "eV", 2)]
        assert sorted(label.bound for label in project.labels("gap").values()) == ["", "<"]
    note.action()
    report = opened.findChild(ReportDialog)
    assert "absent" in {
        report.table.model.cell_text(line, 1) for line in range(report.table.model.rowCount())
    }
    report.close()


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id,gap\n", ["id", "gap"]),
        ("id;gap;note\n1;2,5;x", ["id", "gap", "note"]),
        ("ID\tband gap (eV)\n", ["ID", "band gap (eV)"]),
        ('"a, b",c\n', ["a, b", "c"]),
    ],
)
def test_the_titles_of_a_table_are_read_whatever_separates_them(tmp_path: Path, text: str, header: list[str]):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8-sig")
    assert read_header(tmp_path / "t.csv") == header


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"only one\n1\n", "one column only")])
def test_a_file_that_is_no_table_is_explained(tmp_path: Path, content: bytes, words: str):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(LabelError, match=words):
        read_header(tmp_path / "t.csv")


def test_a_table_that_is_gone_is_explained(qtbot: QtBot, opened: MainWindow, tmp_path: Path, wait: int):
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.imports.import_table(tmp_path / "gone.csv")
    assert "cannot be opened" in posted.args[0].text


def test_without_a_project_there_is_nothing_to_attach_values_to(window: MainWindow, tmp_path: Path):
    window.imports.import_table(tmp_path / "t.csv")
    assert window.session.notes.history[0].text == "No project is open."


def test_space_groups_are_found_after_an_import(qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int):
    opened.imports.import_paths([cifs])

    def symbols() -> set[str | None]:
        model = opened.structures.table.model
        return {model.row(line).space_group_symbol for line in range(model.rowCount())}

    qtbot.waitUntil(lambda: symbols() == {"Fm-3m"}, timeout=wait)


def test_disorder_is_treated_as_the_menu_says(qtbot: QtBot, opened: MainWindow, cifs: Path, wait: int):
    opened.actions_table["import_skip"].trigger()
    assert opened.settings.disorder == "skip"
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.imports.import_paths([cifs])
    assert posted.args[0].text.startswith("2 structures read")


def test_speed_and_remaining_time_are_told():
    assert progress_words(Progress(0, 1, 50, 2.0)) == "50 structures, 25 per second"
    assert progress_words(Progress(10, 40, 1500, 1.0)).endswith("1,500 per second, 3 s left")
    assert progress_words(Progress(1, 41, 1, 9.0)).endswith("6 min left")
