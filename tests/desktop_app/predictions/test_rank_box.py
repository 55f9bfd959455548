from pytestqt.qtbot import QtBot

from core.store.runs.ranking import CRITERIA
from desktop_app.predictions.candidates import RankOrder
from desktop_app.predictions.rank_box import RankBox


def test_at_first_all_predictions_are_shown(qtbot: QtBot):
    box = RankBox()
    qtbot.addWidget(box)
    assert (box.order(), box.score) == (None, "")


def test_every_criterion_can_be_chosen(qtbot: QtBot):
    box = RankBox()
    qtbot.addWidget(box)
    found = []
    for number in range(1, box.box.count()):
        with qtbot.waitSignal(box.chosen):
            box.box.setCurrentIndex(number)
        order = box.order()
        assert order is not None
        found.append(order)
        assert bool(box.score) == (order.by != "value")
    assert {order.by for order in found} == set(CRITERIA)
    assert {RankOrder("value", maximise=False), RankOrder("expected_improvement", maximise=False)} <= set(
        found
    )
