import numpy as np
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from core.jobs.results.particle_order import FrameComparison
from desktop_app.trajectory.frame_image import FrameImage


def test_a_cell_is_told_in_words_and_a_click_goes_to_its_frame(qtbot: QtBot):
    image = FrameImage()
    qtbot.addWidget(image)
    image.resize(400, 400)
    shares = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.0, 0.25, 0.75]])
    image.show_comparison(FrameComparison(np.array([0, 10, 20]), np.array([5, 15, 25]), shares))
    image.show()
    image.grab()
    place = image.plot.getViewBox().mapViewToScene(QPointF(11, 26))  # learned frame 11, shown frame 26
    assert image.cell_at(place) == (2, 1)
    image.plot.scene().sigMouseMoved.emit(place)
    assert image.readout.text() == "Frame 26 is taken for frame 11 with probability 0.250."
    with qtbot.waitSignal(image.frame_clicked) as clicked:
        qtbot.mouseClick(image.plot.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert clicked.args == [25]
    image.plot.scene().sigMouseMoved.emit(QPointF(-5, -5))
    assert "blocks" in image.readout.text()
