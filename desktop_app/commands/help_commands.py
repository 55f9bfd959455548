"""The help menu: commands by their words, keys, log folder, version and licences."""

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from core import __version__
from desktop_app.actions import Actions
from desktop_app.dialogs.palette import CommandPalette
from desktop_app.dialogs.shortcuts import ShortcutsDialog
from desktop_app.session import Session
from desktop_app.upkeep.log_file import LOG_NAME, log_folder
from desktop_app.upkeep.problem_report import problem_report

_ABOUT = (
    "Learn from crystal structures and a few measured values, and see site by site what the model "
    "looks at.\n\n"
    "MIT licence. The 3-D view is 3Dmol.js (BSD-3-Clause), colours of elements are Jmol's. "
    "The window uses Qt by PySide6 (LGPL)."
)


class HelpCommands(QObject):
    """Shows what helps."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        actions["show_palette"].triggered.connect(lambda: CommandPalette(actions, window).show())
        actions["show_shortcuts"].triggered.connect(lambda: ShortcutsDialog(window).show())
        actions["open_log_folder"].triggered.connect(self._open_log_folder)
        actions["copy_report"].triggered.connect(lambda: self._copy_report(session))
        actions["about"].triggered.connect(self._about)

    def _open_log_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))

    def _copy_report(self, session: Session) -> None:
        report = problem_report(session.notes.history, log_folder() / LOG_NAME)
        QGuiApplication.clipboard().setText(report)
        session.notes.done("The report is copied; names of folders are masked. Read it before you send it.")

    def _about(self) -> None:
        box = QMessageBox(
            QMessageBox.Icon.NoIcon, "About Siteloupe", f"Siteloupe {__version__}", parent=self._window
        )
        box.setInformativeText(_ABOUT)
        box.setModal(False)
        box.finished.connect(box.deleteLater)
        box.show()
