"""The text of a note laid out: Markdown, with formulas ($...$, and $$...$$ on a line of their own) drawn as
mathematics.

Nothing that a text names is ever loaded, no file and no address. A formula takes tens of milliseconds to draw: until
it is drawn, in a thread, it stands there as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple
from weakref import WeakSet

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app import fonts, formula

CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
FORMULA: Final = re.compile(
    r"(?<!\\)\$\$(?P<display>[^$]+?)\$\$|(?<![\\$])\$(?!\s)(?P<inline>[^$\n]+?)(?<![\s\\])\$(?![\d$])"
)
MOST: Final = 40
"""Formulas of a note that are drawn,"""
LONGEST: Final = 400
"""and characters of one; what is more or longer stands there as it was written."""
OPEN, CLOSE = "\ue000", "\ue001"
"""What stands for a formula while Markdown is read: characters that no text uses."""
KIND: Final = QTextFormat.ObjectTypes.UserObject.value + 1
LATEX: Final = QTextFormat.Property.UserProperty.value + 1
DROP: Final = QTextFormat.Property.UserProperty.value + 2
SIZES: Final = {"inline": 1.15, "display": 1.35}
"""How much larger than the text formulas are set."""


class Style(NamedTuple):
    """How a text is set."""

    font: QFont
    color: str
    link: str


class Written(NamedTuple):
    """A formula of a text, and whether it stands on a line of its own."""

    latex: str
    display: bool


def without_formulas(text: str) -> tuple[str, list[Written]]:
    """Return the Markdown with a mark in the place of each formula, and the formulas. In code there are none."""
    found: list[Written] = []

    def marked(match: re.Match[str]) -> str:
        latex, display = match["display"] or match["inline"], match["display"] is not None
        if len(found) >= MOST or len(latex) > LONGEST:
            return match[0]
        found.append(Written(" ".join(latex.split()), display))
        mark = f"{OPEN}{len(found) - 1}{CLOSE}"
        return f"\n\n{mark}\n\n" if display else mark

    text = text.replace(OPEN, "").replace(CLOSE, "")
    parts, last = [], 0
    for code in CODE.finditer(text):
        parts += [FORMULA.sub(marked, text[last : code.start()]), code[0]]
        last = code.end()
    parts.append(FORMULA.sub(marked, text[last:]))
    return "".join(parts), found


class Formulas(QObject):
    """Pictures of formulas, drawn one after the other in a thread; those who watch are repainted when one is there."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: dict[tuple[str, int, str], QSvgRenderer | None] = {}
        self._waiting: set[tuple[str, int, str]] = set()
        self._watching: WeakSet[QWidget] = WeakSet()
        self.revision = 0
        """Counts the pictures that came."""
        formula.painter().drawn.connect(self._drawn, Qt.ConnectionType.QueuedConnection)

    def watch(self, widget: QWidget) -> None:
        """Repaint a widget, as long as there is one, when another formula is drawn."""
        self._watching.add(widget)

    def known(self, latex: str, size: int, color: str) -> bool:
        """Return whether a formula was drawn, or cannot be; if not it is drawn as soon as may be."""
        key = (latex, size, color)
        if key not in self._pictures and key not in self._waiting:
            self._waiting.add(key)
            formula.painter().draw(*key)
        return key in self._pictures

    def picture(self, latex: str, size: int, color: str) -> QSvgRenderer | None:
        """Return the picture of a formula that is known; None where it cannot be drawn."""
        return self._pictures.get((latex, size, color))

    @property
    def waiting(self) -> bool:
        """Whether some are still to be drawn."""
        return bool(self._waiting)

    def finish(self) -> None:
        """Draw all that are asked for now: for pictures that are taken at once."""
        for key in sorted(self._waiting):
            self._drawn(*key, formula.render(*key))

    def _drawn(self, latex: str, size: int, color: str, picture: formula.Picture | None) -> None:
        key = (latex, size, color)
        if key in self._waiting:
            self._waiting.discard(key)
            self._pictures[key] = QSvgRenderer(picture.svg) if picture else None
            self.revision += 1
            for widget in list(self._watching):
                if isValid(widget):
                    widget.update()


@cache
def formulas() -> Formulas:
    """Return the one keeper of formulas of the application."""
    return Formulas()


class Standing(NamedTuple):
    """How a formula stands in its line: the alignment that has the line know how deep it reaches, the height it takes
    for that, and how far below the top of that it is drawn, so that its baseline is the line's."""

    alignment: QTextCharFormat.VerticalAlignment
    height: float
    drop: float


def standing(box: QRectF, metrics: QFontMetrics) -> Standing:
    """Return how a formula stands in a line of a font; `box` is its picture's, the baseline at 0.

    Qt knows two alignments that leave room below the baseline: as deep as the font, and about the middle of its small
    letters.
    """
    if box.bottom() <= metrics.descent():
        return Standing(QTextCharFormat.VerticalAlignment.AlignBaseline, metrics.descent() - box.top(), 0.0)
    lift = metrics.xHeight() / 2
    height = max(-2 * box.top() - lift, 2 * box.bottom() + lift)
    return Standing(QTextCharFormat.VerticalAlignment.AlignMiddle, height, (height + lift) / 2 + box.top())


class FormulaObject(QPyTextObject):
    """Draws a formula in a line of text, on the line's baseline."""

    def intrinsicSize(self, document: QTextDocument, position: int, format: QTextFormat) -> QSizeF:
        """Qt: how large it is."""
        picture = formulas().picture(*format.property(LATEX))
        if picture is None:
            return QSizeF(1, 1)
        box = picture.viewBoxF()
        return QSizeF(box.width(), standing(box, QFontMetrics(format.toCharFormat().font())).height)

    def drawObject(
        self, painter: QPainter, rect: QRectF, document: QTextDocument, position: int, format: QTextFormat
    ) -> None:
        """Qt: draw it."""
        picture = formulas().picture(*format.property(LATEX))
        if picture is not None:
            top = rect.top() + format.doubleProperty(DROP)
            picture.render(painter, QRectF(QPointF(rect.left(), top), picture.viewBoxF().size()))


class QuietDocument(QTextDocument):
    """Markdown text that never loads what it names: no file, no address.

    Qt's image handler opens a named file itself where `loadResource` gives nothing: it gets an empty picture instead.
    """

    def loadResource(self, kind: int, name: object) -> object:
        """Qt: what stands for anything that is not in the text itself."""
        nothing = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
        nothing.fill(0)  # A new image's pixels are whatever the memory held.
        return nothing


def laid_out(text: str, width: float, style: Style, *, even: bool = False) -> tuple[QTextDocument, bool]:
    """Return the text laid out in a width, and whether it is complete: no formula in it has still to be drawn.

    `even`: titles are no larger than the rest.
    """
    document = QuietDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(style.font)
    document.setDefaultStyleSheet(f"a {{ color: {style.link}; }}")
    document.setIndentWidth(16)
    marked, written = without_formulas(text)
    document.setMarkdown(marked, QTextDocument.MarkdownFeature.MarkdownNoHTML)
    complete = _put_formulas(document, written, style) if written else True
    _each_block(document, _space)
    if even:
        _each_block(document, _even)
    document.setTextWidth(max(width, 24))
    return document, complete


def _put_formulas(document: QTextDocument, written: list[Written], style: Style) -> bool:
    """Put the formulas where their marks stand; return whether all are known."""
    handler = FormulaObject(document)
    document.documentLayout().registerHandler(KIND, handler)
    complete = True
    for k, (latex, display) in enumerate(written):
        cursor = document.find(f"{OPEN}{k}{CLOSE}")
        if cursor.isNull():
            continue
        size = round(style.font.pixelSize() * SIZES["display" if display else "inline"])
        key = (rf"\displaystyle {latex}" if display else latex, size, style.color)
        known = formulas().known(*key)
        complete = complete and known
        picture = formulas().picture(*key) if known else None
        if picture is not None:
            stands = standing(picture.viewBoxF(), QFontMetrics(style.font))
            form = QTextCharFormat()
            form.setFont(style.font)
            form.setObjectType(KIND)
            form.setProperty(LATEX, list(key))
            form.setProperty(DROP, stands.drop)
            form.setVerticalAlignment(stands.alignment)
            cursor.insertText("\ufffc", form)
        else:
            form = QTextCharFormat()
            form.setFontFamilies([fonts.MONO])
            cursor.insertText(latex, form)
        if display:
            middle = QTextBlockFormat()
            middle.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            cursor.mergeBlockFormat(middle)
    return complete


def _each_block(document: QTextDocument, act: Callable[[QTextCursor], None]) -> None:
    block = document.begin()
    while block.isValid():
        act(QTextCursor(block))
        block = block.next()


def _even(cursor: QTextCursor) -> None:
    """Set a title in the size of the text."""
    if cursor.block().blockFormat().headingLevel():
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        form.setProperty(QTextFormat.Property.FontSizeAdjustment.value, 0)
        cursor.mergeCharFormat(form)


def _space(cursor: QTextCursor) -> None:
    """Part paragraphs, and set code in the bundled font."""
    block = cursor.block()
    form = block.blockFormat()
    form.setBottomMargin(5.0)
    cursor.setBlockFormat(form)
    for fragment in [each.fragment() for each in block]:  # type: ignore[attr-defined]
        if fragment.charFormat().fontFixedPitch():
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            code = QTextCharFormat()
            code.setFontFamilies([fonts.MONO])
            cursor.mergeCharFormat(code)


def last_whole_line(document: QTextDocument, height: float) -> QRectF | None:
    """Return where the last line is that fits whole into a height; None where all of them fit."""
    layout, last = document.documentLayout(), QRectF()
    block = document.begin()
    while block.isValid():
        top = layout.blockBoundingRect(block).topLeft()
        lines = block.layout()
        for k in range(lines.lineCount()):
            line = lines.lineAt(k).naturalTextRect().translated(top)
            if line.bottom() > height:
                return last
            last = line
        block = block.next()
    return None
