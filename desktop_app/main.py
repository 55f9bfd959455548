"""Starting the window."""

import sys
from pathlib import Path

from desktop_app.environment import prepare_environment


def run_window(project: Path | None = None, argv: list[str] | None = None) -> int:
    """Open the window, on a project when one is given, and give the exit status when it is closed."""
    prepare_environment()
    from PySide6.QtWidgets import QApplication  # after the environment is set, which Qt reads on import

    from desktop_app.widgets.web_page import register_scheme

    register_scheme()
    app = QApplication(sys.argv if argv is None else argv)

    from desktop_app.log_file import report_uncaught, start_log
    from desktop_app.session import Session
    from desktop_app.settings import APPLICATION, ORGANIZATION, AppSettings
    from desktop_app.theme import apply_theme
    from desktop_app.window import MainWindow

    app.setOrganizationName(ORGANIZATION)
    app.setApplicationName(APPLICATION)
    app.setApplicationDisplayName(APPLICATION)
    start_log()
    settings = AppSettings()
    apply_theme(app, settings.theme)
    session = Session()
    report_uncaught(session.notes)
    window = MainWindow(session, settings)
    window.show()
    if project is not None:
        window.projects.open_folder(project)
    return app.exec()
