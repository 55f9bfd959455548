"""Entry of the command line: parse, run one command, turn errors into one sentence."""

import io
import sys
from collections.abc import Sequence

from core.cli.console import Console
from core.cli.parser import build_parser
from core.errors import CoreError

EXIT_OK, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed with a sentence on stderr, 2 wrong usage."""
    if isinstance(
        sys.stdout, io.TextIOWrapper
    ):  # a name that the terminal cannot show must not end a command
        sys.stdout.reconfigure(errors="backslashreplace")
    parsed = build_parser().parse_args(arguments)
    console = Console(as_json=parsed.json)
    try:
        console.result(parsed.command(parsed, console))
        return EXIT_OK
    except CoreError as error:
        console.error(str(error))
    except OSError as error:
        console.error(f"{error.strerror or error}: '{error.filename}'." if error.filename else f"{error}.")
    except KeyboardInterrupt:
        console.error("Interrupted. A run that was started goes on; see 'siteloupe runs'.")
        return EXIT_INTERRUPTED
    return EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
