"""Running a reader so that nothing in a file can end an import."""

import logging
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from core.errors import StructureError
from core.structures.reading.result import Outcome, ReadStructure, Rejection

# A reader takes the content of a file, its path for messages, and the name for a single structure. It
# yields structures and rejections as it goes, and raises StructureError where it cannot go on.
Reader = Callable[[BinaryIO, str, str], Iterator[Outcome]]

# What unpacking damaged bytes raises.
DAMAGE: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)

MOST_FAILURES = 1000  # entries without a structure, from the first on

logger = logging.getLogger(__name__)


def read_content(reader: Reader, stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Yield what the reader does; whatever it raises becomes a last rejection.

    Reading ends early when a thousand entries, and all so far, are rejections.
    """
    num_read = num_rejected = 0
    try:
        for outcome in reader(stream, path, name):
            num_read += isinstance(outcome, ReadStructure)
            num_rejected += isinstance(outcome, Rejection)
            yield outcome
            if num_rejected == MOST_FAILURES and not num_read:
                raise StructureError(
                    f"None of the first {MOST_FAILURES:,} entries is a structure; the rest was not read.",
                    "The file is probably of another kind.",
                )
        if not num_read and not num_rejected:
            raise StructureError("There is no crystal structure in the file.", "Look for another one.")
    except StructureError as error:
        yield Rejection(path, "", _after(num_read) + error.message, error.hint)
    except DAMAGE:
        reason = "The file is damaged or incomplete."
        yield Rejection(path, "", _after(num_read) + reason, "Make it or download it again.")
    except Exception:  # one file must never end an import of thousands, whatever is in it
        logger.exception("Unexpected failure while reading %s", path)
        reason = "The file cannot be read; its content is unlike any that is known."
        yield Rejection(path, "", _after(num_read) + reason, "Save it again from another program.")


def _after(num_read: int) -> str:
    return f"After {num_read:,} structures: " if num_read else ""
