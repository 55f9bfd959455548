import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.config import OcclusionSettings
from core.events import Finished, Started
from core.jobs.event_log import EventLog
from core.jobs.results.attention import AttentionArchive
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.occlusion import create_occlusion_run
from desktop_app.attention.occlusion import OcclusionView, describe, finding
from desktop_app.attention.occlusion_columns import HiddenRow
from desktop_app.session import Session
from desktop_app.tasks import TaskControl


def finish(run: RunFolder, structure_id: int) -> None:
    """End a run as the engine would: hiding an anion matters twice as much as hiding a cation."""
    np.savez(
        run.occlusion_file,
        structure_ids=np.array([structure_id]),
        outputs=np.array(["gap"]),
        units=np.array(["eV"]),
        whole=np.array([[5.0]]),
        sites=np.array([[0.1]] * 4 + [[-0.2]] * 4),
        site_offsets=np.array([0, 8]),
        element_pairs=np.array([["Cl", "Na"]]),
        elements=np.array([[0.5]]),
        element_offsets=np.array([0, 1]),
    )
    with EventLog(run.events_file) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=0))
        log.append(Finished(1.0))
    run.result_file.write_text('{"metrics": {}}', encoding="utf-8")


@pytest.fixture
def session(
    qtbot: QtBot, session: Session, small_project: Path, finetuned: Callable[[Path], RunFolder], wait: int
) -> Session:
    finetuned(small_project)
    session.open_project(Project.open(small_project))
    qtbot.waitUntil(lambda: bool(session.jobs.runs), timeout=wait)
    with qtbot.waitSignal(session.structure_loaded, timeout=wait):
        session.select_structure(1)
    return session


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> OcclusionView:
    view = OcclusionView(session)
    qtbot.addWidget(view)
    view.show()
    return view


def show(view: OcclusionView, session: Session) -> None:
    run = session.jobs.runs["0001-finetune-gap"]
    attention = AttentionArchive(run.folder.attention_file).get(1)
    view.show_structure(run, 1, session.structure, attention)


def hide_in_project(session: Session) -> RunFolder:
    run = session.jobs.runs["0001-finetune-gap"].folder
    with Project.open(session.project_folder) as project:
        return create_occlusion_run(project, structure_ids=[1], model=run, settings=OcclusionSettings())


def test_without_a_result_a_button_offers_to_make_one(view: OcclusionView, session: Session):
    assert view.start.isHidden()
    show(view, session)
    assert view.start.isVisible()
    assert "predicts again" in view.sentence.text()
    assert view.site_values is None


def test_the_button_starts_a_run_and_its_result_is_shown(
    qtbot: QtBot, view: OcclusionView, session: Session, wait: int, monkeypatch: pytest.MonkeyPatch
):
    started: list[RunFolder] = []
    monkeypatch.setattr(session.jobs, "start", started.append)
    show(view, session)
    qtbot.mouseClick(view.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(started), timeout=wait)
    assert [row["id"] for row in started[0].structures()] == [1]
    assert not view.start.isEnabled()
    assert "as soon as its turn comes" in view.sentence.text()
    finish(started[0], 1)
    qtbot.waitUntil(lambda: started[0].name in session.jobs.runs, timeout=wait)
    session.jobs.ended.emit(started[0].name)
    qtbot.waitUntil(view.table.isVisible, timeout=wait)
    assert view.start.isHidden()
    assert view.site_values.values == pytest.approx([0.1] * 4 + [0.2] * 4)
    assert view.site_values.title == "Change of gap when hidden"
    assert view.table.model.cell_text(0, 0) == "Cl from Na"


def test_a_row_of_a_site_selects_it(qtbot: QtBot, view: OcclusionView, session: Session, wait: int):
    finish(hide_in_project(session), 1)
    qtbot.waitUntil(lambda: len(session.jobs.runs) == 2, timeout=wait)
    show(view, session)
    qtbot.waitUntil(view.table.isVisible, timeout=wait)
    line = view.table.model.find(lambda row: row.name.startswith("Cl5"))
    place = view.table.view.visualRect(view.table.model.index(line, 0)).center()
    qtbot.mouseClick(view.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.site == 4


def test_a_result_of_before_is_shown_as_soon_as_its_run_is_known(
    qtbot: QtBot, view: OcclusionView, session: Session, wait: int
):
    show(view, session)
    finish(hide_in_project(session), 1)
    qtbot.waitUntil(view.table.isVisible, timeout=wait)
    assert view.start.isHidden()


def test_only_what_was_found_with_the_same_model_counts(session: Session):
    run = hide_in_project(session)
    finish(run, 1)
    of = session.jobs.runs["0001-finetune-gap"].folder
    control = TaskControl(lambda done, total, detail: None)
    assert finding([run], of, 1)(control) is not None
    assert finding([run], of, 2)(control) is None
    of.model_file.write_bytes(b"trained again")
    assert hashlib.sha256(b"trained again").hexdigest() != run.spec().start_from.sha256
    assert finding([run], of, 1)(control) is None


def test_attention_and_change_are_compared_in_words():
    def rows(*changes: float) -> list[HiddenRow]:
        return [HiddenRow(f"X{n}", n, 0.1 * n, change) for n, change in enumerate(changes)]

    assert "Too few" in describe("gap", rows(1, 2))
    assert "largely in the same order" in describe("gap", rows(1, 2, 3, 4))
    assert "largely in the opposite order" in describe("gap", rows(4, -3, 2, 1))
