"""Opening trajectories: from a file, from the program's own sample, or dropped on the window."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_file
from desktop_app.look.resources import resource_path
from desktop_app.panels.trajectory import TrajectoryPanel
from desktop_app.session import Session
from desktop_app.trajectory.opened import FRAME_SUFFIXES, TRAJECTORY_SUFFIXES
from desktop_app.upkeep.settings import AppSettings

_SAMPLE = "sample_trajectory/argon.gsd"


class TrajectoryCommands(QObject):
    """A trajectory belongs to no library: it is looked at, and analysed in runs of the open project."""

    def __init__(
        self,
        session: Session,
        actions: Actions,
        settings: AppSettings,
        panel: TrajectoryPanel,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._actions, self._settings = session, actions, settings
        self._panel, self._window = panel, window
        actions["open_trajectory"].triggered.connect(self._ask)
        actions["open_sample_trajectory"].triggered.connect(lambda: self.open(resource_path(_SAMPLE)))
        session.project_changed.connect(self._show_state)
        self._show_state()

    def takes(self, path: Path) -> bool:
        """Whether a dropped file is meant to be looked at: frames of XYZ are, while the panel is in front."""
        suffix = path.suffix.lower()
        is_looking = self._panel.is_in_front and suffix in FRAME_SUFFIXES
        return self._session.project is not None and (suffix in TRAJECTORY_SUFFIXES or is_looking)

    def open(self, path: Path) -> None:
        """Show a trajectory in its panel."""
        self._actions["show_trajectory"].trigger()
        self._panel.open_file(path)

    def _ask(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in (*TRAJECTORY_SUFFIXES, *FRAME_SUFFIXES))
        path = ask_file(self._window, "Open a trajectory", f"Trajectories ({suffixes})", self._settings)
        if path is not None:
            self.open(path)

    def _show_state(self) -> None:
        for name in ("open_trajectory", "open_sample_trajectory"):
            self._actions[name].setEnabled(self._session.project is not None)
