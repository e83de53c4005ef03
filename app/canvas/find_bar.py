"""The find bar: nodes by a line of words, highlighted and gone through one by one, across all bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout

from app.assets import asset
from app.panels.inspector_fields import mark_invalid
from app.panels.inspector_parts import label, set_role
from app.theme import appearance
from engine.errors import GradwireError
from engine.finding import STATES, Facts, find

if TYPE_CHECKING:
    from app.canvas.view import Canvas

EDGE = 14
PAUSE = 120
"""Milliseconds without a key after which the first node found is shown."""
HELP = (
    "Words that all have to fit: a name, an operator, a setting, a value.\n"
    "name:loss  id:mse_1  type:optimizer  setting:slope  value:iris\n"
    "learning_rate:0.1  steps>500  method=adam\n"
    f"is: {', '.join(STATES)}\n"
    "in:main  in:body  in:“Sine by Taylor”     -word: must not fit"
)


class FindBar(QFrame):
    """Lies on the canvas at its upper right; made when first asked for (`find_bar`)."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas, self.session = canvas, canvas.session
        self.setProperty("role", "card")
        self.setAccessibleName("Find nodes")
        self.hits: tuple[str, ...] = ()
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find nodes, e.g. tanh, is:invalid, steps>100")
        self.field.setAccessibleName("Find nodes")
        self.field.setToolTip(HELP)
        self.field.textEdited.connect(self._typed)
        self.field.installEventFilter(self)
        self.count = label("", "second")
        self.said = label("", "bad", wrap=True)
        self.said.hide()
        self.previous = self._button("up", "Previous (Shift+F3)", lambda: self.step(-1))
        self.next = self._button("down", "Next (F3)", lambda: self.step(+1))
        self.close_button = self._button("close", "Close (Escape)", self.end)
        self._row = QHBoxLayout()
        self._row.addWidget(self.field, 1)
        for widget in (self.count, self.previous, self.next, self.close_button):
            self._row.addWidget(widget)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._row)
        self._column.addWidget(self.said)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._show_first)
        self._again = QTimer(self, singleShot=True, interval=60)
        self._again.timeout.connect(self.search)
        for signal in (self.session.changed, self.session.problems_changed):
            signal.connect(lambda *_: self._again.start() if self.isVisible() else None)
        self.session.selection_changed.connect(self._tell_count)
        self.session.replaced.connect(self.end)
        appearance().changed.connect(self._dress)
        canvas.installEventFilter(self)
        self._dress()
        self.hide()

    def _button(self, icon: str, says: str, act: object) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(says)
        button.setAccessibleName(says.partition(" (")[0])
        button.setProperty("glyph", icon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: act())  # type: ignore[operator]
        return button

    def _dress(self) -> None:
        look = appearance()
        px, tone = look.px, "dark" if look.theme.dark else "light"
        self._row.setSpacing(px(4))
        self._column.setContentsMargins(px(8), px(8), px(8), px(8))
        self._column.setSpacing(px(4))
        self.count.setMinimumWidth(px(58))
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for button in (self.previous, self.next, self.close_button):
            button.setIcon(QIcon(str(asset(f"icons/{button.property('glyph')}_{tone}.svg"))))
            button.setIconSize(QSize(px(14), px(14)))
            button.setFixedSize(px(26), px(26))
        self.settle()

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
        self.settle()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.search()

    def end(self) -> None:
        """Hide the bar, and nothing is highlighted any more."""
        self._soon.stop()
        self._again.stop()
        had = self.isVisible() and self.isAncestorOf(self.window().focusWidget() or self)
        self.hide()
        self.canvas.show_found(frozenset())
        if had:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: Return and Escape in the field; the canvas changes its size."""
        if watched is self.canvas and event.type() == QEvent.Type.Resize:
            self.settle()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            match event.key():
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self.step(-1 if back else +1)
                    return True
                case Qt.Key.Key_Down | Qt.Key.Key_Up:
                    self.step(+1 if event.key() == Qt.Key.Key_Down else -1)
                    return True
                case Qt.Key.Key_Escape:
                    self.end()
                    return True
        return super().eventFilter(watched, event)


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
