from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.upkeep.recovery_box import RecoveryBox, describe_end
from desktop_app.upkeep.sitting import UncleanEnd

END = UncleanEnd(Path("/projects/oxides"), ("Reading structures",), 1_795_000_000.0)


@pytest.fixture
def box(qtbot: QtBot) -> RecoveryBox:
    box = RecoveryBox()
    qtbot.addWidget(box)
    return box


def test_it_says_what_was_going_on(box: RecoveryBox):
    box.tell(END, 1)
    assert "at work: Reading structures" in box.words.text()
    assert "'oxides' was open" in box.words.text()
    assert box.reopen.isVisible()


def test_safe_mode_is_offered_after_two_in_a_row(box: RecoveryBox):
    box.tell(END, 1)
    assert not box.reopen_safely.isVisible()
    box.tell(END, 2)
    assert box.reopen_safely.isVisible()
    assert "2 times in a row" in box.words.text()


def test_without_a_project_there_is_nothing_to_reopen(box: RecoveryBox):
    box.tell(UncleanEnd(None, (), 1_795_000_000.0), 2)
    assert not box.reopen.isVisible()
    assert not box.reopen_safely.isVisible()
    assert box.log.isVisible()


def test_an_end_without_work_is_described_too():
    assert "while" not in describe_end(UncleanEnd(None, (), 1_795_000_000.0))
