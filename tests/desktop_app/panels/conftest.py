"""Panels on their own: a session, the table of actions, and projects opened in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from core.store.project import Project
from desktop_app.actions import Actions
from desktop_app.panel import Panel
from desktop_app.session import Session


@pytest.fixture
def frame(qtbot: QtBot) -> QMainWindow:
    """A window to put a panel in."""
    frame = QMainWindow()
    qtbot.addWidget(frame)
    frame.resize(700, 700)
    return frame


@pytest.fixture
def actions(frame: QMainWindow) -> Actions:
    """The actions of that window."""
    return Actions(frame)


@pytest.fixture
def shown(frame: QMainWindow, session: Session, actions: Actions) -> Callable[[type[Panel]], Panel]:
    """Makes a panel and shows it."""

    def show(kind: type[Panel]) -> Panel:
        panel = kind(session, actions)
        frame.setCentralWidget(panel)
        frame.show()
        return panel

    return show


@pytest.fixture
def empty_session(session: Session, empty_project: Path) -> Session:
    """The session with an empty project."""
    session.open_project(Project.open(empty_project))
    return session


@pytest.fixture
def filled_session(session: Session, small_project: Path) -> Session:
    """The session with the small project."""
    session.open_project(Project.open(small_project))
    return session


@pytest.fixture
def trained_session(
    qtbot: QtBot, session: Session, small_project: Path, finetuned: Callable[[Path], RunFolder], wait: int
) -> Session:
    """The session with the small project and a completed fine-tuning, taken in."""
    finetuned(small_project)
    with qtbot.waitSignals([session.jobs.ingested, session.jobs.progressed], timeout=wait):
        session.open_project(Project.open(small_project))
    return session
