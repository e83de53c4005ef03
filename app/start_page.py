"""The start page: new and open, unsaved work to recover, the samples as living thumbnails, and recent files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import fonts, thumbnails
from app.gallery import fields
from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from app.titles import about
from app.words import tr
from engine.files.recovery import Recovered
from engine.operator import Library

COLUMN = 1240
CARD = (290, 216)
MOST_COLUMNS = 4
MARGIN = 32
RECENT_SHOWN = 8
SENTENCE = "Wire operators into a graph, see every value and every derivative, and let an optimizer run it downhill."


class SampleCard(QAbstractButton):
    """One sample: its graph drawn small, its name, and the first line of its first note."""

    def __init__(self, path: Path, library: Library) -> None:
        super().__init__()
        self.path, self._library = path, library
        self._picture: QPixmap | None = None
        self.name, self.sentence = about(path)
        self.setAccessibleName(f"Sample: {self.name}")
        self.setAccessibleDescription(self.sentence)
        self.setToolTip(tip(self.sentence))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def draw_picture(self) -> None:
        """Draw the thumbnail (some milliseconds: done after the page is shown)."""
        size = QSize(self.width() - 2, self._picture_height())
        self._picture = thumbnails.picture(self.path, self._library, size, self.devicePixelRatioF())
        self.update()

    def _picture_height(self) -> int:
        return self.height() - appearance().px(76)

    def sizeHint(self) -> QSize:
        """Qt: the card's size."""
        return QSize(appearance().px(CARD[0]), appearance().px(CARD[1]))

    def minimumSizeHint(self) -> QSize:
        """Qt: narrower cards still show their name."""
        return QSize(appearance().px(220), appearance().px(CARD[1]))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw picture, name and sentence."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.px(10)
        path = QPainterPath()
        path.addRoundedRect(frame, radius, radius)
        painter.fillPath(path, QColor(look.theme.panel))
        painter.save()
        painter.setClipPath(path)
        top = QRect(1, 1, self.width() - 2, self._picture_height())
        painter.fillRect(top, QColor(look.theme.canvas))
        if self._picture is not None:
            painter.drawPixmap(top, self._picture)
        painter.setPen(QColor(look.theme.hairline))
        painter.drawLine(top.bottomLeft(), top.bottomRight())
        painter.restore()
        active = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(QColor(look.theme.value if active else look.theme.hairline), 1.5 if active else 1))
        painter.drawPath(path)
        text = QRect(look.px(14), top.bottom() + look.px(8), self.width() - look.px(28), look.px(22))
        painter.setFont(fonts.sans("heading", look.scale, strong=True))
        painter.setPen(QColor(look.theme.text))
        painter.drawText(
            text,
            Qt.AlignmentFlag.AlignVCenter,
            painter.fontMetrics().elidedText(self.name, Qt.TextElideMode.ElideRight, text.width()),
        )
        painter.setFont(fonts.sans("small", look.scale))
        painter.setPen(QColor(look.theme.second))
        below = text.translated(0, look.px(22))
        below.setHeight(look.px(38))
        painter.drawText(
            below,
            Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop,
            _two_lines(painter, self.sentence, below.width()),
        )


def _two_lines(painter: QPainter, text: str, width: int) -> str:
    """Return the text cut at a word so that it fills at most two lines."""
    metrics = painter.fontMetrics()
    words = text.split()
    while words:
        shown = " ".join(words) + ("" if len(words) == len(text.split()) else " …")
        if (
            metrics.boundingRect(QRect(0, 0, width, 10_000), Qt.TextFlag.TextWordWrap, shown).height()
            <= 2 * metrics.lineSpacing() + 2
        ):
            return shown
        words.pop()
    return ""


def _caption(text: str) -> QLabel:
    caption = label(tr(text).upper(), "caption")
    caption.setContentsMargins(0, appearance().px(16), 0, 0)
    return caption


class RecentRow(QAbstractButton):
    """One recent file: its name, its folder, and when it was last changed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.setAccessibleName(f"Open {path.name}")
        self.setToolTip(tip(str(path)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._when = ago(path.stat().st_mtime)

    def sizeHint(self) -> QSize:
        """Qt: a row of 34 pixels."""
        return QSize(appearance().px(300), appearance().px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the row."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(look.theme.value)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.theme.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.px(7), look.px(7))
        area = self.rect().adjusted(look.px(12), 0, -look.px(12), 0)
        painter.setFont(fonts.sans("body", look.scale))
        painter.setPen(QColor(look.theme.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(self.path.name, Qt.TextElideMode.ElideMiddle, area.width() // 2)
        painter.drawText(area, middle, name)
        left = painter.fontMetrics().horizontalAdvance(name) + look.px(14)
        painter.setFont(fonts.sans("small", look.scale))
        painter.setPen(QColor(look.theme.faint))
        right = painter.fontMetrics().horizontalAdvance(self._when) + look.px(14)
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, self._when)
        room = area.adjusted(left, 0, -right, 0)
        painter.drawText(
            room,
            middle,
            painter.fontMetrics().elidedText(str(self.path.parent), Qt.TextElideMode.ElideMiddle, room.width()),
        )


def ago(moment: float, now: float | None = None) -> str:
    """Return how long ago a moment was, in words."""
    seconds = max(0.0, (time.time() if now is None else now) - moment)
    for size, word in (
        (86_400 * 365, "year"),
        (86_400 * 30, "month"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ):
        count = int(seconds // size)
        if count:
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


class StartPage(QScrollArea):
    """The page. What a person chooses there it tells by signals."""

    file_chosen = Signal(Path)
    new_chosen = Signal()
    open_chosen = Signal()
    tour_chosen = Signal()
    recovery_chosen = Signal(object)
    recovery_discarded = Signal(object)

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._recent: Sequence[Path] = ()
        self._recovered: Sequence[Recovered] = ()
        self.samples: list[SampleCard] = []
        self._fields: list[tuple[QWidget, list[SampleCard]]] = []
        self._shown_columns = 0
        self.recent_rows: list[RecentRow] = []
        self.setAccessibleName(tr("Start page"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._drawing = QTimer(self, singleShot=True, interval=0)
        self._drawing.timeout.connect(self._draw_next)
        appearance().changed.connect(self._rebuild)

    def refresh(self, recent: Sequence[Path], recovered: Sequence[Recovered]) -> None:
        """Show these recent files (those that are there) and this work to recover."""
        self._recent = [path for path in recent if path.is_file()][:RECENT_SHOWN]
        self._recovered = recovered
        self._rebuild()

    def _rebuild(self) -> None:
        px = appearance().px
        page = QWidget()
        page.setProperty("role", "window")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QHBoxLayout(page)
        outer.setContentsMargins(px(MARGIN), px(40), px(MARGIN), px(40))
        middle = QWidget()
        middle.setMaximumWidth(px(COLUMN))
        outer.addStretch(1)
        outer.addWidget(middle, 1000)
        outer.addStretch(1)
        self._column = QVBoxLayout(middle)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(12))
        self._head()
        self._recovery()
        self._recents()
        self._samples()
        self._column.addStretch(1)
        self.setWidget(page)
        self._drawing.start()

    def _head(self) -> None:
        px = appearance().px
        row = QHBoxLayout()
        row.setSpacing(px(10))
        words = QVBoxLayout()
        words.setSpacing(px(4))
        words.addWidget(label(tr("Gradwire"), "display"))
        words.addWidget(
            label(
                tr(SENTENCE),
                "second",
                wrap=True,
            )
        )
        row.addLayout(words, 1)
        self.new_button, self.open_button = QPushButton(tr("New graph")), QPushButton(tr("Open…"))
        self.new_button.setProperty("role", "primary")
        self.new_button.clicked.connect(self.new_chosen)
        self.open_button.clicked.connect(self.open_chosen)
        self.tour_button = QPushButton(tr("Guided tour"))
        self.tour_button.setProperty("role", "quiet")
        self.tour_button.setToolTip(tr("Build and run a small graph, step by step: three minutes"))
        self.tour_button.clicked.connect(self.tour_chosen)
        row.addWidget(self.tour_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.new_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignBottom)
        self._column.addLayout(row)

    def _recovery(self) -> None:
        for found in self._recovered:
            card = QFrame()
            card.setProperty("role", "card")
            px = appearance().px
            self._column.addSpacing(px(8))
            row = QHBoxLayout(card)
            row.setContentsMargins(px(16), px(12), px(12), px(12))
            row.setSpacing(px(10))
            name = found.path.name if found.path else "a graph that was never saved"
            words = QVBoxLayout()
            words.setSpacing(px(2))
            words.addWidget(label(f"Unsaved work on {name}", "heading"))
            since = " after the last save" if found.path else ""
            edits = f"{found.edits} edit{'' if found.edits == 1 else 's'}{since}, {ago(found.time)}"
            words.addWidget(label(edits + ("" if found.complete else "; the last ones are damaged"), "second"))
            row.addLayout(words, 1)
            recover, discard = QPushButton(tr("Recover")), QPushButton(tr("Discard"))
            recover.setProperty("role", "primary")
            discard.setProperty("role", "quiet")
            recover.clicked.connect(lambda _=False, found=found: self.recovery_chosen.emit(found))
            discard.clicked.connect(lambda _=False, found=found: self.recovery_discarded.emit(found))
            row.addWidget(discard)
            row.addWidget(recover)
            self._column.addWidget(card)

    def _samples(self) -> None:
        """The cards of all samples in one grid, each field under its caption."""
        self.samples, self._fields, self._shown_columns = [], [], 0
        for field, paths in fields():
            cards = [SampleCard(path, self._library) for path in paths]
            for card in cards:
                card.clicked.connect(lambda _=False, path=card.path: self.file_chosen.emit(path))
            self.samples += cards
            self._fields.append((_caption(field), cards))
        self._grid = QGridLayout()
        self._grid.setSpacing(appearance().px(16))
        self._column.addLayout(self._grid)
        self._place_cards()

    def _place_cards(self) -> None:
        """Put the cards into as many columns as there is room for; each field begins a row."""
        px = appearance().px
        room = min(self.viewport().width() - 2 * px(MARGIN), px(COLUMN))
        columns = max(1, min(MOST_COLUMNS, (room + px(16)) // (px(CARD[0]) + px(16))))
        if columns == self._shown_columns:
            return
        self._shown_columns, row = columns, 0
        for caption, cards in self._fields:
            self._grid.addWidget(caption, row, 0, 1, columns)
            for k, card in enumerate(cards):
                self._grid.addWidget(card, row + 1 + k // columns, k % columns)
            row += 2 + (len(cards) - 1) // columns
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: more or fewer columns."""
        super().resizeEvent(event)
        self._place_cards()

    def _recents(self) -> None:
        self.recent_rows = [RecentRow(path) for path in self._recent]
        if self.recent_rows:
            self._column.addWidget(_caption("Recent"))
        for row in self.recent_rows:
            row.clicked.connect(lambda _=False, path=row.path: self.file_chosen.emit(path))
            self._column.addWidget(row)

    def _draw_next(self) -> None:
        """Draw one thumbnail after the other, so that the page stands first; those in sight before the others."""
        waiting = [card for card in self.samples if card._picture is None]
        if waiting and self.isVisible():
            next((card for card in waiting if not card.visibleRegion().isEmpty()), waiting[0]).draw_picture()
        if len(waiting) > 1 or not self.isVisible():
            self._drawing.start(0 if self.isVisible() else 50)
