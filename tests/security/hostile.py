"""What hostile files hold: texts that are taken for something else, and pickles that run code."""

from pathlib import Path
from typing import Any

SCRIPT = "<script>fetch('http://127.0.0.1:9/')</script>"
HOSTILE_TEXTS = {
    "formula": "=cmd|' /C calc'!A0",
    "function": "@SUM(1+1)*cmd|' /C calc'!A0",
    "script": SCRIPT,
    "end of script": "</script><img src=x onerror=alert(1)>",
    "sql": "x'); drop table structures; --",
    "path": "../../../evil",
    "absolute path": "/etc/cron.d/evil",
    "template": "{{7*7}}${7*7}%s%n{0.__class__}",
}


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, harm: Path) -> None:
        self.harm = harm

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.harm,)
