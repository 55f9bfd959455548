from pytestqt.qtbot import QtBot

from desktop_app.attention.head_box import HeadBox


def test_the_head_that_was_chosen_stays_where_there_is_one_like_it(qtbot: QtBot):
    box = HeadBox()
    qtbot.addWidget(box)
    box.offer(["near", "far"])
    assert box.head is None
    with qtbot.waitSignal(box.changed):
        box.choose(1)
    box.offer(["first", "near", "far"])
    assert box.head == 2
    assert box.title == "Attention, far"
    box.offer(["attention"])
    assert box.head is None
    assert box.isHidden()
    assert box.title == "Attention"
