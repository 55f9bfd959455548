"""What the comparison of pictures lets pass, and what it finds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.look.theme import Theme, apply_theme
from desktop_app.panel import Panel
from desktop_app.panels.train import TrainPanel
from desktop_app.session import Session
from tests.desktop_app.panels.pictures.picture import (
    REDUCTION,
    Difference,
    Picture,
    compare,
    load,
    means_of_squares,
    save,
    take,
)

Change = Callable[[TrainPanel], object]


@pytest.fixture
def panel(qtbot: QtBot, filled_session: Session, shown: Callable[[type[Panel]], TrainPanel], wait: int):
    """A panel with many kinds of widgets."""
    panel = shown(TrainPanel)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    return panel


def after(panel: TrainPanel, change: Change) -> Difference:
    """What changes of the picture of a panel."""
    before = take(panel)
    change(panel)
    QApplication.processEvents()
    return compare(before, take(panel))


def label(panel: TrainPanel, text: str) -> QLabel:
    return next(one for one in panel.findChildren(QLabel) if one.text() == text)


def hide_in_place(widget: QWidget) -> None:
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)
    widget.hide()


def cut(widget: QLabel) -> None:
    widget.setText(widget.text()[: 2 * len(widget.text()) // 3])


def shape(widget: QWidget, hinting: QFont.HintingPreference) -> None:
    font = QApplication.font()
    font.setHintingPreference(hinting)
    QApplication.setFont(font)


CHANGES: dict[str, Change] = {
    "a button": lambda panel: hide_in_place(panel.start_button),
    "a box": lambda panel: hide_in_place(panel.collection),
    "a label": lambda panel: hide_in_place(label(panel, "Preset")),
    "a field, the others close up": lambda panel: panel.title.hide(),
    "the end of a label": lambda panel: cut(label(panel, "Learning rate")),
    "the end of a sentence": lambda panel: cut(panel.reason),
    "its own form": lambda panel: panel.kinds.setCurrentIndex(1),
    "everything": lambda panel: panel.show_empty("Nothing."),
    "its right side": lambda panel: panel.setFixedWidth(400),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_panel_that_misses_something_is_found(panel: TrainPanel, change: Change):
    assert not after(panel, change).is_tolerated


def test_the_other_theme_is_found(panel: TrainPanel, theme: Theme, qapp: QApplication):
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    assert after(panel, lambda panel: apply_theme(qapp, other)).worst_block > 150


def test_a_panel_at_rest_is_alike_to_the_last_bit(panel: TrainPanel):
    assert after(panel, lambda panel: panel.update()).mean == 0


def test_letters_shaped_for_the_screen_are_let_pass(panel: TrainPanel):
    difference = after(panel, lambda panel: shape(panel, QFont.HintingPreference.PreferVerticalHinting))
    assert difference.worst_block > 0
    assert difference.is_tolerated


def drawn(top: int, value: float = 255) -> Picture:
    """A picture of white above black, of a screen of 32 x 320."""
    screen = np.zeros((320, 32, 3), np.float32)
    screen[:top] = value
    return means_of_squares(screen, REDUCTION)


def test_an_edge_may_lie_a_pixel_of_the_screen_elsewhere_but_not_two():
    assert compare(drawn(20), drawn(21)).worst_block == pytest.approx(255 / 16)
    assert compare(drawn(20), drawn(21)).is_tolerated
    assert not compare(drawn(20), drawn(22)).is_tolerated


def test_a_faint_change_of_everything_is_found_by_the_mean():
    difference = compare(drawn(320, 100), drawn(320, 103))
    assert difference.worst_block < 16
    assert not difference.is_tolerated


def test_a_difference_says_where_it_is():
    other = drawn(16)
    other[5, 6] = 255
    assert compare(drawn(16), other).place == (24, 24)


def test_pictures_of_two_sizes_differ():
    assert not compare(drawn(16), drawn(16)[:4]).is_tolerated


def test_a_picture_that_is_kept_is_read_as_it_was(tmp_path: Path):
    save(drawn(18), tmp_path / "edge.png")
    assert compare(load(tmp_path / "edge.png"), drawn(18)).mean < 0.5
