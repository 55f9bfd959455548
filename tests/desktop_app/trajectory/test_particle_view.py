import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.structures.trajectories.particles import Particles
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.trajectory.particle_scene import ParticleScene
from desktop_app.trajectory.particle_view import ParticleView

LEFT = Qt.MouseButton.LeftButton
RED = np.array([[220, 30, 30]], np.uint8)


def scene(count: int = 3) -> ParticleScene:
    grid = np.stack(np.meshgrid(*[2.0 * np.arange(count)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    number = len(grid)
    box, species = 2.0 * count * np.eye(3), np.zeros(number, np.int64)
    return ParticleScene.of(Particles("cube", grid + 1.0, box, np.ones(3, bool), species, ("A",)))


@pytest.fixture
def view(qtbot: QtBot) -> ParticleView:
    view = ParticleView()
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show_scene(scene(), np.repeat(RED, 27, axis=0))
    view.show()
    view.grab()
    return view


def ink(view: ParticleView) -> np.ndarray:
    """The picture as numbers."""
    image = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return pixels[:, :, 2::-1].astype(int)


def drag(qtbot: QtBot, view: ParticleView, way: QPoint, button: Qt.MouseButton = LEFT) -> None:
    start = QPoint(150, 150)
    qtbot.mousePress(view, button, pos=start)
    QApplication.sendEvent(view, _move(start + way, button))
    qtbot.mouseRelease(view, button, pos=start + way)


def _move(place: QPoint, button: Qt.MouseButton):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    keys = Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(place), QPointF(place), button, button, keys)


def test_particles_are_drawn_in_their_colours_and_recoloured(view: ParticleView):
    before = ink(view)
    assert (before[..., 0] > before[..., 2] + 60).mean() > 0.2
    view.show_colors(np.repeat(RED[:, ::-1], 27, axis=0))
    after = ink(view)
    assert (after[..., 2] > after[..., 0] + 60).mean() > 0.2


def test_a_clicked_particle_is_told_and_the_ground_is_none(qtbot: QtBot, view: ParticleView):
    nearest = max(range(27), key=lambda k: view._places(scene().points)[1][k])
    with qtbot.waitSignal(view.particle_clicked) as clicked:
        qtbot.mouseClick(view, LEFT, pos=view.place_of(nearest).toPoint())
    assert clicked.args == [nearest]
    with qtbot.assertNotEmitted(view.particle_clicked):
        qtbot.mouseClick(view, LEFT, pos=QPoint(2, 2))


def test_dragging_turns_and_clicks_nothing(qtbot: QtBot, view: ParticleView):
    before = view.place_of(0)
    with qtbot.assertNotEmitted(view.particle_clicked):
        drag(qtbot, view, QPoint(60, 0))
    assert (view.place_of(0) - before).manhattanLength() > 5
    distances = np.linalg.norm(view._turning @ view._turning.T - np.eye(3))
    assert distances < 1e-9


def test_another_button_moves_all_alike(qtbot: QtBot, view: ParticleView):
    before = [view.place_of(k) for k in (0, 13)]
    drag(qtbot, view, QPoint(20, -10), Qt.MouseButton.RightButton)
    assert [view.place_of(k) - old for k, old in zip((0, 13), before, strict=True)] == [QPointF(20, -10)] * 2


def test_the_wheel_comes_nearer(view: ParticleView):
    before = view.place_of(0) - QPointF(150, 150)
    place, nothing = QPointF(150, 150), QPoint()
    buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    wheel = QWheelEvent(
        place, place, nothing, QPoint(0, 240), buttons, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view, wheel)
    after = view.place_of(0) - QPointF(150, 150)
    assert after.manhattanLength() > 1.2 * before.manhattanLength()


def test_the_keyboard_turns_zooms_and_goes_back(qtbot: QtBot, view: ParticleView):
    first = view.place_of(0)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus):
        before = view.place_of(0)
        qtbot.keyClick(view, key)
        assert view.place_of(0) != before
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.place_of(0) == first


def test_the_marked_particle_has_a_ring(view: ParticleView):
    before = ink(view)
    view.mark(5)
    assert (ink(view) != before).any()
    view.mark(None)
    np.testing.assert_array_equal(ink(view), before)


def test_large_balls_are_drawn_on_a_coarser_picture(view: ParticleView):
    view.show_scene(scene(1), RED)
    assert (ink(view)[..., 0] > 100).mean() > 0.1
    assert view.particle_at(QPointF(150, 150)) == 0
    assert view.particle_at(QPointF(3, 3)) is None


def test_the_ground_follows_the_theme(qtbot: QtBot, qapp: QApplication, view: ParticleView, wait: int):
    light = ink(view)[2, 2].sum()
    apply_theme(qapp, Theme.DARK)
    qtbot.waitUntil(lambda: ink(view)[2, 2].sum() < light - 200, timeout=wait)


def test_ten_thousand_particles_are_drawn_several_times_a_second(view: ParticleView, benchmark_seconds):
    large = scene(22)
    view.resize(600, 600)
    view.show_scene(large, np.repeat(RED, len(large.points), axis=0))

    def turn() -> None:
        view.turn(3.0, 1.0)
        view.grab()

    assert len(large.points) > 10_000
    assert benchmark_seconds(turn) < 1 / 3
