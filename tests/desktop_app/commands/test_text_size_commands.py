from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QTabBar
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from desktop_app.look.text_size import SIZES, USUAL, apply_text_size
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow

SCREEN = (1366, 768)  # a small laptop
PANELS = ("structures", "train", "runs", "predictions", "attention", "map", "study", "trajectory")


@pytest.fixture(autouse=True)
def usual_words(qapp: QApplication) -> Iterator[None]:
    yield
    apply_text_size(USUAL)


def enlarge(window: MainWindow, percent: int) -> None:
    for _ in range(SIZES.index(percent)):
        window.actions_table["text_larger"].trigger()


def cut_words(window: MainWindow) -> list[str]:
    """Words of buttons and tabs in sight that have less room than they need."""
    buttons = [b for b in window.findChildren(QAbstractButton) if b.text()]
    cut = [b.text() for b in buttons if b.isVisible() and b.width() < b.minimumSizeHint().width()]
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and not bar.usesScrollButtons()]
    return cut + [bar.accessibleName() for bar in bars if bar.width() < bar.minimumSizeHint().width()]


def test_the_size_of_words_is_remembered_and_taken_back(window: MainWindow, qapp: QApplication):
    usual = qapp.font().pointSizeF()
    enlarge(window, 150)
    assert AppSettings().text_percent == 150
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * usual)
    assert not window.actions_table["text_larger"].isEnabled()
    window.actions_table["text_usual"].trigger()
    assert qapp.font().pointSizeF() == pytest.approx(usual)
    assert not window.actions_table["text_smaller"].isEnabled()


def test_with_the_largest_words_everything_fits_and_nothing_is_cut(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    finetuned: Callable[[Path], RunFolder],
    wait: int,
):
    finetuned(small_project)
    enlarge(window, SIZES[-1])
    window.projects.open_folder(small_project)
    window.resize(*SCREEN)
    qtbot.waitUntil(
        lambda: window.crystal.view is not None and len(window.session.jobs.runs) == 1, timeout=wait
    )
    for name in PANELS:
        window.actions_table[f"show_{name}"].trigger()
        qtbot.waitUntil(lambda name=name: not getattr(window, name).visibleRegion().isEmpty(), timeout=wait)
        qtbot.waitUntil(lambda: cut_words(window) == [], timeout=wait)
    assert (window.width(), window.height()) == SCREEN
    assert window.minimumSizeHint().width() <= SCREEN[0]


def test_rows_of_tables_grow_with_their_words(
    qtbot: QtBot, window: MainWindow, small_project: Path, wait: int
):
    window.projects.open_folder(small_project)
    header = window.structures.table.view.verticalHeader()
    usual = header.defaultSectionSize()
    enlarge(window, 150)
    qtbot.waitUntil(lambda: header.defaultSectionSize() > 1.2 * usual, timeout=wait)
