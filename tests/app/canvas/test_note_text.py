"""Formulas in a line of text: they stand on its baseline."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from app import fonts
from app.canvas.note_text import Style, formulas, laid_out


def bottoms(text: str) -> list[int]:
    """Return the lowest row with ink in it of each letter of a text in one line, from left to right."""
    style = Style(fonts.sans("heading", 3.0), "#000000", "#0000ff")
    laid_out(text, 1200, style)
    formulas().finish()
    document, complete = laid_out(text, 1200, style)
    assert complete
    image = QImage(1200, 400, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette.setColor(QPalette.ColorRole.Text, QColor("#000000"))
    document.documentLayout().draw(painter, context)
    painter.end()
    dark = np.frombuffer(image.constBits(), np.uint8).reshape(400, image.bytesPerLine())[:, :1200] < 128
    columns = np.flatnonzero(np.diff(np.concatenate([[0], dark.any(axis=0), [0]]).astype(int)))
    return [int(np.flatnonzero(dark[:, a:b].any(axis=1)).max()) for a, b in columns.reshape(-1, 2)]


@pytest.mark.parametrize("more", ["", "^2", r"\frac{1}{2}", r"\frac{1}{\frac{2}{3}}", r"\frac{\frac{1}{2}}{3}"])
def test_a_formula_stands_on_the_baseline_of_its_line(dressed: QApplication, more: str) -> None:
    found = bottoms(rf"H $H{more}$ H")
    assert len(found) >= 3
    first, formula, last = found[0], found[1], found[-1]
    assert first == last and abs(formula - first) <= 1
