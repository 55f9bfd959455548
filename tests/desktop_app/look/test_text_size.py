from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.look.text_size import SIZES, USUAL, apply_text_size, next_size


@pytest.fixture(autouse=True)
def usual_words(qapp: QApplication) -> Iterator[None]:
    yield
    apply_text_size(USUAL)


def test_words_are_as_much_larger_as_was_asked_however_often(qapp: QApplication):
    apply_text_size(USUAL)
    usual = qapp.font().pointSizeF()
    for _ in range(2):
        apply_text_size(150)
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * usual)


def test_the_ladder_of_sizes_has_ends():
    assert next_size(USUAL, 1) == SIZES[1]
    assert (next_size(SIZES[0], -1), next_size(SIZES[-1], 1)) == (SIZES[0], SIZES[-1])
