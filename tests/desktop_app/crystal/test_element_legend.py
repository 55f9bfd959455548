import pytest
from pytestqt.qtbot import QtBot

from desktop_app.crystal.element_legend import ElementLegend
from desktop_app.crystal.elements import element_look
from desktop_app.crystal.scene import build_scene


@pytest.fixture
def legend(qtbot: QtBot, disordered) -> ElementLegend:
    legend = ElementLegend()
    qtbot.addWidget(legend)
    legend.show_scene(build_scene(disordered))
    legend.resize(400, legend.heightForWidth(400))
    legend.show()
    return legend


def test_every_element_and_the_vacancy_are_listed_once(legend: ElementLegend):
    assert [name for name, _ in legend.entries] == ["Na", "K", "vacant", "Cl"]
    assert legend.accessibleName() == "Elements: Na, K, vacant, Cl"


def test_the_discs_have_the_colours_of_the_crystal(legend: ElementLegend):
    image = legend.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {element_look(symbol).color for symbol in ("Na", "K", "Cl")} <= colors


def test_a_long_list_wraps(legend: ElementLegend):
    assert legend.heightForWidth(60) > legend.heightForWidth(400)


def test_nothing_is_listed_without_a_crystal(legend: ElementLegend):
    legend.show_scene(None)
    assert legend.entries == []
