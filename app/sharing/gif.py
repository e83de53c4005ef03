"""Pictures that follow one another as an animated GIF (Pillow)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final, NamedTuple

from PIL import Image
from PySide6.QtGui import QImage

COLOURS: Final = 128
SAMPLES: Final = 5
"""Frames that the common palette is made of: with one palette nothing flickers."""


class Frame(NamedTuple):
    """A picture, and how many milliseconds it stays."""

    image: QImage
    time: int


def gif(frames: Sequence[Frame]) -> bytes:
    """Return the frames, all of one size, as a GIF that plays for ever; there must be one at least."""
    pictures = [_pillow(frame.image) for frame in frames]
    width, height = pictures[0].size
    chosen = [pictures[k * (len(pictures) - 1) // (SAMPLES - 1)] for k in range(SAMPLES)]
    mixed = Image.new("RGB", (width, height * SAMPLES))
    for k, picture in enumerate(chosen):
        mixed.paste(picture, (0, k * height))
    palette = mixed.quantize(COLOURS)
    drawn = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    out = io.BytesIO()
    drawn[0].save(
        out, "GIF", save_all=True, append_images=drawn[1:], duration=[frame.time for frame in frames], loop=0,
        optimize=False,
    )  # fmt: skip
    return out.getvalue()


def _pillow(image: QImage) -> Image.Image:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    size = (rgb.width(), rgb.height())
    return Image.frombytes("RGB", size, bytes(rgb.constBits()), "raw", "RGB", rgb.bytesPerLine())
