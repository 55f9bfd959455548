"""Drawing very many equal balls fast and without OpenGL: a depth buffer in numpy, pixel by pixel of one ball.

A pixel of the buffer is a whole number that is larger the nearer what it shows: depth in the upper bits, then
the particle, then the pixel of the ball. So the nearest ball wins by being the largest number, what is under
the mouse can be looked up, and other colours need no new buffer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LARGEST_RADIUS: Final = 24.0  # pixels; time grows with the pixels of a ball
_PIXEL_BITS, _PARTICLE_BITS, _DEPTH_BITS = 12, 24, 24
_LIGHT = np.array([-0.45, 0.55, 0.70])  # where the light comes from: left, above, and behind the viewer
_SHADOW, _GLOSS, _SHARPNESS = 0.42, 90.0, 28.0
_FAR = 0.45  # how much of the ground shows through the furthest ball


@dataclass(frozen=True)
class Ball:
    """The pixels (K,) of a ball: steps right and down, height above its centre, and how light falls on it."""

    right: NDArray[np.intp]
    down: NDArray[np.intp]
    height: NDArray[np.float32]
    light: NDArray[np.float32]
    gloss: NDArray[np.float32]
    radius: float

    @classmethod
    def of_radius(cls, radius: float) -> "Ball":
        """A ball of `radius` pixels, but for 0.7 to LARGEST_RADIUS."""
        radius = float(np.clip(radius, 0.7, LARGEST_RADIUS))
        reach = int(radius)
        down, right = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
        inside = right**2 + down**2 <= radius**2
        right, down = right[inside], down[inside]
        height = np.sqrt(radius**2 - right**2 - down**2)
        normal = np.stack([right, -down, height], axis=1) / radius
        towards = _LIGHT / np.linalg.norm(_LIGHT)
        cosine = (normal @ towards).clip(0, 1)
        return cls(
            right=right.astype(np.intp),
            down=down.astype(np.intp),
            height=height.astype(np.float32),
            light=(_SHADOW + (1 - _SHADOW) * cosine).astype(np.float32),
            gloss=(_GLOSS * cosine**_SHARPNESS).astype(np.float32),
            radius=radius,
        )


@dataclass(frozen=True, eq=False)
class BallBuffer:
    """What each pixel of a picture shows; see the top of this file. keys: (height, width), 0 for nothing."""

    keys: NDArray[np.int64]
    ball: Ball

    def particle_at(self, right: int, down: int) -> int | None:
        """The particle at a pixel, None where there is none."""
        height, width = self.keys.shape
        key = int(self.keys[down, right]) if 0 <= down < height and 0 <= right < width else 0
        return (key >> _PIXEL_BITS) & ((1 << _PARTICLE_BITS) - 1) if key else None

    def picture(self, colors: NDArray[np.uint8], ground: NDArray[np.uint8]) -> NDArray[np.uint32]:
        """Pixels 0xAARRGGBB (height, width), nothing where no ball is.

        colors: (N, 3) of the particles, red, green and blue from 0 to 255. ground: (3,), towards which those
        that are further away fade.
        """
        flat = self.keys.ravel()
        hit = np.flatnonzero(flat)
        keys = flat[hit]
        pixel = keys & ((1 << _PIXEL_BITS) - 1)
        particle = (keys >> _PIXEL_BITS) & ((1 << _PARTICLE_BITS) - 1)
        near = (keys >> (_PIXEL_BITS + _PARTICLE_BITS)).astype(np.float32) / (1 << _DEPTH_BITS)
        haze = (_FAR * (1 - near))[:, None]
        lit = colors[particle] * self.ball.light[pixel][:, None] + self.ball.gloss[pixel][:, None]
        red, green, blue = (lit.clip(0, 255) * (1 - haze) + ground * haze).astype(np.uint32).T
        canvas = np.zeros(flat.size, dtype=np.uint32)
        canvas[hit] = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
        return canvas.reshape(self.keys.shape)


def draw_balls(
    places: NDArray[np.floating], depths: NDArray[np.floating], ball: Ball, size: tuple[int, int]
) -> BallBuffer:
    """Draw balls centred at `places` (N, 2), pixels from the upper left; those with larger `depths` (N,),
    pixels too, are nearer to the viewer. size: width and height.
    """
    width, height = size
    reach = int(ball.radius)
    order = np.argsort(depths, kind="stable")  # where numpy writes to one place twice, the last one stays
    right, down = np.floor(places[order]).astype(np.intp).T
    seen = (right >= -reach) & (right < width + reach) & (down >= -reach) & (down < height + reach)
    particle = order[seen]
    stride = width + 4 * reach  # a margin takes what hangs over the edges
    centres = (down[seen] + 2 * reach) * stride + right[seen] + 2 * reach
    canvas = np.zeros((height + 4 * reach) * stride, dtype=np.int64)
    if len(particle):
        lowest, highest = float(depths.min()) - ball.radius, float(depths.max()) + ball.radius
        unit = ((1 << _DEPTH_BITS) - 2) / (highest - lowest)
        rows = ((depths[particle] - lowest) * unit + 1).astype(np.int64) << (_PIXEL_BITS + _PARTICLE_BITS)
        rows |= particle.astype(np.int64) << _PIXEL_BITS
        rises = (ball.height * unit).astype(np.int64) << (_PIXEL_BITS + _PARTICLE_BITS)
        steps = ball.down * stride + ball.right
        for pixel, (step, rise) in enumerate(zip(steps.tolist(), rises.tolist(), strict=True)):
            where = centres + step
            keys = rows + (rise | pixel)
            nearer = keys > canvas[where]
            canvas[where[nearer]] = keys[nearer]
    inside = canvas.reshape(-1, stride)[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width]
    return BallBuffer(np.ascontiguousarray(inside), ball)
