from pytestqt.qtbot import QtBot

from desktop_app.plots.legend import Legend


def test_names_are_listed_with_their_colours(qtbot: QtBot):
    legend = Legend()
    qtbot.addWidget(legend)
    legend.show_entries("Split", [("train", "#0072b2"), ("test", "#e69f00")])
    legend.resize(300, legend.heightForWidth(300))
    legend.show()
    image = legend.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {"#0072b2", "#e69f00"} <= colors
    assert legend.accessibleName() == "Split: train, test"
