"""`gradwire docs FOLDER`: the pages of all operators, as Markdown with formulas, example graphs and their pictures."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from app import cli_output as output
from app.plugins import library

SIZE = (840, 300)
"""Pixels of a picture of a graph, at twice the screen's fineness."""


def docs(chosen: argparse.Namespace) -> int:
    """Write the pages; return the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage, QPainter

    from app import theme
    from app.cli_plot import png
    from app.main import application
    from app.pages.book import write
    from app.thumbnails import picture_of
    from engine.graph import Content

    theme.apply(application(), theme.LIGHT, 1.0)

    def draw(content: Content) -> bytes:
        image = QImage(QSize(*SIZE) * 2, QImage.Format.Format_RGB32)
        image.fill(theme.LIGHT.canvas)
        painter = QPainter(image)
        painter.drawPixmap(image.rect(), picture_of(content, library(), QSize(*SIZE), 2))
        painter.end()
        return png(image)

    count = write(Path(chosen.folder), library(), None if chosen.no_pictures else draw)
    if chosen.json:
        output.write(output.document({"folder": chosen.folder, "operators": count}))
    else:
        output.write(f"{count} operators: {Path(chosen.folder) / 'index.md'}\n")
    return 0
