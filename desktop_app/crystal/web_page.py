"""The offline page of the 3-D view: its address, what is served there, and that nothing else is.

`register_scheme` must run before QApplication exists.
"""

from secrets import token_urlsafe

import py3Dmol
from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)

from desktop_app.look.resources import resource_path

_SCHEME = b"siteloupe"
VIEWER_URL = QUrl("siteloupe://viewer/viewer.html")
_LOCAL_SCHEMES = ("siteloupe", "data", "blob")
_FORBIDDEN = (
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls,
)
_CHANNEL = "qwebchannel.js"
_SCRIPTS = ("3Dmol-min.js", "viewer.js", "wedges.js", "polyhedra.js", "texts.js", "pace.js")
PAGE_PARTS = (VIEWER_URL.fileName(), _CHANNEL, *_SCRIPTS)


def register_scheme() -> None:
    """Make `siteloupe:` a secure, local address that pages may be loaded from; twice does no harm."""
    if QWebEngineUrlScheme.schemeByName(QByteArray(_SCHEME)).name() == QByteArray(_SCHEME):
        return
    scheme = QWebEngineUrlScheme(_SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flags = QWebEngineUrlScheme.Flag
    scheme.setFlags(flags.SecureScheme | flags.LocalAccessAllowed | flags.CorsEnabled)
    QWebEngineUrlScheme.registerScheme(scheme)


def start_web_engine() -> None:
    """Start the processes of the engine: a quarter of a second that the first page need not wait for then."""
    QWebEngineProfile.defaultProfile()


class OfflineProfile(QWebEngineProfile):
    """A profile that keeps nothing on disk, serves the viewer page and refuses the network."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # Both are kept here because the profile does not keep the Python half of them alive.
        self._blocker = NetworkBlocker(self)
        self._files = _ViewerFiles(self)
        self.setUrlRequestInterceptor(self._blocker)
        self.installUrlSchemeHandler(QByteArray(_SCHEME), self._files)
        for attribute in _FORBIDDEN:
            self.settings().setAttribute(attribute, False)


class NetworkBlocker(QWebEngineUrlRequestInterceptor):
    """Refuses every address that is not the shipped page."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Called by the web engine for each request."""
        if info.requestUrl().scheme() not in _LOCAL_SCHEMES:
            info.block(True)


class _ViewerFiles(QWebEngineUrlSchemeHandler):
    """Serves the page and its scripts, by name."""

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        content = served_file(job.requestUrl().fileName())
        if content is None:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        buffer = QBuffer(job)
        buffer.setData(QByteArray(content))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        is_page = job.requestUrl() == VIEWER_URL
        job.reply(QByteArray(b"text/html" if is_page else b"text/javascript"), buffer)


def served_file(name: str) -> bytes | None:
    """Content of a part of the page by its name; None for anything else."""
    if name == VIEWER_URL.fileName():
        return viewer_page()
    if name == _CHANNEL:
        return _qt_resource(":/qtwebchannel/qwebchannel.js")
    if name in _SCRIPTS:
        return resource_path(f"web/{name}").read_bytes()
    return None


def viewer_page() -> bytes:
    """Make the page: the template with py3Dmol's viewer in it, drawn by the shipped 3Dmol.js, not a CDN's.

    Its policy lets only scripts run that are shipped, or carry a word that is made anew for each page.
    """
    viewer = py3Dmol.view(width="100%", height="100%", js="3Dmol-min.js")
    snippet = viewer.write_html().replace("<script>", '<script nonce="@NONCE@">')
    page = resource_path("web/viewer.html").read_text(encoding="utf-8")
    for mark, text in (
        ("@PY3DMOL@", snippet),
        ("@VIEWER_NAME@", f"viewer_{viewer.uniqueid}"),
        ("@NONCE@", token_urlsafe(16)),
    ):
        page = page.replace(mark, text)
    return page.encode()


def _qt_resource(path: str) -> bytes:
    file = QFile(path)
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return b""
    return bytes(file.readAll().data())
