"""A graph drawn without a window: the canvas's own painting, with what is known on the wires given to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.worker.describe import look_at
from app.worker.messages import Looks, WireLook
from engine.graph import Content, Socket
from engine.operator import Library
from engine.types import Type

THEMES: Final = ("light", "dark", "contrast")
OVERLAYS: Final = ("value", "cotangent")


@dataclass
class Known:
    """What is known of the outputs, as it grows."""

    types: Mapping[Socket, Type]
    values: dict[Socket, Any] = field(default_factory=dict)
    cotangents: dict[Socket, Any] = field(default_factory=dict)

    def looks(self, step: int = 0) -> Looks:
        """Return it as the canvas is told of it."""
        wires: dict[str, dict[str, WireLook]] = {}
        for socket, value in self.values.items():
            if socket in self.types:
                look = look_at(self.types[socket], value, self.cotangents.get(socket))
                wires.setdefault(socket.node, {})[socket.name] = look
        return Looks(wires, {}, {}, step)


class Drawn:
    """A graph on a canvas that nobody sees. Close it after use."""

    def __init__(self, content: Content, library: Library, theme: str = "light", *, overlays: bool = True) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from app import theme as themes
        from app.canvas import Canvas
        from app.main import application
        from app.session import Session

        themes.apply(application(), themes.THEMES[theme])
        self.session = Session(library, engine=False)
        self.canvas = Canvas(self.session)
        self.session.adopt(content, None, clean=True)
        if overlays:
            for each in OVERLAYS:
                self.session.set_overlay(each, True)  # type: ignore[arg-type]

    @property
    def theme(self) -> Any:
        """The theme it is drawn in."""
        return self.canvas.ink.theme

    def show(self, looks: Looks) -> None:
        """Write what is known on nodes and wires."""
        self.session.looks.looks = looks
        self.session.values_changed.emit()
        self.canvas.scene.read_values()

    def sheet(self) -> Any:
        """Return the whole main graph, ready to be painted."""
        from app.pictures import sheet_of

        return sheet_of(self.canvas, selection=False)[0]

    def picture(self, width: int, height: int, node: str = "", *, derivative: bool = False) -> QImage:
        """Return the graph in at most this size; a node is framed in the colour of values, or of derivatives."""
        from app import pictures

        sheet = self.sheet()
        image = pictures.image(sheet)
        image = image.scaled(
            min(width, image.width()), min(height, image.height()), Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )  # fmt: skip
        item = self.canvas.scene.nodes.get(node)
        if item is not None:
            scale = image.width() / sheet.bounds.width()
            corner = item.rect.translated(-sheet.bounds.topLeft())
            box = QRectF(corner.topLeft() * scale, corner.size() * scale).adjusted(-4, -4, 4, 4)
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.theme.derivative if derivative else self.theme.value), 3.0))
            painter.drawRoundedRect(box, 10 * scale + 4, 10 * scale + 4)
            painter.end()
        return image

    def close(self) -> None:
        """End it."""
        self.canvas.deleteLater()
        self.session.close()
        self.session.deleteLater()
