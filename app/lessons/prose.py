"""A text in a panel: Markdown with formulas, set as in the notes on the canvas, as high as its width makes it."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from app import fonts
from app.canvas.note_text import Style, formulas, laid_out
from app.theme import appearance


class Prose(QWidget):
    """The text. It loads nothing that it names, and shows a formula as written until that is drawn."""

    def __init__(self, text: str = "", *, font: str = "heading", tone: str = "text") -> None:
        super().__init__()
        self._text, self._font, self._tone = text, font, tone
        self._key: tuple[object, ...] = ()
        self._document = laid_out("", 100, self._style())[0]
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        formulas().watch(self)
        appearance().changed.connect(self.updateGeometry)
        self.show_text(text)

    @property
    def text(self) -> str:
        """The text as it is written."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setAccessibleName(plain(text))
        self._key = ()
        self._settle()
        self.updateGeometry()
        self.update()

    def _style(self) -> Style:
        look = appearance()
        return Style(fonts.sans(self._font, look.scale), getattr(look.theme, self._tone), look.theme.value)

    def _lay(self, width: int) -> None:
        style = self._style()
        key = (width, style.font.pixelSize(), style.color, self._text, formulas().revision)
        if key != self._key:
            self._key = key
            self._document = laid_out(self._text, width, style)[0]

    def hasHeightForWidth(self) -> bool:
        """Qt: it has."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt: as high as the text is in that width."""
        self._lay(max(width, 40))
        return round(self._document.size().height() + 0.5)

    def sizeHint(self) -> QSize:
        """Qt: as it is."""
        return QSize(appearance().px(240), self.heightForWidth(self.width() or appearance().px(240)))

    def minimumSizeHint(self) -> QSize:
        """Qt: a word."""
        return QSize(appearance().px(80), 0)

    def _settle(self) -> None:
        height = self.heightForWidth(self.width()) if self.width() > 40 else 0
        if height and height != self.minimumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: lines break elsewhere."""
        super().resizeEvent(event)
        self._settle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the text."""
        self._lay(self.width())
        self._settle()  # a formula that was drawn meanwhile is of another height than as it was written
        painter = QPainter(self)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor(getattr(appearance().theme, self._tone)))
        self._document.documentLayout().draw(painter, context)


def put(scroll: QScrollArea, body: QWidget) -> None:
    """Show something else in a scroll area. What was there goes later: it may be the one whose click brought this."""
    old = scroll.takeWidget()
    if old is not None:
        old.hide()
        old.deleteLater()
    scroll.setWidget(body)


def plain(text: str) -> str:
    """Return Markdown as it is read aloud: without its marks."""
    return " ".join(re.sub(r"[*_`#]|\$+|\[([^\]]*)\]\([^)]*\)", r"\1", text).split())
