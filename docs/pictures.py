"""Pictures of the documentation: PNG files that stay small."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, qRgb

MOST: Final = 150_000
"""Bytes of a picture; a larger one is written in 256 colours, those that it has most of."""


def save_small(image: QImage, path: Path) -> int:
    """Write a picture; return how many bytes it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(str(path))
    if path.stat().st_size > MOST:
        few = image.convertToFormat(
            QImage.Format.Format_Indexed8, _palette(image), Qt.ImageConversionFlag.ThresholdDither
        )
        few.save(str(path))
    return path.stat().st_size


def _palette(image: QImage) -> list[int]:
    """Return the 256 colours that stand for most of the picture: the means of the fullest cells of 16 x 16 x 16."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : 3 * plain.width()].reshape(-1, 3).astype(np.int64)
    cells = (pixels >> 4) @ np.array([256, 16, 1])
    counts = np.bincount(cells, minlength=4096)
    fullest = np.argsort(-counts, kind="stable")[:256]
    sums = np.stack([np.bincount(cells, weights=pixels[:, k], minlength=4096) for k in range(3)], axis=1)
    means = np.rint(sums[fullest] / np.maximum(counts[fullest], 1)[:, None]).astype(int)
    return [qRgb(*map(int, colour)) for colour, cell in zip(means, fullest, strict=True) if counts[cell]]
