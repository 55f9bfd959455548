from pytestqt.qtbot import QtBot

from core.store.runs.ranking import CRITERIA
from desktop_app.predictions.candidates import Wish
from desktop_app.predictions.rank_box import RankBox


def test_at_first_all_predictions_are_shown(qtbot: QtBot):
    box = RankBox()
    qtbot.addWidget(box)
    assert (box.wish(), box.score) == (None, "")


def test_every_criterion_can_be_chosen(qtbot: QtBot):
    box = RankBox()
    qtbot.addWidget(box)
    found = []
    for number in range(1, box.box.count()):
        with qtbot.waitSignal(box.chosen):
            box.box.setCurrentIndex(number)
        wish = box.wish()
        assert wish is not None
        found.append(wish)
        assert bool(box.score) == (wish.by != "value")
    assert {wish.by for wish in found} == set(CRITERIA)
    assert {Wish("value", maximise=False), Wish("expected_improvement", maximise=False)} <= set(found)
