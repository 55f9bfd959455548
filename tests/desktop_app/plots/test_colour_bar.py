from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import viridis
from desktop_app.plots.colour_bar import ColourBar


def shown(qtbot: QtBot) -> ColourBar:
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.resize(300, bar.height())
    bar.show_scale("Attention of Na1", "share", 0.125, 0.5)
    bar.show()
    return bar


def test_the_scale_is_named_with_its_unit_and_range(qtbot: QtBot):
    assert shown(qtbot).accessibleName() == "Attention of Na1 (share): colours from 0.125 to 0.5"


def test_a_quantity_without_unit_has_no_brackets(qtbot: QtBot):
    bar = shown(qtbot)
    bar.show_scale("Occupancy", "", 0, 1)
    assert bar.title == "Occupancy"


def test_the_bar_runs_from_the_lowest_colour_to_the_highest(qtbot: QtBot):
    image = shown(qtbot).grab().toImage()
    colors = [image.pixelColor(x, image.height() * 3 // 4) for x in range(image.width())]
    places = [_nearest(QColor(color), colors) for color in viridis([0.0, 0.5, 1.0])]
    assert places == sorted(places)
    assert places[2] - places[0] > 200


def _nearest(wanted: QColor, colors: list[QColor]) -> int:
    """Where the colour comes closest to the wanted one; it must come very close."""
    far = [sum(abs(a - b) for a, b in zip(wanted.getRgb(), color.getRgb(), strict=True)) for color in colors]
    assert min(far) < 15
    return far.index(min(far))
