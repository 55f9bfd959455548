"""How panels are made to look the same everywhere, and compared with the pictures that are kept.

When a panel is meant to look otherwise, take the pictures anew, and look at what has changed:

    QT_QPA_PLATFORM=offscreen python -m pytest tests/desktop_app/panels/pictures --remake-pictures
"""

import csv
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import matplotlib
import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QCursor, QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.exceptions import TimeoutError as NotInTime
from pytestqt.qtbot import QtBot

from core.events import CheckpointSaved, EpochEnded, Finished, Started
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.runs.probing import Prober
from desktop_app.runs.request import RunRequest
from desktop_app.upkeep.settings import AppSettings
from tests.desktop_app.panels.pictures.picture import compare, load, save, take

REFERENCES = Path(__file__).parent / "references"
REMAKE = "--remake-pictures"
PATIENCE = 20_000  # milliseconds until a panel has to look as it did
REST = 1_000  # milliseconds before a picture is kept

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # a machine for tests may have none of its own
PANEL_SIZE = (464, 640)  # as on the screen of a laptop, in whole blocks

EPOCHS, BEST = 12, 9
ERRORS = (0.1, -0.3, 0.2, 0.4, -0.1, 0.0, 0.3, -0.2, 0.5, -0.4, 0.6, 0.2)  # eV, of the salts


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(REMAKE, action="store_true", help="keep what panels look like now as what they should")


@pytest.fixture(scope="session")
def family(qapp: QApplication) -> str:
    """The font that comes with matplotlib."""
    for face in ("DejaVuSans", "DejaVuSans-Bold"):
        QFontDatabase.addApplicationFont(str(FONTS / f"{face}.ttf"))
    return "DejaVu Sans"


@pytest.fixture
def letters(family: str) -> QFont:
    """Letters that no setting of a machine shapes or colours."""
    font = QFont(family, 9)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return font


@pytest.fixture(autouse=True)
def same_everywhere(qapp: QApplication, letters: QFont, settings: AppSettings) -> Iterator[None]:
    """These letters, a point in numbers, cursors that do not blink, and a pointer that is over nothing."""
    font, flash, locale = qapp.font(), qapp.cursorFlashTime(), QLocale()
    qapp.setFont(letters)
    qapp.setCursorFlashTime(0)
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())
    QLocale.setDefault(QLocale.c())
    yield
    qapp.setFont(font)
    qapp.setCursorFlashTime(flash)
    QLocale.setDefault(locale)


@pytest.fixture(autouse=True)
def no_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every training take as long, which no machine is asked."""

    def tell(prober: Prober, request: RunRequest) -> None:
        prober.told.emit("about 4 minutes on this machine", "")

    monkeypatch.setattr(Prober, "ask", tell)


@pytest.fixture(params=[Theme.LIGHT, Theme.DARK])
def theme(request: pytest.FixtureRequest, qapp: QApplication, same_everywhere: None) -> Theme:
    """Each of both themes."""
    chosen: Theme = request.param
    apply_theme(qapp, chosen)
    return chosen


@pytest.fixture
def frame(qtbot: QtBot, theme: Theme) -> QMainWindow:
    """A window of one size to put a panel in."""
    frame = QMainWindow()
    qtbot.addWidget(frame)
    frame.setFixedSize(*PANEL_SIZE)
    return frame


@pytest.fixture
def looks_like(
    request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> Callable[[QWidget, str], None]:
    """Asserts that a widget comes to look like the picture of a name; or keeps how it looks, on request."""
    is_remade = request.config.getoption(REMAKE, default=False)

    def check(widget: QWidget, name: str) -> None:
        path = REFERENCES / f"{name}-{theme}.png"
        if is_remade:
            qtbot.wait(REST)
            save(take(widget), path)
            return
        reference = load(path)
        try:
            qtbot.waitUntil(lambda: compare(take(widget), reference).is_tolerated, timeout=PATIENCE)
        except NotInTime:
            now = take(widget)
            save(now, tmp_path / path.name)
            pytest.fail(f"{path.name} differs by {compare(now, reference)}: see {tmp_path / path.name}")

    return check


@pytest.fixture
def finetuned(finetuned: Callable[[Path], RunFolder]) -> Callable[[Path], RunFolder]:
    """The fine-tuning of other tests with more to see: a longer curve, errors of all sizes."""

    def make(project_folder: Path) -> RunFolder:
        run = finetuned(project_folder)
        run.events_file.unlink()
        _write_curve(run)
        _vary_errors(run)
        return run

    return make


def _write_curve(run: RunFolder) -> None:
    """Twelve epochs, as by a clock on which each event takes a second."""
    with EventLog(run.events_file, clock=count(1_000_000_000).__next__) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=EPOCHS))
        for epoch in range(EPOCHS):
            loss = 0.2 + 1 / (epoch + 1)
            log.append(EpochEnded(epoch, loss, loss + 0.01 * epoch, 0.1, {"mae": loss}))
            log.append(CheckpointSaved(epoch, best=epoch + 1 == BEST))
        log.append(Finished(60.0))


def _vary_errors(run: RunFolder) -> None:
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row, error in zip(rows, ERRORS, strict=False):  # the last structure has no measured value
        row["predicted"] = f"{float(row['measured']) + error:.1f}"
    with open(run.predictions_file, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
