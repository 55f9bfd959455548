import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import shiboken6
from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import QWebEnginePage
from pytestqt.qtbot import QtBot

from desktop_app.crystal import web_page
from desktop_app.crystal.web_page import VIEWER_URL, OfflineProfile, register_scheme
from desktop_app.look.resources import resource_path


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


# Every way out of a page that a script could try; each ends in came() or blocked().
WAYS_OUT = {
    "fetch": "fetch(http).then(came, blocked)",
    "file": "fetch('file:///etc/passwd').then(came, blocked)",
    "socket": "const s = new WebSocket(ws); s.onopen = came; s.onerror = blocked",
    "events": "const e = new EventSource(http); e.onopen = came; e.onerror = blocked",
    "image": "const i = new Image(); i.onload = came; i.onerror = blocked; i.src = http",
    "script": (
        "const s = document.createElement('script'); s.onload = came; s.onerror = blocked; "
        "s.src = http; document.body.append(s)"
    ),
    "style": (
        "const l = document.createElement('link'); l.onload = came; l.onerror = blocked; "
        "l.rel = 'stylesheet'; l.href = http; document.head.append(l)"
    ),
    "worker": (
        "const code = new Blob([`fetch('${http}').then(() => postMessage(1))`]); "
        "const w = new Worker(URL.createObjectURL(code)); w.onmessage = came; w.onerror = blocked"
    ),
    "evaluation": "window.came = came; Function('window.came()')()",
    "handler": (
        "window.came = came; document.body.insertAdjacentHTML('beforeend', "
        "'<img id=trap src=data:x onerror=window.came()>'); "
        "document.getElementById('trap').addEventListener('error', () => setTimeout(blocked))"
    ),
    "window": "window.open(http) ? came() : blocked()",
    "call": "typeof RTCPeerConnection === 'undefined' ? blocked() : came()",
}
TRY = """
(() => {{
  const http = 'http://127.0.0.1:{port}/', ws = 'ws://127.0.0.1:{port}/';
  const answers = window.answers ||= {{}};
  const came = () => {{ answers['{name}'] = 'came'; }};
  const blocked = () => {{ answers['{name}'] ||= 'blocked'; }};
  try {{ {way} }} catch (error) {{ blocked(); }}
}})()
"""


@pytest.fixture
def connections() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and who has connected to it."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, address = server.accept()
                    came.append(address)
                    connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], came
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def test_no_script_finds_a_way_out_of_the_page(
    qtbot: QtBot, page: QWebEnginePage, wait: int, connections: tuple[int, list[object]]
):
    port, came = connections
    with qtbot.waitSignal(page.loadFinished, timeout=wait):
        page.load(VIEWER_URL)
    for name, way in WAYS_OUT.items():
        page.runJavaScript(TRY.format(port=port, name=name, way=way))
    told: list[str] = []

    def all_answered() -> bool:
        page.runJavaScript("JSON.stringify(window.answers)", 0, told.append)
        return bool(told) and json.loads(told[-1]).keys() == WAYS_OUT.keys()

    qtbot.waitUntil(all_answered, timeout=wait)
    assert json.loads(told[-1]) == dict.fromkeys(WAYS_OUT, "blocked")
    assert came == []


def test_the_word_that_lets_scripts_run_is_never_the_same():
    first, second = (re.search(rb"'nonce-([^']{20,})'", web_page.viewer_page()) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    assert web_page.viewer_page().count(b"<script>") == 0


def test_the_page_asks_for_the_shipped_3dmol_and_for_nothing_outside():
    page = web_page.viewer_page().decode()
    assert "3Dmol-min.js" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "@" not in page.replace("@media", "")


def test_3dmol_is_shipped_with_its_licence():
    assert resource_path("web/3Dmol-min.js").stat().st_size > 400_000
    assert "BSD-3-Clause" in resource_path("web/3Dmol-LICENSE.txt").read_text()


def test_registering_twice_does_no_harm():
    register_scheme()
    register_scheme()
