import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import shiboken6
from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import QWebEnginePage
from pytestqt.qtbot import QtBot

from desktop_app.look.resources import resource_path
from desktop_app.widgets import web_page
from desktop_app.widgets.web_page import VIEWER_URL, OfflineProfile, register_scheme


@pytest.fixture
def page(qtbot: QtBot):
    owner = QObject()
    profile = OfflineProfile(owner)
    page = QWebEnginePage(profile, owner)
    yield page
    shiboken6.delete(page)
    shiboken6.delete(profile)


def test_the_page_loads_without_a_network(qtbot: QtBot, page: QWebEnginePage, wait: int):
    with qtbot.waitSignal(page.loadFinished, timeout=wait) as loaded:
        page.load(VIEWER_URL)
    assert loaded.args == [True]


def test_another_address_is_not_served(qtbot: QtBot, page: QWebEnginePage, wait: int):
    with qtbot.waitSignal(page.loadFinished, timeout=wait) as loaded:
        page.load(QUrl("siteloupe://viewer/../../etc/passwd"))
    assert loaded.args == [False]


@pytest.mark.parametrize("name", ["passwd", "3Dmol-LICENSE.txt", "../elements.json", ""])
def test_only_the_parts_of_the_page_are_served(name: str):
    assert web_page.served_file(name) is None


def test_requests_to_the_network_never_leave(qtbot: QtBot, page: QWebEnginePage, wait: int):
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with qtbot.waitSignal(page.loadFinished, timeout=wait):
            page.load(VIEWER_URL)
        address = f"http://127.0.0.1:{server.server_port}/tracker"
        script = (
            f"window.answer = ''; fetch('{address}').then(() => answer = 'came', () => answer = 'blocked')"
        )
        page.runJavaScript(script)
        answers: list[str] = []

        def answered() -> bool:
            page.runJavaScript("window.answer", 0, answers.append)
            return bool(answers) and bool(answers[-1])

        qtbot.waitUntil(answered, timeout=wait)
        assert answers[-1] == "blocked"
        with qtbot.waitSignal(page.loadFinished, timeout=wait) as loaded:
            page.load(QUrl(address))
        assert loaded.args == [False]
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


def test_the_page_asks_for_the_shipped_3dmol_and_for_nothing_outside():
    page = web_page.viewer_page().decode()
    assert "3Dmol-min.js" in page
    assert "http" not in page
    assert "@" not in page.replace("@media", "")


def test_3dmol_is_shipped_with_its_licence():
    assert resource_path("web/3Dmol-min.js").stat().st_size > 400_000
    assert "BSD-3-Clause" in resource_path("web/3Dmol-LICENSE.txt").read_text()


def test_registering_twice_does_no_harm():
    register_scheme()
    register_scheme()
