"""A flat map by t-SNE, in a process of its own (van der Maaten and Hinton, JMLR 9, 2579, 2008).

It takes seconds for thousands of points and many minutes for a hundred thousand. In a process of its own it
disturbs nobody, and can be ended at any time.
"""

import io
import multiprocessing
import re
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.store.process_pool import end_with_parent

ITERATIONS = 1000
PERPLEXITY = 30.0
FEWEST_POINTS = 5
_PATIENCE_SECONDS = 0.1  # between two looks at whether it is still wanted


def tsne(
    vectors: NDArray[np.floating],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> NDArray[np.float64] | None:
    """Place vectors (N, D) in the plane, (N, 2), so that near ones stay near; None when cancelled.

    Starts from the principal components and draws nothing at random, so that the same vectors give the same
    map. Distances between far points mean little. Raises CoreError for fewer than five points, and when the
    process ends without a result.
    """
    if len(vectors) < FEWEST_POINTS:
        raise CoreError(f"t-SNE needs at least {FEWEST_POINTS} points.", "Use PCA for so few.")
    context = multiprocessing.get_context("spawn")  # a forked copy of a process with threads may hang
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(vectors, sender), daemon=True)
    child.start()
    sender.close()  # so that the end of the child is the end of the pipe
    try:
        while not is_cancelled():
            if receiver.poll(_PATIENCE_SECONDS):
                news = receiver.recv()
                if isinstance(news, np.ndarray):
                    return news
                on_progress(news, ITERATIONS)
        return None
    except EOFError:
        hint = "It may need more memory than there is."
        raise CoreError("The t-SNE map could not be made.", hint) from None
    finally:
        child.terminate()
        child.join()
        receiver.close()


class _Listener(io.TextIOBase):
    """Hears how far scikit-learn is: it says so in words, on the standard output, and nowhere else."""

    def __init__(self, sender: Connection) -> None:
        self._sender = sender

    def write(self, text: str) -> int:
        """Pass the number of an iteration on."""
        found = re.search(r"Iteration (\d+)", text)
        if found:
            self._sender.send(int(found[1]))
        return len(text)


def _work(vectors: NDArray[np.floating], sender: Connection) -> None:
    """What the process does."""
    end_with_parent()
    sys.stdout = _Listener(sender)
    from sklearn.manifold import TSNE  # takes a second; nobody else needs it

    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    model = TSNE(2, perplexity=perplexity, init="pca", max_iter=ITERATIONS, random_state=0, verbose=2)
    sender.send(model.fit_transform(vectors.astype(np.float32)).astype(np.float64))
