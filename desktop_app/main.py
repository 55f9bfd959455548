"""Starting the window."""

import gc
import sys
from pathlib import Path

from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.plain_imports import load_qt

_SEEN_MILLISECONDS = 200  # until the window is drawn, and nobody has begun to work with it


def run_window(project: Path | None = None, argv: list[str] | None = None, *, safe_mode: bool = False) -> int:
    """Open the window, on a project when one is given, and give the exit status when it is closed.

    In safe mode there is no web engine, and the layout of the last sitting is not restored.
    """
    gc.disable()  # until there is a window: a sixth of the start would be searches for cycles
    prepare_environment()
    load_qt()  # after the environment is set, which Qt reads on import
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop_app.crystal.web_page import register_scheme, start_web_engine

    register_scheme()
    app = QApplication(sys.argv if argv is None else argv)

    from desktop_app.look.theme import apply_theme
    from desktop_app.session import Session
    from desktop_app.upkeep.cycles import CycleCollector
    from desktop_app.upkeep.log_file import log_folder, report_uncaught, start_log, trace_crashes
    from desktop_app.upkeep.settings import APPLICATION, ORGANIZATION, AppSettings
    from desktop_app.upkeep.sitting import Sitting, take_unclean_ends
    from desktop_app.window import MainWindow

    app.setOrganizationName(ORGANIZATION)
    app.setApplicationName(APPLICATION)
    app.setApplicationDisplayName(APPLICATION)
    start_log()
    trace_crashes()
    settings = AppSettings()
    apply_theme(app, settings.theme)
    session = Session()
    session.safe_mode = safe_mode
    report_uncaught(session.notes)
    sittings = log_folder() / "sittings"
    unclean_ends = take_unclean_ends(sittings)
    sitting = Sitting(session, sittings)
    window = MainWindow(session, settings)
    window.closed.connect(sitting.end)
    window.show()
    CycleCollector(window)
    if not safe_mode:
        QTimer.singleShot(_SEEN_MILLISECONDS, window, start_web_engine)
    if project is not None:
        window.projects.open_folder(project)
    if unclean_ends:
        window.recovery.tell(unclean_ends[0])
    return app.exec()
