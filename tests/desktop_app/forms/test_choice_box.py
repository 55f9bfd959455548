from pytestqt.qtbot import QtBot

from desktop_app.forms.choice_box import choice_box, offer


def test_the_choice_stays_where_it_still_exists(qtbot: QtBot):
    box = choice_box("Property")
    qtbot.addWidget(box)
    offer(box, [("gap", "gap"), ("density", "density")])
    box.setCurrentIndex(1)
    offer(box, [("volume", "volume"), ("density (3)", "density")])
    assert box.currentData() == "density"
    assert box.accessibleName() == "Property"


def test_a_choice_that_is_gone_becomes_the_first(qtbot: QtBot):
    box = choice_box()
    qtbot.addWidget(box)
    offer(box, [("gap", "gap")])
    offer(box, [("volume", "volume"), ("density", "density")])
    assert box.currentData() == "volume"
