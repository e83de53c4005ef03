"""Derivatives filled in on their wires: a field for each wire on the canvas, and the same in a list beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from app import fonts, quantities
from app.lessons.forms import Form
from app.numbers import exact, short
from app.panels.inspector_parts import Elided, label, set_role
from app.theme import appearance
from engine.graph import Socket
from engine.lessons.judge import Verdict
from engine.lessons.lesson import Cotangents
from engine.order import descendants

if TYPE_CHECKING:
    from app.canvas import Canvas
    from app.session import Session

SIZE: Final = (66, 26)
"""Of a field on the canvas, at scale 1."""
LEAST, GROWTH = 0.72, 1.15
"""How small it gets at most as the canvas is zoomed out, and how it grows with the zoom until it has its size."""
EVERY: Final = 120
"""Milliseconds between two looks at where the wires are: nodes may be dragged."""
RETURN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
FRACTIONS: Final = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where along a wire a field may stand: the first at which it lies on no node and no other field."""


def socket_of(text: str) -> Socket:
    """Return the socket that a lesson calls "node.socket"."""
    return Socket(*text.split(".", 1)) if "." in text else Socket(text, "")


def called(session: Session, text: str) -> str:
    """Return what people call an output: by its node ("u" of one called "u = 3 x"), and by its own name where the node
    has several."""
    socket = socket_of(text)
    if socket.node not in session.graph.nodes:
        return text
    several = len(session.operator(socket.node).outputs) > 1
    name = session.label(socket.node).partition(" = ")[0]
    return f"{name} · {socket.name}" if several else name


class WireFields(QObject):
    """The fields on the canvas. They can be read at any zoom, and hide where their wire is not seen."""

    def __init__(self, canvas: Canvas, sockets: Sequence[str], changed: Callable[[str, str], None]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.fields: dict[str, QLineEdit] = {}
        self._size = 0.0
        for text in sockets:
            field = QLineEdit(canvas)
            field.setAccessibleName(f"Derivative of the loss by {called(canvas.session, text)}")
            field.setPlaceholderText("∂ ?")
            field.setAlignment(Qt.AlignmentFlag.AlignCenter)
            set_role(field, "wire")
            field.textChanged.connect(lambda said, text=text: changed(text, said))
            self.fields[text] = field
        canvas.zoom_changed.connect(self.settle)
        canvas.body_shown.connect(self.settle)
        self._looking = QTimer(self, interval=EVERY)
        self._looking.timeout.connect(self.settle)
        self._looking.start()
        self.settle()

    def settle(self, *_: object) -> None:
        """Put every field on its wire."""
        canvas, scene = self._canvas, self._canvas.scene
        self._fit_size(appearance().scale * min(max(canvas.camera.zoom * GROWTH, LEAST), 1.0))
        nodes = [canvas.camera.rect_to_view(each.rect).toRect() for each in scene.nodes.values()]
        taken: list[QRect] = []
        for text, field in self.fields.items():
            place = self._place(socket_of(text), field.size(), [*nodes, *taken])
            if place is not None:
                taken.append(place)
                if field.geometry() != place:
                    field.move(place.topLeft())
            seen = place is not None and canvas.rect().intersects(place)
            if field.isVisible() != seen and not (not seen and field.hasFocus() and place is not None):
                field.setVisible(seen)

    def _fit_size(self, size: float) -> None:
        """Make the fields a little smaller where the graph is seen from afar, and never unreadable."""
        if size != self._size:
            self._size = size
            for field in self.fields.values():
                field.setFont(fonts.mono("body", size, strong=True))
                field.setFixedSize(QSize(round(SIZE[0] * size), round(SIZE[1] * size)))

    def _place(self, socket: Socket, size: QSize, taken: Sequence[QRect]) -> QRect | None:
        """Return where a field stands: on the wire from the output, or beside the output where there is no wire."""
        canvas, scene = self._canvas, self._canvas.scene
        wires = sorted(
            (each for each in scene.wires if each.source == socket), key=lambda w: scene.wires[w].rect.width()
        )
        points: list[QPointF] = [scene.wires[wire].path.pointAtPercent(part) for part in FRACTIONS for wire in wires]
        if not points and socket.node in scene.nodes:
            rect = scene.nodes[socket.node].rect
            points = [QPointF(rect.right() + size.width() / 2 / canvas.camera.factor + 16, rect.center().y())]
        places = []
        for point in points:
            middle = canvas.camera.to_view(point).toPoint()
            places.append(
                QRect(middle.x() - size.width() // 2, middle.y() - size.height() // 2, size.width(), size.height())
            )
        return min(places, key=lambda place: sum(_overlap(place, each) for each in taken), default=None)

    def close(self) -> None:
        """Take the fields away."""
        self._looking.stop()
        self._canvas.zoom_changed.disconnect(self.settle)
        self._canvas.body_shown.disconnect(self.settle)
        for field in self.fields.values():
            field.hide()
            field.setParent(None)  # type: ignore[call-overload]
            field.deleteLater()
        self.fields.clear()
        self.deleteLater()


def _overlap(one: QRect, other: QRect) -> int:
    both = one.intersected(other)
    return both.width() * both.height() if both.isValid() else 0


class CotangentsForm(Form):
    """A list of wires with a field each, and the same fields on the canvas; what is typed in one stands in both.

    Return goes to the next field, from the last one to the button.
    """

    canvas: Canvas
    on_wires: WireFields

    def __init__(self, question: Cotangents, canvas: Canvas) -> None:
        self.canvas = canvas
        super().__init__(question)

    def body(self) -> None:
        """The list."""
        look = appearance()
        question: Cotangents = self.question
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(10))
        grid.setVerticalSpacing(look.px(6))
        grid.setColumnStretch(0, 1)
        self.fields: dict[str, QLineEdit] = {}
        self.marks: dict[str, Any] = {}
        for row, text in enumerate(question.sockets):
            name = called(self.canvas.session, text)
            field = QLineEdit()
            field.setAccessibleName(f"∂loss/∂ {name}")
            field.setPlaceholderText("?")
            field.setFont(fonts.mono("body", look.scale))
            field.setFixedWidth(look.px(92))
            set_role(field, "answer")
            field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            field.textChanged.connect(lambda said, text=text: self._typed(text, said))
            field.installEventFilter(self)
            mark = label("", "second")
            mark.setFixedWidth(look.px(18))
            grid.addWidget(Elided(f"∂loss/∂ {name}", "second", align=Qt.AlignmentFlag.AlignLeft), row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(mark, row, 2)
            self.fields[text], self.marks[text] = field, mark
        holder = QWidget()
        holder.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(holder)
        self.on_wires = WireFields(self.canvas, question.sockets, self._typed)
        for field in self.on_wires.fields.values():
            field.installEventFilter(self)

    def _typed(self, text: str, said: str) -> None:
        for field in (self.fields.get(text), self.on_wires.fields.get(text)):
            if field is not None and field.text() != said:
                field.setText(said)
            if field is not None:
                self._dress(field, "", self.on_wires.fields.get(text) is field)
        self.marks[text].setText("")

    def _dress(self, field: QLineEdit, tone: str, on_wire: bool) -> None:
        role = {"": "wire" if on_wire else "answer", "good": "wire-good", "bad": "wire-bad"}[tone]
        set_role(field, role)

    def value(self) -> Any:
        """Return the numbers typed so far, by socket; None while there is none at all."""
        found = {text: quantities.parsed(field.text()) for text, field in self.fields.items()}
        return {text: number for text, number in found.items() if number is not None} or None

    def incomplete(self) -> str:
        """Return what to do."""
        return "Type a number for each wire."

    def show_value(self, given: Any) -> None:
        """Show numbers of before."""
        for text, number in given.items() if isinstance(given, Mapping) else ():
            if text in self.fields:
                self.fields[text].setText(exact(float(number)))

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Mark what is right and what is wrong, in words of one sign and in colour."""
        wrong: Collection[str] = verdict.wrong if verdict is not None else ()
        for text, field in self.fields.items():
            tone = "" if verdict is None or verdict.right is None else "bad" if text in wrong else "good"
            self._dress(field, tone, False)
            if text in self.on_wires.fields:
                self._dress(self.on_wires.fields[text], tone, True)
            set_role(self.marks[text], tone or "second")
            self.marks[text].setText({"": "", "good": "✓", "bad": "✗"}[tone])
            self.marks[text].setAccessibleName({"": "", "good": "right", "bad": "wrong"}[tone])

    def start(self) -> None:
        """Give the keyboard to the first empty field."""
        (next((each for each in self.fields.values() if not each.text()), next(iter(self.fields.values())))).setFocus()

    def close_up(self) -> None:
        """Take the fields off the canvas."""
        self.on_wires.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: Return and Tab go from field to field; on the canvas Escape gives the keyboard back to it."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        on_wire = watched in self.on_wires.fields.values()
        if event.key() in RETURN or (on_wire and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)):
            self._step(watched, -1 if event.key() == Qt.Key.Key_Backtab else 1)
            return True
        if on_wire and event.key() == Qt.Key.Key_Escape:
            self.canvas.setFocus()
            return True
        return False

    def _step(self, field: QObject, by: int) -> None:
        group = list((self.on_wires.fields if field in self.on_wires.fields.values() else self.fields).values())
        at = group.index(field) + by  # type: ignore[arg-type]
        if 0 <= at < len(group):
            group[at].setFocus(Qt.FocusReason.TabFocusReason)
            group[at].selectAll()
        elif by > 0:
            self.check.setFocus(Qt.FocusReason.TabFocusReason)


def explanation(session: Session, socket: str, factors: Sequence[Any]) -> str:
    """Return what the derivative by an output is made of, without giving it away: what came back from above, and the
    slopes of the operators it goes into."""
    parts = [
        f"“{session.label(each.node)}” got {short(each.above)} back, and its own slope by {each.input} is "
        f"{short(each.partial)}"
        for each in factors
        if each.node in session.graph.nodes
    ]
    if not parts:
        return ""
    do = "Multiply the two." if len(parts) == 1 else f"Multiply each pair, and add the {len(parts)} products."
    return f"**{called(session, socket)}**: {'; '.join(parts)}. {do}"


def nearest_to_loss(session: Session, sockets: Sequence[str], wrong: Collection[str]) -> str:
    """Return the wrong one behind which everything towards the loss is right: where the mistake was made first."""
    after = {text: len(descendants(session.graph, [socket_of(text).node])) for text in sockets if text in wrong}
    return min(after, key=lambda text: after[text], default="")
