import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.store.importing.files import import_files
from core.store.project import Project
from desktop_app.commands import own_value_commands
from desktop_app.notes import Severity
from desktop_app.window import MainWindow


@pytest.fixture
def opened(window: MainWindow, empty_project: Path, tmp_path: Path) -> MainWindow:
    """A window on a project whose structures came with gaps, one of them no number, and in one collection."""
    crystal = {"lattice": [[3, 0, 0], [0, 3, 0], [0, 0, 3]], "species": ["Po"], "frac_coords": [[0, 0, 0]]}
    lines = [{"id": f"s{number}", "gap": gap, **crystal} for number, gap in enumerate([1.5, "2.5?", 0.5])]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with Project.open(empty_project) as project:
        import_files(project, [tmp_path / "many.jsonl"], "many")
    window.projects.open_folder(empty_project)
    return window


def test_a_number_beside_the_structures_becomes_a_property(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(own_value_commands, "ask_choice", lambda parent, title, label, names, new: names[0])
    monkeypatch.setattr(own_value_commands, "ask_text", lambda *args, blank: "eV")
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["take_values"].trigger()
    assert posted.args[0].level is Severity.WARNING
    assert posted.args[0].text.startswith("2 values of 'gap' taken from the files. 1 entries are no values")
    with Project.open(opened.session.project_folder) as project:
        assert [(row.name, row.unit, row.num_labels) for row in project.properties()] == [("gap", "eV", 2)]
    assert opened.actions_table["undo"].text() == "Undo Take 'gap' from the files"


def test_thinking_better_of_it_changes_nothing(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    asked: list[str] = []
    monkeypatch.setattr(own_value_commands, "ask_choice", lambda *args, new: asked.append("name"))
    opened.actions_table["take_values"].trigger()
    qtbot.waitUntil(lambda: asked == ["name"], timeout=wait)
    with Project.open(opened.session.project_folder) as project:
        assert project.properties() == []


def test_structures_without_numbers_are_told(
    qtbot: QtBot, window: MainWindow, empty_project: Path, wait: int
):
    assert not window.actions_table["take_values"].isEnabled()
    window.projects.open_folder(empty_project)
    with qtbot.waitSignal(window.session.notes.posted, timeout=wait) as posted:
        window.actions_table["take_values"].trigger()
    assert "No numbers" in posted.args[0].text
