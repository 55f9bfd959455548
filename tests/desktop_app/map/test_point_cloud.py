import numpy as np
import pyqtgraph
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import DARK, LIGHT, rgb
from desktop_app.map.point_cloud import PointCloud

BRIGHT, DEEP = "#35b779", "#440154"  # of viridis; the second is darker than the dark ground


def rim_is_lighter(qtbot: QtBot, color: str, ground: str) -> bool:
    """Draw one point and compare its rim with its inside."""
    plot, cloud = pyqtgraph.PlotWidget(background=ground), PointCloud()
    qtbot.addWidget(plot)
    plot.resize(200, 200)
    plot.hideAxis("left")
    plot.hideAxis("bottom")
    plot.addItem(cloud)
    cloud.show_points(np.zeros((1, 2)), np.array([rgb(color)], np.uint8))
    cloud.stand_out_from(ground)
    plot.show()
    image = plot.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    (rim,) = seen - {color, ground}
    return sum(rgb(rim)) > sum(rgb(color))


@pytest.mark.parametrize(
    ("color", "ground", "lighter"),
    [
        (BRIGHT, LIGHT.base, False),
        (DEEP, LIGHT.base, False),
        (BRIGHT, DARK.base, False),
        (DEEP, DARK.base, True),
    ],
)
def test_only_points_that_a_dark_ground_would_swallow_have_pale_rims(
    qtbot: QtBot, color: str, ground: str, lighter: bool
):
    assert rim_is_lighter(qtbot, color, ground) is lighter
