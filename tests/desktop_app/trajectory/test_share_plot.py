import numpy as np
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import BLUE, ORANGE
from desktop_app.trajectory.share_plot import SharePlot


def test_each_group_is_a_line_of_its_share_in_per_cent_and_a_click_goes_to_the_frame(qtbot: QtBot):
    plot = SharePlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    shares = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    plot.show_shares(np.array([0, 4, 8]), shares, ["gas", "solid"], [BLUE, ORANGE])
    plot.mark_frame(4)
    plot.show()
    plot.grab()
    assert [line.name() for line in plot.lines] == ["gas", "solid"]
    np.testing.assert_allclose(plot.lines[0].getData(), [[1, 5, 9], [100, 50, 0]], rtol=1e-7)
    assert plot.present.value() == 5
    place = plot.plot.getViewBox().mapViewToScene(QPointF(8.4, 50)).toPoint()
    with qtbot.waitSignal(plot.frame_clicked) as clicked:
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert clicked.args == [8]
    plot.show_shares(np.array([0]), shares[:1], ["gas", "solid"], [BLUE, ORANGE])
    assert len(plot.plot.listDataItems()) == 2
