"""The find bar: nodes by a line of words, highlighted and gone through one by one, across all bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from app.canvas.canvas_card import EDGE, CanvasCard
from app.panels.inspector_fields import mark_invalid
from app.panels.inspector_parts import label, set_role
from app.theme import appearance
from app.words import tr
from engine.errors import GradwireError
from engine.finding import STATES, Facts, find

if TYPE_CHECKING:
    from app.canvas.view import Canvas

PAUSE = 120
"""Milliseconds without a key after which the first node found is shown."""
HELP = (
    "Words that all have to fit: a name, an operator, a setting, a value.\n"
    "name:loss  id:mse_1  type:optimizer  setting:slope  value:iris\n"
    "learning_rate:0.1  steps>500  method=adam\n"
    f"is: {', '.join(STATES)}\n"
    "in:main  in:body  in:“Sine by Taylor”     -word: must not fit"
)


class FindBar(CanvasCard):
    """Lies on the canvas at its upper right; made when first asked for (`find_bar`)."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, "Find nodes")
        self.hits: tuple[str, ...] = ()
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("tanh, is:invalid, steps>100"))
        self.field.setAccessibleName(tr("Find nodes"))
        self.field.setToolTip(HELP)
        self.field.textEdited.connect(self._typed)
        self.field.installEventFilter(self)
        self.count = label("", "second")
        self.said = label("", "bad", wrap=True)
        self.said.hide()
        self.previous = self.glyph_button("up", "Previous (Shift+F3)", lambda: self.step(-1))
        self.next = self.glyph_button("down", "Next (F3)", lambda: self.step(+1))
        self.close_button = self.glyph_button("close", "Close (Escape)", self.end)
        self._row = QHBoxLayout()
        self._row.addWidget(self.field, 1)
        for widget in (self.count, self.previous, self.next, self.close_button):
            self._row.addWidget(widget)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._row)
        self._column.addWidget(self.said)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._show_first)
        self.session.selection_changed.connect(self._tell_count)
        self.lay(self.field, self.session.changed, self.session.problems_changed)

    def dress(self) -> None:
        """Take the measures of the appearance."""
        px = appearance().px
        self._row.setSpacing(px(4))
        self._column.setContentsMargins(px(8), px(8), px(8), px(8))
        self._column.setSpacing(px(4))
        self.count.setMinimumWidth(px(58))
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        super().dress()

    def settle(self) -> None:
        """Take the place at the upper right."""
        px = appearance().px
        width = min(px(420), self.canvas.width() - 2 * px(EDGE))
        self._column.activate()
        height = self._column.heightForWidth(width) if self._column.hasHeightForWidth() else -1
        self.setGeometry(
            self.canvas.width() - width - px(EDGE), px(EDGE), width, max(height, self._column.sizeHint().height())
        )

    # What it is asked ----------------------------------------------------------------------------------------------

    def begin(self, query: str | None = None) -> None:
        """Show the bar with the keyboard in it; its last words are selected."""
        if query is not None:
            self.field.setText(query)
        super().begin()

    def end(self) -> None:
        """Hide the bar, and nothing is highlighted any more."""
        self._soon.stop()
        super().end()

    def search(self) -> None:
        """Look for the words as they stand there, and highlight what has them."""
        try:
            facts = Facts(self.session.content, self.session.library, self.session.problems)
            self.hits, fault = find(facts, self.field.text()), ""
        except GradwireError as refused:
            self.hits, fault = (), refused.sentence
        mark_invalid(self.field, bool(fault))
        self.said.setText(fault)
        self.said.setVisible(bool(fault))
        self.canvas.show_found(frozenset(self.hits))
        for button in (self.previous, self.next):
            button.setEnabled(bool(self.hits))
        self._tell_count()
        self.settle()

    def _typed(self) -> None:
        self.search()
        self._soon.start()

    def _show_first(self) -> None:
        """Show the first node found, unless one of them is the current one already."""
        if self.hits and self.session.current not in self.hits:
            self.session.reveal(self.hits[0])

    def step(self, by: int) -> None:
        """Go to the next or the previous node found; after the last comes the first."""
        self._soon.stop()
        self.search()
        if not self.hits:
            return
        current = self.session.current
        if current in self.hits:
            at = (self.hits.index(current) + by) % len(self.hits)
        else:
            at = 0 if by > 0 else len(self.hits) - 1
        self.session.reveal(self.hits[at])
        self._tell_count()

    def _tell_count(self) -> None:
        if self.isHidden():
            return
        current, total = self.session.current, len(self.hits)
        if not self.field.text().strip():
            text = ""
        elif not total:
            text = "nothing"
        elif current in self.hits:
            text = f"{self.hits.index(current) + 1:,} of {total:,}"
        else:
            text = f"{total:,} found"
        self.count.setText(text)
        set_role(self.count, "bad" if text == "nothing" else "second")

    def pressed(self, line: QLineEdit, event: QKeyEvent) -> bool:
        """Go through what was found by Return and the arrow keys."""
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        ways = {Qt.Key.Key_Return: -1 if back else +1, Qt.Key.Key_Down: +1, Qt.Key.Key_Up: -1}
        ways[Qt.Key.Key_Enter] = ways[Qt.Key.Key_Return]
        way = ways.get(Qt.Key(event.key()))
        if way is not None:
            self.step(way)
        return way is not None


def find_bar(canvas: Canvas) -> FindBar:
    """Return the canvas's find bar, made when first asked for."""
    found = canvas.findChild(FindBar)
    return found if found is not None else FindBar(canvas)


def step(canvas: Canvas, by: int) -> None:
    """Go to the next or the previous node that the bar was asked for; open it where it was asked for none."""
    bar = find_bar(canvas)
    if bar.field.text().strip():
        if bar.isHidden():
            bar.settle()
            bar.show()
        bar.step(by)
    else:
        bar.begin()
