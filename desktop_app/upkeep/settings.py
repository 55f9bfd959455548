"""What the program remembers between sittings: recent projects, theme, layout."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from core.store.importing.preparation import Disorder
from desktop_app.look.text_size import SIZES, USUAL
from desktop_app.look.theme import Theme

ORGANIZATION, APPLICATION = "Siteloupe", "Siteloupe"
DISORDER_RULES: tuple[Disorder, ...] = ("keep", "majority", "enumerate", "skip")
MOST_RUNS_AT_ONCE = 16
_RECENT_KEPT = 10
_LAYOUT_VERSION = 2  # a layout saved by another version is not restored


class AppSettings:
    """Typed access to QSettings."""

    def __init__(self) -> None:
        self._store = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANIZATION, APPLICATION
        )

    def recent_projects(self) -> list[Path]:
        """Folders of pinned projects, then of those last opened, newest first; missing ones included."""
        pinned = self.pinned_projects()
        return [*pinned, *(recent for recent in self._folders("recent_projects") if recent not in pinned)]

    def add_recent_project(self, folder: Path) -> None:
        """Put a project at the head of the recent ones."""
        others = [recent for recent in self._folders("recent_projects") if recent != folder]
        self._keep_folders("recent_projects", [folder, *others][:_RECENT_KEPT])

    def pinned_projects(self) -> list[Path]:
        """Folders of the projects that stay at the head of the recent ones."""
        return self._folders("pinned_projects")

    def pin_project(self, folder: Path, wanted: bool) -> None:
        """Let a project stay at the head of the recent ones, or not any more."""
        others = [pinned for pinned in self.pinned_projects() if pinned != folder]
        self._keep_folders("pinned_projects", [*others, folder] if wanted else others)

    def move_recent_project(self, before: Path, now: Path) -> None:
        """Remember that a project lies in another folder now."""
        for key in ("recent_projects", "pinned_projects"):
            moved = [now if folder == before else folder for folder in self._folders(key)]
            self._keep_folders(key, list(dict.fromkeys(moved)))

    @property
    def disorder(self) -> Disorder:
        """How imports treat partial occupancies."""
        stored = self._store.value("disorder", "keep")
        return next((rule for rule in DISORDER_RULES if rule == stored), "keep")

    @disorder.setter
    def disorder(self, rule: Disorder) -> None:
        self._store.setValue("disorder", rule)

    @property
    def runs_at_once(self) -> int:
        """How many runs may be at work; the others wait."""
        stored = str(self._store.value("runs_at_once", 1))
        return min(max(int(stored), 1), MOST_RUNS_AT_ONCE) if stored.isdecimal() else 1

    @runs_at_once.setter
    def runs_at_once(self, count: int) -> None:
        self._store.setValue("runs_at_once", count)

    @property
    def gives_way(self) -> bool:
        """Whether background work leaves the processor to programs in front."""
        return str(self._store.value("gives_way", "true")).lower() != "false"

    @gives_way.setter
    def gives_way(self, wanted: bool) -> None:
        self._store.setValue("gives_way", wanted)

    @property
    def unclean_ends(self) -> int:
        """How often in a row the window has ended without being closed."""
        stored = str(self._store.value("unclean_ends", 0))
        return int(stored) if stored.isdecimal() else 0

    @unclean_ends.setter
    def unclean_ends(self, count: int) -> None:
        self._store.setValue("unclean_ends", count)
        self._store.sync()

    @property
    def theme(self) -> Theme:
        """The chosen theme."""
        stored = str(self._store.value("theme", Theme.SYSTEM.value))
        return Theme(stored) if stored in set(Theme) else Theme.SYSTEM

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._store.setValue("theme", theme.value)

    @property
    def text_percent(self) -> int:
        """How large words are, in per cent of the system's."""
        stored = str(self._store.value("text_percent", USUAL))
        return next((size for size in SIZES if str(size) == stored), USUAL)

    @text_percent.setter
    def text_percent(self, percent: int) -> None:
        self._store.setValue("text_percent", percent)

    @property
    def last_folder(self) -> str:
        """The folder that the last file dialog showed."""
        return str(self._store.value("last_folder", str(Path.home())))

    @last_folder.setter
    def last_folder(self, folder: str) -> None:
        self._store.setValue("last_folder", folder)

    def _folders(self, key: str) -> list[Path]:
        return [Path(name) for name in self._texts(key)]

    def _texts(self, key: str) -> list[str]:
        """A list of texts; one of a single text is stored as that text."""
        stored = self._store.value(key, [])
        texts = stored if isinstance(stored, list) else [stored] if stored else []
        return [str(text) for text in texts]

    def _keep_folders(self, key: str, folders: list[Path]) -> None:
        self._store.setValue(key, [str(folder) for folder in folders])

    def border(self, name: str) -> QByteArray | None:
        """Where a border inside a panel was, as it was kept by this version of the layout."""
        state = self._store.value(f"layout/borders/{name}")
        return state if isinstance(state, QByteArray) and self.layout() is not None else None

    def keep_border(self, name: str, state: QByteArray) -> None:
        """Remember where a border inside a panel is."""
        self._store.setValue(f"layout/borders/{name}", state)

    def hidden_columns(self, table: str) -> list[str]:
        """Titles of the columns of a table that the user does not want to see."""
        return self._texts(f"hidden_columns/{table}")

    def keep_hidden_columns(self, table: str, titles: Iterable[str]) -> None:
        """Remember which columns of a table are hidden."""
        self._store.setValue(f"hidden_columns/{table}", sorted(titles))

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state saved by this version of the layout."""
        if int(str(self._store.value("layout/version", 0))) != _LAYOUT_VERSION:
            return None
        geometry, state = self._store.value("layout/geometry"), self._store.value("layout/state")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember geometry and docks."""
        self._store.setValue("layout/version", _LAYOUT_VERSION)
        self._store.setValue("layout/geometry", geometry)
        self._store.setValue("layout/state", state)
