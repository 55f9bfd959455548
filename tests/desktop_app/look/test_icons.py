import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.look.icons import application_icon, draw_icon
from desktop_app.look.resources import resource_path

NAMES = sorted(path.stem for path in resource_path("icons").glob("*.svg"))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_drawn_in_the_colour_asked_for(qapp: QApplication, name: str):
    image = draw_icon(name, "#ff0000").pixmap(24, 24).toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert "#ff0000" in colors


def test_the_program_has_a_picture_at_every_size(qapp: QApplication):
    assert len(application_icon().availableSizes()) == 5
