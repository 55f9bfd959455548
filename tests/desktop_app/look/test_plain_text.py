import pyqtgraph
import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.dialogs.ask import ask_choice, ask_number, ask_text
from desktop_app.look.plain_text import TIE, as_label, as_written, with_unit, with_units_tied

TEXTS = [
    "band gap (eV)",
    "a < b & c",
    "Na<sub>2</sub>O",
    '<img src="//evil/share/x.png">',
    "two\n  lines <b>",
]


def shown(text: str) -> str:
    """What a label or a tooltip makes of a text that Qt may take for HTML."""
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText() if "<" in text else text


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_shown_as_it_is_written(qtbot: QtBot, text: str):
    assert shown(as_written(text)) == text


@pytest.mark.parametrize("text", TEXTS[:-1])
def test_names_of_axes_and_curves_are_no_html(qtbot: QtBot, text: str):
    plot = pyqtgraph.PlotWidget()
    qtbot.addWidget(plot)
    legend = plot.addLegend()
    plot.setLabel("left", as_label(text))
    plot.plot([0, 1], [0, 1], name=as_label(text))
    assert plot.getAxis("left").label.toPlainText().strip() == text
    assert legend.items[0][1].item.toPlainText() == text


def test_questions_show_names_as_they_are(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def ask(parent: QWidget, title: str, label: str, *rest: object, **options: object) -> tuple[str, bool]:
        asked.append(label)
        return "", False

    for name in ("getText", "getItem", "getInt"):
        monkeypatch.setattr(QInputDialog, name, ask)
    parent = QWidget()
    qtbot.addWidget(parent)
    ask_text(parent, "Unit", TEXTS[3])
    ask_choice(parent, "Column", TEXTS[3], [], new=False)
    ask_number(parent, "Runs", TEXTS[3], 1, 2)
    assert [shown(label) for label in asked] == [TEXTS[3]] * 3


def test_numbers_stay_on_one_line_with_their_units():
    told = with_units_tied("error 0.4 eV, 89 % of 3 events within 2 eVs", "eV", "")
    assert told == f"error 0.4{TIE}eV, 89{TIE}% of 3 events within 2 eVs"


def test_a_title_without_a_unit_stands_alone():
    assert with_unit("Density", "g/cm³") == "Density (g/cm³)"
    assert with_unit("Sites", "") == "Sites"
