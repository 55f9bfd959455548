import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop_app.crystal.elements import element_look
from desktop_app.crystal.scene import build_scene
from desktop_app.crystal.still_crystal import StillCrystal
from desktop_app.crystal.style import Style
from desktop_app.look.colours import HIGHLIGHT


def colors_of(picture: StillCrystal) -> set[str]:
    image = picture.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.fixture
def picture(qtbot: QtBot) -> StillCrystal:
    picture = StillCrystal()
    qtbot.addWidget(picture)
    picture.resize(300, 300)
    picture.show()
    return picture


def test_the_reason_is_given_and_read_out(picture: StillCrystal):
    picture.explain("There is no WebGL.")
    assert picture.reason == "There is no WebGL. This is a still picture."
    assert picture.accessibleDescription() == picture.reason


def test_atoms_have_the_colours_of_their_elements(picture: StillCrystal, rock_salt):
    picture.show_scene(build_scene(rock_salt))
    assert {element_look("Na").color, element_look("Cl").color} <= colors_of(picture)


def test_shared_sites_show_all_their_elements_and_the_vacancy(picture: StillCrystal, disordered):
    picture.set_inks(QColor("#808080"), QColor("#000000"))
    picture.show_scene(build_scene(disordered))
    assert {element_look("Na").color, element_look("K").color, "#ffffff"} <= colors_of(picture)


def test_sites_can_be_coloured_and_the_vacancy_stays_white(picture: StillCrystal, disordered):
    picture.set_inks(QColor("#808080"), QColor("#000000"))
    picture.show_scene(build_scene(disordered))
    picture.color_sites(["#123456"] * 8)
    colors = colors_of(picture)
    assert {"#123456", "#ffffff"} <= colors
    assert element_look("Na").color not in colors


def test_the_chosen_site_is_ringed(picture: StillCrystal, rock_salt):
    picture.show_scene(build_scene(rock_salt))
    assert HIGHLIGHT not in colors_of(picture)
    picture.highlight_site(4)
    assert HIGHLIGHT in colors_of(picture)


def test_another_crystal_forgets_colours_and_ring(picture: StillCrystal, rock_salt):
    picture.show_scene(build_scene(rock_salt))
    picture.color_sites(["#123456"] * 8)
    picture.highlight_site(4)
    picture.show_scene(build_scene(rock_salt))
    assert not {"#123456", HIGHLIGHT} & colors_of(picture)


def test_polyhedra_cover_the_ground_between_the_balls(picture: StillCrystal, rock_salt):
    picture.set_inks(QColor("#00ff00"), QColor("#000000"))

    def ground_left() -> int:
        image = picture.grab().toImage()
        places = [(x, y) for x in range(image.width()) for y in range(image.height())]
        return sum(image.pixelColor(x, y).name() == "#00ff00" for x, y in places)

    picture.show_scene(build_scene(rock_salt))
    with_sticks = ground_left()
    picture.show_scene(build_scene(rock_salt, style=Style.POLYHEDRA))
    assert ground_left() < 0.95 * with_sticks


@pytest.mark.parametrize("size", [(1, 1), (40, 400), (2000, 60)])
def test_any_size_can_be_drawn(picture: StillCrystal, rock_salt, size: tuple[int, int]):
    picture.show_scene(build_scene(rock_salt))
    picture.resize(*size)
    assert not picture.grab().isNull()
