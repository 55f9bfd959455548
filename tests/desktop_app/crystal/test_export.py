from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop_app.crystal.export import CrystalExport
from desktop_app.plots.colour_bar import ColourBar


@pytest.fixture
def export(qtbot: QtBot) -> CrystalExport:
    export = CrystalExport()
    qtbot.addWidget(export)
    return export


def test_the_picture_stands_over_its_scale(
    qtbot: QtBot, export: CrystalExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scale = ColourBar()
    qtbot.addWidget(scale)
    scale.resize(300, scale.height())
    scale.show_scale("Charge", "e", 0, 1)
    picture = QImage(600, 400, QImage.Format.Format_ARGB32)
    picture.fill(QColor("#ffffff"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "salt"), ""))
    with qtbot.waitSignal(export.picture_wanted):
        export.menu().actions()[0].trigger()
    export.write_picture(picture, scale)
    whole = QImage(str(tmp_path / "salt.png"))
    assert (whole.width(), whole.height()) == (600, 400 + 2 * scale.height())
    under = {whole.pixelColor(x, y).name() for x in range(0, 600, 4) for y in range(400, whole.height(), 4)}
    assert len(under) > 20  # the scale runs through the colours


def test_a_picture_that_nobody_asked_for_is_not_written(export: CrystalExport, tmp_path: Path):
    export.write_picture(QImage(10, 10, QImage.Format.Format_ARGB32), ColourBar())
    assert list(tmp_path.glob("*.png")) == []


def test_who_thinks_better_of_it_gets_no_file(
    qtbot: QtBot, export: CrystalExport, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: ("", ""))
    with qtbot.assertNotEmitted(export.picture_wanted), qtbot.assertNotEmitted(export.written):
        for action in export.menu().actions():
            action.trigger()
