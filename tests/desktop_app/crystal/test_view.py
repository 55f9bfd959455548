import json
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWebEngineCore import QWebEngineProfile, QWebEngineScript
from PySide6.QtWebEngineWidgets import QWebEngineView
from pytestqt.qtbot import QtBot

from core.structures.structure import Structure
from desktop_app.crystal import view as crystal_view
from desktop_app.crystal.elements import element_look
from desktop_app.crystal.measurement import measure
from desktop_app.crystal.scene import build_scene
from desktop_app.crystal.still_crystal import StillCrystal
from desktop_app.crystal.style import Style
from desktop_app.crystal.view import CrystalView
from desktop_app.crystal.web_page import OfflineProfile

NO_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null;"


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[CrystalView]:
    view = CrystalView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    yield view
    view.close_page()


@pytest.fixture
def ask_page(qtbot: QtBot, view: CrystalView, wait: int) -> Callable[[str], Any]:
    """Evaluates JavaScript in the page and gives what it is, through JSON."""

    def ask(script: str) -> Any:
        answers: list[str] = []
        page = view.findChild(QWebEngineView).page()
        page.runJavaScript(f"JSON.stringify({script})", 0, answers.append)
        qtbot.waitUntil(lambda: bool(answers), timeout=wait)
        return json.loads(answers[0]) if answers[0] else None

    return ask


def show(qtbot: QtBot, view: CrystalView, structure: Structure, wait: int) -> None:
    count = len(build_scene(structure).atom_xyz)
    with qtbot.waitSignal(view.shown, timeout=wait, check_params_cb=lambda atoms: atoms == count):
        view.show_scene(build_scene(structure))


def wait_for_color(qtbot: QtBot, view: CrystalView, color: str, wait: int) -> None:
    """Wait until the picture has a pixel of about this hue: balls are shaded, so only the hue is kept."""
    wanted = QColor(color)

    def is_there() -> bool:
        image = view.grab().toImage().scaled(125, 100)
        pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
        return any(
            abs(pixel.hsvHue() - wanted.hsvHue()) < 6
            and abs(pixel.hsvSaturation() - wanted.hsvSaturation()) < 60
            for pixel in pixels
            if pixel.hsvHue() >= 0 and pixel.value() > 60
        )

    qtbot.waitUntil(is_there, timeout=wait)


def test_a_crystal_is_drawn_in_jmols_colours(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, wait: int
):
    show(qtbot, view, rock_salt, wait)
    assert view.is_live
    for symbol in ("Na", "Cl"):
        wait_for_color(qtbot, view, element_look(symbol).color, wait)


def test_a_crystal_chosen_before_the_page_is_there_is_shown_when_it_is(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, wait: int
):
    view.show_scene(build_scene(rock_salt))
    view.color_sites(["#00aa44"] * 8)
    view.highlight_site(2)
    assert not view.is_live
    wait_for_color(qtbot, view, "#00aa44", wait)


def test_the_page_is_loaded_once_for_all_crystals(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, disordered: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    ask_page("window.marked = 1")
    show(qtbot, view, disordered, wait)
    assert ask_page("window.marked") == 1


def test_clicking_an_atom_tells_its_site(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.look("c")
    scene = build_scene(rock_salt)
    front = int(np.argmax(scene.atom_xyz[:, 2]))
    x, y, z = scene.atom_xyz[front]
    viewer = "window[document.body.dataset.viewer]"
    clicked: list[int] = []
    view.site_clicked.connect(clicked.append)

    def click_until_told() -> bool:
        # The page learns its size after the first picture; until that is there, the web engine drops events.
        place = ask_page(f"{viewer}.modelToScreen({{x: {x}, y: {y}, z: {z}}})")
        spot = QPoint(round(place["x"]), round(place["y"]))
        target = view.findChild(QWebEngineView).focusProxy()
        qtbot.mouseMove(target, spot)
        qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=spot)
        qtbot.wait(200)
        return bool(clicked)

    qtbot.waitUntil(click_until_told, timeout=wait)
    assert set(clicked) == {int(scene.atom_site[front])}


def test_sites_take_the_colours_given_and_give_them_back(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, wait: int
):
    show(qtbot, view, rock_salt, wait)
    view.color_sites(["#ff8800"] * 8)
    wait_for_color(qtbot, view, "#ff8800", wait)
    view.color_sites(None)
    wait_for_color(qtbot, view, element_look("Na").color, wait)


def test_a_shared_site_shows_a_wedge_of_each_element(
    qtbot: QtBot, view: CrystalView, disordered: Structure, wait: int
):
    show(qtbot, view, disordered, wait)
    for symbol in ("Na", "K", "Cl"):
        wait_for_color(qtbot, view, element_look(symbol).color, wait)


def test_the_chosen_site_has_a_halo(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.highlight_site(5)
    wait_for_color(qtbot, view, "#ff60e4", wait)  # magenta, overbright


def test_the_ground_follows_the_theme(qtbot: QtBot, view: CrystalView, rock_salt: Structure, wait: int):
    show(qtbot, view, rock_salt, wait)
    view.set_inks(QColor("#204060"), QColor("#ffffff"))
    qtbot.waitUntil(lambda: view.grab().toImage().pixelColor(3, 3).name() == "#204060", timeout=wait)


def test_the_page_has_the_ground_of_the_theme_before_it_draws(view: CrystalView):
    view.set_inks(QColor("#204060"), QColor("#ffffff"))
    assert view.findChild(QWebEngineView).page().backgroundColor().name() == "#204060"


@pytest.mark.parametrize("direction", ["a", "b", "c", "corner"])
def test_the_cell_fills_the_view_from_every_side(
    qtbot: QtBot, view: CrystalView, ask_page, wait: int, direction: str
):
    slab = Structure(
        np.diag([3.0, 4.0, 25.0]), np.array([[0.0, 0, 0], [0.5, 0.5, 0.5]]), ({"Na": 1.0}, {"Cl": 1.0})
    )
    show(qtbot, view, slab, wait)
    view.look(direction)
    corners = [[i * 3.0, j * 4.0, k * 25.0] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    points = ", ".join(f"{{x: {x}, y: {y}, z: {z}}}" for x, y, z in corners)

    def fills_the_view() -> bool:
        seen = ask_page(f"window[document.body.dataset.viewer].modelToScreen([{points}])")
        across, down = [spot["x"] for spot in seen], [spot["y"] for spot in seen]
        inside = min(across + down) >= 0 and max(across) <= 500 and max(down) <= 400
        return inside and max(max(across) - min(across), max(down) - min(down)) > 200

    qtbot.waitUntil(fills_the_view, timeout=wait)


VIEWER = "window[document.body.dataset.viewer]"
COUNT_PICTURES = f"""(() => {{
  const renderer = {VIEWER}.renderer;
  const render = renderer.render.bind(renderer);
  window.pictures = 0;
  renderer.render = (...all) => {{ window.pictures += 1; render(...all); }};
  return true;
}})()"""


def test_a_change_is_drawn_in_one_picture(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, disordered: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    qtbot.waitUntil(lambda: ask_page(f"{VIEWER}.renderer.devicePixelRatio") == 2, timeout=wait)
    ask_page(COUNT_PICTURES)
    show(qtbot, view, disordered, wait)
    assert ask_page("window.pictures") == 1


def test_without_a_graphics_card_the_crystal_is_rough_while_it_turns_and_fine_at_rest(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    if not ask_page(f"drawsInSoftware({VIEWER}.renderer.getContext())"):
        pytest.skip("a graphics card draws here")
    ratio = f"{VIEWER}.renderer.devicePixelRatio"
    qtbot.waitUntil(lambda: ask_page(ratio) == 2, timeout=wait)
    assert ask_page(f"{VIEWER}.rotate(5, 'y') && {ratio}") == 1
    qtbot.waitUntil(lambda: ask_page(ratio) == 2, timeout=wait)


def test_balls_that_fill_space_are_larger_and_have_no_sticks(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    style = f"{VIEWER}.getModel().selectedAtoms({{}})[0].style"
    before = ask_page(style)
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.show_scene(build_scene(rock_salt, style=Style.FILLED))
    after = ask_page(style)
    assert set(before) == {"sphere", "stick"}
    assert set(after) == {"sphere"}
    assert after["sphere"]["radius"] == pytest.approx(element_look("Na").radius, abs=0.002)
    assert before["sphere"]["radius"] < 0.5 * after["sphere"]["radius"]


def test_polyhedra_are_drawn_in_the_colour_of_their_middle(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.show_scene(build_scene(rock_salt, style=Style.POLYHEDRA))
    meshes = f"{VIEWER}.shapes.filter((shape) => shape && shape.opacity < 1).length"
    assert ask_page(meshes) == 1
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.show_scene(build_scene(rock_salt))
    assert ask_page(meshes) == 0


def test_atoms_are_named_and_measured(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    scene, words = build_scene(rock_salt), f"{VIEWER}.labels.map((label) => label.text)"
    show(qtbot, view, rock_salt, wait)
    assert ask_page(words) == ["a", "b", "c"]
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.name_atoms(True)
    assert ask_page(words)[3:] == [scene.labels[site] for site in scene.atom_site]
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.name_atoms(False)
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.show_measurement(measure(scene, (0, 4)))
    assert ask_page(words)[3:] == ["2.820 Å"]
    show(qtbot, view, rock_salt, wait)
    assert ask_page(words) == ["a", "b", "c"]  # the atoms of another scene are others


def test_a_block_of_cells_fills_the_view_from_where_one_looked(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.look("a")
    direction = ask_page(f"{VIEWER}.getView().slice(4)")
    with qtbot.waitSignal(view.shown, timeout=wait):
        view.show_scene(build_scene(rock_salt, 3), keep_direction=True)
    assert ask_page(f"{VIEWER}.getView().slice(4)") == pytest.approx(direction)
    far = 3 * 5.64
    corner = ask_page(f"{VIEWER}.modelToScreen({{x: {far}, y: {far}, z: {far}}})")
    assert 250 < corner["x"] < 500
    assert 0 < corner["y"] < 150


def test_a_picture_has_twice_the_pixels_in_each_direction(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    qtbot.waitUntil(lambda: ask_page(f"{VIEWER}.WIDTH") == 500, timeout=wait)  # no longer that of the start
    with qtbot.waitSignal(view.pictured, timeout=wait) as taken:
        view.take_picture()
    (picture,) = taken.args
    ratio = max(2.0, view.devicePixelRatioF())
    assert (picture.width(), picture.height()) == (500 * ratio, 400 * ratio)
    colors = {picture.pixelColor(x, y).name() for x in range(0, 1000, 5) for y in range(0, 800, 5)}
    assert len(colors) > 50


def processor_seconds() -> float:
    """Of this process and those of the web engine, one of which draws where there is no graphics card."""
    own = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (own, *own.children(recursive=True)))


def test_five_thousand_sites_appear_within_a_second_and_turn_three_times_in_one(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, ask_page, wait: int
):
    show(qtbot, view, rock_salt, wait)
    steps = np.stack(np.meshgrid(*[np.arange(9)] * 3), axis=-1).reshape(-1, 1, 3)
    frac = ((rock_salt.frac_coords + steps) / 9).reshape(-1, 3)
    large = Structure(9 * rock_salt.lattice, frac, rock_salt.species * 9**3)
    scene = build_scene(large)
    began = processor_seconds()
    with qtbot.waitSignal(view.shown, timeout=wait, check_params_cb=lambda n: n == len(scene.atom_xyz)):
        view.show_scene(scene)
    assert large.num_sites > 5_000
    assert processor_seconds() - began < 1.0
    began = processor_seconds()
    turn = (
        f"{VIEWER}.rotate(5, 'y'); gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));"
    )
    ask_page(f"(() => {{ const gl = {VIEWER}.renderer.getContext(); {turn * 6} return true; }})()")
    assert (processor_seconds() - began) / 6 < 1 / 3


def test_text_of_a_file_never_becomes_markup_or_script(qtbot: QtBot, view: CrystalView, ask_page, wait: int):
    hostile = "</script><img src=x onerror=window.hacked=1>"
    structure = Structure(4.0 * np.eye(3), np.zeros((1, 3)), ({"Na": 1.0},), (hostile,))
    show(qtbot, view, structure, wait)
    assert ask_page("document.images.length") == 0
    assert ask_page("typeof window.hacked") == "undefined"


def test_without_webgl_there_is_a_still_picture_with_the_reason(
    qtbot: QtBot, rock_salt: Structure, wait: int, monkeypatch: pytest.MonkeyPatch
):
    def profile_without_webgl(parent: QObject) -> QWebEngineProfile:
        profile = OfflineProfile(parent)
        script = QWebEngineScript()
        script.setSourceCode(NO_WEBGL)
        script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
        script.setWorldId(QWebEngineScript.ScriptWorldId.MainWorld)
        profile.scripts().insert(script)
        return profile

    monkeypatch.setattr(crystal_view, "OfflineProfile", profile_without_webgl)
    view = CrystalView()
    qtbot.addWidget(view)
    view.show_scene(build_scene(rock_salt))
    view.resize(400, 300)
    view.show()
    with qtbot.waitSignal(view.unavailable, timeout=wait):
        pass
    still = view.findChild(StillCrystal)
    assert still.isVisible()
    assert "WebGL" in still.reason
    assert not view.is_live
    view.close_page()


def test_a_crash_of_the_drawing_process_leaves_a_still_picture_and_the_reason(
    qtbot: QtBot, view: CrystalView, rock_salt: Structure, wait: int
):
    show(qtbot, view, rock_salt, wait)
    pid = view.findChild(QWebEngineView).page().renderProcessPid()
    with qtbot.waitSignal(view.unavailable, timeout=wait):
        os.kill(pid, signal.SIGKILL)
    assert "has ended" in view.findChild(StillCrystal).reason


def test_taking_the_page_down_twice_does_no_harm(qtbot: QtBot, rock_salt: Structure, wait: int):
    view = CrystalView()
    qtbot.addWidget(view)
    view.show()
    show(qtbot, view, rock_salt, wait)
    view.close_page()
    view.close_page()
    view.show_scene(build_scene(rock_salt))
    assert view.findChild(QWebEngineView) is None
    assert view.findChild(QWebEngineProfile) is None


def test_taking_the_page_down_while_it_starts_does_no_harm(qtbot: QtBot):
    view = CrystalView()
    qtbot.addWidget(view)
    view.show()
    view.close_page()
    assert view.findChild(QWebEngineView) is None
