"""What a widget shows, as a small picture, and whether two of them are alike.

Pictures are kept at a quarter of their size. No letter can be read any more, so that it does not matter how a
machine smooths them, but a line of text is a grey bar whose place and length can be seen.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

REDUCTION = 4  # pixels of the screen to a pixel of a picture, in each direction
BLOCK = 4  # pixels of a picture to a block: 16 x 16 of the screen, a little more than a line of text is high

# What two pictures may differ by, of 255. A black edge on white that lies one pixel of the screen elsewhere
# changes the mean colour of a block by 255 / 16. Hints for the screen, which shape letters otherwise, change
# blocks by up to 7.5 and pixels by 0.5 in the mean. A word of five letters that is missing changes a block by
# 16 or more, the other theme nearly all of them by 200.
MOST_OF_A_BLOCK = 16.0
MOST_IN_THE_MEAN = 2.0

Picture = NDArray[np.float32]  # (height, width, 3), from 0 to 255


@dataclass(frozen=True)
class Difference:
    """How far two pictures are apart: mean change of a pixel, largest change of a block and where that is."""

    mean: float
    worst_block: float
    place: tuple[int, int]  # pixels of the screen from left and top

    @property
    def is_tolerated(self) -> bool:
        """Whether it may come from another machine."""
        return self.mean <= MOST_IN_THE_MEAN and self.worst_block <= MOST_OF_A_BLOCK

    def __str__(self) -> str:
        x, y = self.place
        return f"{self.mean:.2f} of 255 in the mean, {self.worst_block:.0f} around ({x}, {y})"


def take(widget: QWidget) -> Picture:
    """Draw a widget, no part of which has the keyboard, and reduce what it shows."""
    focused = widget.window().focusWidget()
    if focused is not None:
        focused.clearFocus()
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return means_of_squares(pixels.astype(np.float32), REDUCTION)


def compare(one: Picture, other: Picture) -> Difference:
    """Measure how far two pictures of one size are apart; those of two sizes are as far as can be."""
    if one.shape != other.shape:
        return Difference(255.0, 255.0, (0, 0))
    change = one - other
    blocks = np.abs(means_of_squares(change, BLOCK)).max(axis=2)
    row, column = np.unravel_index(blocks.argmax(), blocks.shape)
    size = BLOCK * REDUCTION
    place = (int(column) * size + size // 2, int(row) * size + size // 2)
    return Difference(float(np.abs(change).mean()), float(blocks.max()), place)


def means_of_squares(pixels: Picture, side: int) -> Picture:
    """Take the mean of each square of pixels; what is left over at the right and below is cut off."""
    height, width = pixels.shape[0] // side, pixels.shape[1] // side
    squares = pixels[: height * side, : width * side].reshape(height, side, width, side, 3)
    return squares.mean(axis=(1, 3))


def load(path: Path) -> Picture:
    """Read a picture that was kept."""
    return np.asarray(Image.open(path).convert("RGB"), dtype=np.float32)


def save(picture: Picture, path: Path) -> None:
    """Keep a picture."""
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(picture.round().astype(np.uint8)).save(path, optimize=True)
