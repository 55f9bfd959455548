"""`python -m core`: the worker when asked for, else the command line."""

import sys
from pathlib import Path

import core


def main() -> int:
    """Dispatch on the first argument; nothing is imported before it is known."""
    if Path(core.__path__[0]).resolve() != Path(__file__).resolve().parent:
        sys.stderr.write(
            f"siteloupe: Another package called 'core' is found first, in '{core.__path__[0]}'. "
            "Start this one as 'python -P -m core', in an environment of its own.\n"
        )
        return 1
    if len(sys.argv) == 3 and sys.argv[1] == "worker":
        from core.worker.process import run_worker

        return run_worker(Path(sys.argv[2]))
    from core.cli import main as command_line

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
