"""Whether the structures of a run fit into the memory of this machine, said ahead of the work."""

from typing import Final

from core.errors import CoreError
from core.jobs.run_folder import RunFolder

# Bytes of memory for each byte of structures.jsonl, of rows, graphs and what is made of them together: the
# peak of a pretraining of CGCNN rises from 420 to 527 MB from 3,000 to 12,000 crystals of 878 bytes each.
TIMES_THE_FILE: Final = 14
BYTES_PER_GB: Final = 1e9


def require_room(run: RunFolder) -> None:
    """Raise CoreError for a run of more structures than the free memory holds, where that is known."""
    free = free_memory()
    if free is None or not run.structures_file.is_file():
        return
    needed = TIMES_THE_FILE * run.structures_file.stat().st_size
    if needed > free:
        raise CoreError(
            f"The structures of this run need about {needed / BYTES_PER_GB:.1f} GB of memory, "
            f"and {free / BYTES_PER_GB:.1f} GB are free.",
            "Use a smaller collection, or learn from shards: 'More crystals, more devices' in the manual.",
        )


def free_memory() -> int | None:
    """Bytes that this machine can still give to programs; None where that is not known."""
    try:
        import psutil  # which a bare machine may lack
    except ImportError:
        return None
    return int(psutil.virtual_memory().available)
