"""An event loop with nothing to do, until its input is closed; then it tells of its pauses."""

import sys
import threading

from PySide6.QtCore import QCoreApplication, QMetaObject, Qt

from tests.desktop_app.watchdog import watched


def main() -> None:
    app = QCoreApplication([])

    def wait() -> None:
        sys.stdin.read()
        QMetaObject.invokeMethod(app, "quit", Qt.ConnectionType.QueuedConnection)

    threading.Thread(target=wait, daemon=True).start()
    with watched() as pauses:
        app.exec()
    print(pauses.summary())


if __name__ == "__main__":
    main()
