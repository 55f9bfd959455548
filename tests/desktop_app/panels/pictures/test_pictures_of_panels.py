"""Every panel, in light and in dark, looks as it did: on small projects whose content is always the same."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from core.store.project import Project
from desktop_app.actions import Actions
from desktop_app.look.theme import Theme
from desktop_app.notes import Note, Severity
from desktop_app.panel import Panel
from desktop_app.panels.attention import AttentionPanel
from desktop_app.panels.crystal import CrystalPanel
from desktop_app.panels.log import LogPanel
from desktop_app.panels.map import MapPanel
from desktop_app.panels.predictions import PredictionsPanel
from desktop_app.panels.runs import RunsPanel
from desktop_app.panels.structures import StructuresPanel
from desktop_app.panels.study import StudyPanel
from desktop_app.panels.train import TrainPanel
from desktop_app.panels.trajectory import TrajectoryPanel
from desktop_app.panels.welcome import WelcomePanel
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow
from tests.core.jobs.particle_orders import particle_order
from tests.desktop_app.study_runs import begin_study, finish_study
from tests.desktop_app.trajectory.trajectory_projects import SIZE, analysed, write_trajectory

PANELS = (
    AttentionPanel,
    CrystalPanel,
    LogPanel,
    MapPanel,
    PredictionsPanel,
    RunsPanel,
    StructuresPanel,
    StudyPanel,
    TrainPanel,
    TrajectoryPanel,
)
EMPTY_SIZE, STAGE_SIZE = (464, 304), (464, 480)
WELCOME_SIZE, WINDOW_SIZE = (864, 608), (1366, 768)
LooksLike = Callable[[QWidget, str], None]
SALT, MIXED = 5, 13  # numbers of structures of the small project


def turn_to(tabs: QTabWidget, name: str) -> None:
    tabs.setCurrentIndex(next(k for k in range(tabs.count()) if tabs.tabText(k) == name))


def select(qtbot: QtBot, session: Session, structure_id: int, wait: int) -> None:
    with qtbot.waitSignal(session.structure_loaded, timeout=wait):
        session.select_structure(structure_id)


def test_structures(qtbot: QtBot, filled_session: Session, shown, looks_like: LooksLike, wait: int):
    panel = shown(StructuresPanel)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 13, timeout=wait)
    select(qtbot, filled_session, SALT, wait)
    looks_like(panel, "structures")


def test_train(qtbot: QtBot, filled_session: Session, shown, looks_like: LooksLike, wait: int):
    panel = shown(TrainPanel)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    looks_like(panel, "train-pretrain")
    panel.kinds.setCurrentIndex(1)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    looks_like(panel, "train-finetune")


def test_runs(qtbot: QtBot, trained_session: Session, shown, looks_like: LooksLike, wait: int):
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: panel.plot.readout.text().startswith("epoch"), timeout=wait)
    looks_like(panel, "runs")


def test_predictions(qtbot: QtBot, trained_session: Session, shown, looks_like: LooksLike, wait: int):
    panel = shown(PredictionsPanel)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 13, timeout=wait)
    select(qtbot, trained_session, SALT, wait)
    for tab in ("Parity", "Errors", "Elements", "Distance", "Worst"):
        turn_to(panel.views, tab)
        looks_like(panel, f"predictions-{tab.lower()}")


def test_attention(qtbot: QtBot, trained_session: Session, shown, looks_like: LooksLike, wait: int):
    panel = shown(AttentionPanel)
    select(qtbot, trained_session, SALT, wait)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 8, timeout=wait)
    trained_session.select_site(0)
    for tab in ("Sites", "Neighbours", "Matrix", "Reach", "Elements", "Hiding"):
        turn_to(panel.views, tab)
        looks_like(panel, f"attention-{tab.lower()}")


def test_map(qtbot: QtBot, trained_session: Session, shown, looks_like: LooksLike, wait: int):
    panel = shown(MapPanel)
    qtbot.waitUntil(lambda: len(panel.plot.cloud.places) == 13, timeout=wait)
    select(qtbot, trained_session, SALT, wait)
    looks_like(panel, "map")


def test_study(qtbot: QtBot, session: Session, small_project: Path, shown, looks_like: LooksLike, wait: int):
    finish_study(begin_study(small_project))
    panel = shown(StudyPanel)
    session.open_project(Project.open(small_project))
    qtbot.waitUntil(lambda: panel.progress.maximum() == 4, timeout=wait)
    looks_like(panel, "study")
    turn_to(panel.details, "Differences")
    looks_like(panel, "study-differences")
    turn_to(panel.pages, "New study")
    qtbot.waitUntil(lambda: panel.setup is not None and panel.setup.measured.count() > 0, timeout=wait)
    looks_like(panel, "study-new")


def test_trajectory(
    qtbot: QtBot,
    empty_session: Session,
    empty_project: Path,
    tmp_path: Path,
    shown,
    looks_like: LooksLike,
    wait: int,
):
    melt = write_trajectory(tmp_path / "melt.gsd")
    panel = shown(TrajectoryPanel)
    qtbot.addWidget(panel.stage)
    panel.look(True)
    run = analysed(empty_project, melt, particle_order((SIZE,) * 3))
    qtbot.waitUntil(lambda: panel.opened is not None and panel.opened.run == run.name, timeout=wait)
    qtbot.waitUntil(lambda: panel.stage.frame is not None, timeout=wait)
    for tab in ("Phases", "Map", "Bonds", "Probe", "Analyse", "Learn"):
        turn_to(panel.views, tab)
        looks_like(panel, f"trajectory-{tab.lower()}")
    panel.stage.setFixedSize(*STAGE_SIZE)
    looks_like(panel.stage, "trajectory-stage")


def test_log(qtbot: QtBot, session: Session, shown, looks_like: LooksLike):
    panel = shown(LogPanel)
    noon = datetime(2026, 5, 4, 12, 0, 0).timestamp()
    for level, text, hint in (
        (Severity.DONE, "13 structures read into 'salts'.", ""),
        (Severity.WARNING, "One file has no atoms.", "Look at the import report."),
        (Severity.ERROR, "The disk is full.", "Free some space, then resume."),
    ):
        session.notes.post(Note(level, text, hint, time=noon))
    looks_like(panel, "log")


def test_crystal(qtbot: QtBot, filled_session: Session, shown, looks_like: LooksLike, wait: int):
    filled_session.safe_mode = True
    panel = shown(CrystalPanel)
    filled_session.select_structure(MIXED)
    qtbot.waitUntil(lambda: bool(panel.legend.entries), timeout=wait)
    looks_like(panel, "crystal")


def test_welcome(actions: Actions, frame: QMainWindow, looks_like: LooksLike):
    panel = WelcomePanel(actions)
    panel.show_recent([Path("/data/perovskites"), Path("/data/conductors")])
    frame.setFixedSize(*WELCOME_SIZE)
    frame.setCentralWidget(panel)
    frame.show()
    looks_like(panel, "welcome")


@pytest.mark.parametrize("kind", PANELS)
def test_panel_with_nothing_to_show(
    empty_session: Session, frame: QMainWindow, shown, looks_like: LooksLike, kind: type[Panel]
):
    frame.setFixedSize(*EMPTY_SIZE)
    panel = shown(kind)
    looks_like(panel, f"empty-{kind.__name__.removesuffix('Panel').lower()}")


def test_window(
    qtbot: QtBot,
    theme: Theme,
    trained_session: Session,
    settings: AppSettings,
    looks_like: LooksLike,
    wait: int,
):
    trained_session.safe_mode = True
    window = MainWindow(trained_session, settings)
    qtbot.addWidget(window)
    window.setFixedSize(*WINDOW_SIZE)
    window.show()
    qtbot.waitUntil(lambda: bool(window.crystal.legend.entries), timeout=wait)
    qtbot.waitUntil(lambda: window.runs.plot.readout.text().startswith("epoch"), timeout=wait)
    looks_like(window, "window")
    window.close()
