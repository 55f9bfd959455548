"""Letting programs that somebody waits for go first: background work takes a lower priority.

With a core to itself it is as fast as ever. SITELOUPE_NICENESS says by how much (5 when it is not set; 0 asks
for no courtesy). On Windows the program in front goes first anyway.
"""

import os
from contextlib import suppress

NICENESS = 5
VARIABLE = "SITELOUPE_NICENESS"
_LOWEST = 19  # priority that a process can have


def niceness() -> int:
    """How many steps background work steps back; nonsense in the variable counts for nothing."""
    wish = os.environ.get(VARIABLE, "")
    return min(int(wish), _LOWEST) if wish.isdecimal() else NICENESS


def give_way(pid: int = 0) -> None:
    """Lower the priority of a process of ours that has just begun, of this one by default."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):  # it has ended already, or the system does not allow it: no harm done
            now = os.getpriority(os.PRIO_PROCESS, pid)
            os.setpriority(os.PRIO_PROCESS, pid, min(now + niceness(), _LOWEST))
