"""Which sections of the inspector are folded away: the same for all nodes and documents, and remembered."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app import fonts
from app.theme import appearance


class Folds(QObject):
    """The keys of the folded sections."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folded: frozenset[str] = frozenset()

    def set(self, folded: frozenset[str]) -> None:
        """Fold these sections, and no others."""
        if folded != self.folded:
            self.folded = folded
            self.changed.emit()

    def fold(self, key: str, on: bool) -> None:
        """Fold a section, or open it."""
        self.set(self.folded | {key} if on else self.folded - {key})


def folds() -> Folds:
    """Return the folds of the running application, made when first asked for."""
    app = QCoreApplication.instance()
    found = app.findChild(Folds) if app is not None else None
    return found if found is not None else Folds(app)


class FoldCaption(QAbstractButton):
    """A section's caption, which folds it away and opens it: a click, the space bar or Return."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self.key = key
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setChecked(key not in folds().folded)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._clicked)

    def _clicked(self, on: bool) -> None:
        folds().fold(self.key, not on)

    def sizeHint(self) -> QSize:
        """Qt: a line of small print, high enough to be hit."""
        return QSize(appearance().px(120), appearance().px(24))

    def minimumSizeHint(self) -> QSize:
        """Qt: the text gives way."""
        return QSize(appearance().px(40), appearance().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the text and the mark that says whether it is open."""
        look, painter = appearance(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.hasFocus()
        colour = QColor(look.theme.second if lit else look.theme.faint)
        painter.setFont(fonts.sans("caption", look.scale, strong=True))
        painter.setPen(colour)
        room = self.rect().adjusted(0, 0, -look.px(18), 0)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        size = look.px(4)
        middle = QPointF(self.width() - look.px(8), self.height() / 2)
        corners = ((-1, -0.6), (1, -0.6), (0, 0.8)) if self.isChecked() else ((0.6, -1), (0.6, 1), (-0.8, 0))
        painter.drawPolygon(QPolygonF([middle + QPointF(x, y) * size for x, y in corners]))
        if self.hasFocus():
            painter.setPen(QColor(look.theme.value))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), look.px(4), look.px(4))
