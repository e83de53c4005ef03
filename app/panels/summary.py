"""The summary: what the inspector shows while nothing is selected. Every optimizer with its loss, every parameter with
its value and derivative, what is wrong; a click goes to the node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app import fonts, icons, numbers
from app.panels.inspector_parts import Section, label
from app.theme import appearance
from app.words import tr
from engine.graph import Graph, Socket
from engine.operator import Kind
from engine.sockets import output_names

if TYPE_CHECKING:
    from app.session import Session

HINT = "Click a node to see what it does, to change its settings, and to read its value and its derivative."
EMPTY_HINT = (
    "Drag an operator from the list on the left onto the canvas, or press Tab there. "
    "Then drag from a socket to another one to wire them."
)
MOST = 12
"""Rows of a section; of more, the number is told."""


class Line(NamedTuple):
    """What a row says of a node."""

    node: str
    family: str
    name: str
    detail: str
    value: str
    derivative: str = ""
    tone: str = ""


class Row(QAbstractButton):
    """One node in two lines: what it is called and its value, what it is and its derivative. A click goes there."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line("", "", "", "", "")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_line(self, line: Line) -> None:
        """Show a line; nothing is painted anew where nothing changed."""
        if line != self.line:
            self.line = line
            derivative = f", derivative {line.derivative}" if line.derivative else ""
            self.setAccessibleName(f"{line.name}: {line.detail}, {line.value}{derivative}")
            self.setToolTip("")
            self.update()

    def sizeHint(self) -> QSize:
        """Qt: two lines of text."""
        return QSize(appearance().px(160), appearance().px(48))

    def minimumSizeHint(self) -> QSize:
        """Qt: narrower than that, texts are shortened."""
        return QSize(appearance().px(80), appearance().px(48))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Qt: the row under the mouse is lit."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw both lines."""
        look, line = appearance(), self.line
        px, theme = look.px, look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.value if self.hasFocus() else theme.control)))
        painter.setBrush(QColor(theme.hover if self.underMouse() else theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(8), px(8))
        inside = self.rect().adjusted(px(12), px(5), -px(12), -px(5))
        side, half = px(15), inside.height() // 2
        room = QRectF(inside.left() - px(2), inside.top() + (half - side) / 2, side, side)
        icons.paint(painter, line.family, theme.icon(line.family), room)
        left = inside.left() + side + px(8)
        upper = QRect(left, inside.top(), inside.right() - left + 1, half)
        lower = upper.translated(0, half)
        sans, mono = fonts.sans("small", look.scale), fonts.mono("small", look.scale)
        strong = fonts.sans("small", look.scale, strong=True)
        self._pair(painter, upper, (line.name, theme.text), (line.value, theme.value), (strong, mono))
        tone = theme.bad if line.tone == "bad" else theme.faint
        self._pair(painter, lower, (line.detail, tone), (line.derivative, theme.derivative), (sans, mono))

    def _pair(self, painter: QPainter, room: QRect, left: tuple[str, str], right: tuple[str, str], both: tuple) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = QFontMetrics(both[1])
        number = metrics.elidedText(right[0], Qt.TextElideMode.ElideRight, room.width() * 2 // 3)
        painter.setFont(both[1])
        painter.setPen(QColor(right[1]))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, number)
        taken = metrics.horizontalAdvance(number) + appearance().px(8) if number else 0
        text = QFontMetrics(both[0]).elidedText(left[0], Qt.TextElideMode.ElideRight, room.width() - taken)
        painter.setFont(both[0])
        painter.setPen(QColor(left[1]))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | middle, text)


class Rows(Section):
    """A caption and a row for each of some nodes."""

    chosen = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.column.setSpacing(appearance().px(6))
        self.rows: list[Row] = []
        self.more = label("", "faint")
        self.column.addWidget(self.more)

    def show_nodes(self, ids: Sequence[str], line_of: Callable[[str], Line]) -> None:
        """Show a line for each of these nodes, or nothing at all where there are none."""
        shown = [line_of(id) for id in ids[:MOST]]
        while len(self.rows) < len(shown):
            row = Row()
            row.clicked.connect(lambda _=False, row=row: self.chosen.emit(row.line.node))
            self.column.insertWidget(self.column.count() - 1, row)
            self.rows.append(row)
        for row, line in zip(self.rows, shown, strict=False):
            row.show_line(line)
        for k, row in enumerate(self.rows):
            row.setVisible(k < len(shown))
        self.more.setVisible(len(ids) > MOST)
        self.more.setText(f"and {len(ids) - MOST:,} more")
        self.setVisible(bool(ids))


class Summary(QWidget):
    """The whole graph at a glance."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._graph: Graph | None = None
        self._optimizers: list[str] = []
        self._parameters: list[str] = []
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        px = appearance().px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(18), px(14), px(18), px(18))
        column.setSpacing(px(8))
        self.title, self.counts = label("", "title", wrap=True), label("", "second")
        self.problems, self.optimizers, self.parameters = Rows("Problems"), Rows("Optimizers"), Rows("Parameters")
        self.hint = label("", "second", wrap=True)
        for widget in (self.title, self.counts, self.problems, self.optimizers, self.parameters):
            column.addWidget(widget)
        column.addSpacing(px(8))
        column.addWidget(self.hint)
        column.addStretch(1)
        for rows in (self.problems, self.optimizers, self.parameters):
            rows.chosen.connect(session.reveal)
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        session = self.session
        nodes, wires = len(session.graph.nodes), len(session.graph.wires)
        self.title.setText(session.title)
        self.counts.setText(f"{_counted(nodes, 'node')}, {_counted(wires, 'wire')}")
        self.counts.setVisible(bool(nodes))
        self.hint.setText(tr(HINT if nodes else EMPTY_HINT))
        if self._graph is not session.graph:
            self._sort()
        found = _problems(session)
        self.problems.show_nodes(tuple(found), found.__getitem__)
        self.optimizers.show_nodes(self._optimizers, lambda id: _optimizer(session, id))
        self.parameters.show_nodes(self._parameters, lambda id: _parameter(session, id))

    def _sort(self) -> None:
        """Find the optimizers and parameters of the graph, once for each graph."""
        self._graph = self.session.graph
        kinds = {id: self.session.operator(id) for id in sorted(self._graph.nodes)}
        self._optimizers = [id for id, operator in kinds.items() if operator.family == "optimizers"]
        self._parameters = [id for id, operator in kinds.items() if operator.kind is Kind.PARAMETER]


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _problems(session: Session) -> dict[str, Line]:
    """Return a line for each node with problems, the worst first: how many there are."""
    found: dict[str, list[str]] = {}
    for problem in session.problems:
        if problem.node in session.graph.nodes:
            found.setdefault(problem.node, []).append(problem.severity)
    lines = {}
    for node, severities in found.items():
        errors = severities.count("error")
        said = [_counted(n, word) for n, word in ((errors, "error"), (len(severities) - errors, "warning")) if n]
        family = session.operator(node).family
        lines[node] = Line(node, family, session.label(node), ", ".join(said), "", tone="bad" if errors else "")
    return lines


def _optimizer(session: Session, id: str) -> Line:
    """Return what an optimizer says of itself: its method and steps, and the loss it stands at."""
    method = str(session.setting(id, "method")).replace("_", " ")
    steps, loss = f"{session.setting(id, 'steps'):,} steps", ""
    lane = _lane(session, id)
    if lane is not None:
        moment = session.runs.moment(lane)
        steps = f"step {moment.step if moment else 0:,} / {session.runs.lanes[lane].limit:,}"
        if moment is not None and moment.at != moment.step:
            steps = f"best, of step {moment.at:,}; {moment.step:,} taken"
        # Of the lane whose values the wires show, the loss is the one that stands on the canvas.
        loss = _last_loss(session, lane, id) if lane != session.lane else ""
    if not loss:
        source = next((wire.source for wire in session.graph.incoming.get(id, ())), None)
        look = session.look(source) if source else None
        loss = look.value if look else ""
    name = session.label(id)
    detail = steps if method.replace(" ", "") == name.lower().replace(" ", "") else f"{method} · {steps}"
    return Line(id, session.operator(id).family, name, detail, loss and f"loss {loss}")


def _lane(session: Session, id: str) -> int | None:
    """Return which lane of the run as the graph is now the optimizer is in."""
    if session.run_state == "idle" or session.stale or not session.lanes:
        return None
    return next((k for k, lane in enumerate(session.runs.lanes) if id in lane.optimizers), None)


def _last_loss(session: Session, lane: int, id: str) -> str:
    runs = session.runs
    series = [each for each in runs.lanes[lane].series if each.kind == "loss"]
    mine = next((each for each in series if each.node == id), series[0] if series else None)
    if mine is None:
        return ""
    moment = runs.moment(lane)
    if moment is not None and moment.at != moment.step:
        best = runs.curve(lane, mine, start=moment.at, stop=moment.at + 1, buckets=4)
        return numbers.short(float(best.mean[0])) if best.mean.size else ""
    curve = runs.curve(lane, mine, start=max(0, (moment.step if moment else 0) - 2), buckets=4)
    return numbers.short(float(curve.mean[-1])) if curve.mean.size else ""


def _parameter(session: Session, id: str) -> Line:
    """Return a parameter's value, its type, and the derivative of the loss by it."""
    outputs = list(output_names(session.graph, session.operator(id), id))
    look = session.look(Socket(id, outputs[0])) if outputs else None
    kind = session.type_of(Socket(id, outputs[0])) if outputs else None
    detail = look.type if look else str(kind) if kind else "not known yet"
    if session.node(id).frozen:
        detail = f"{detail} · not trained"
    value, derivative = (look.value, look.cotangent) if look else ("", "")
    return Line(id, session.operator(id).family, session.label(id), detail, value, derivative and f"∂ {derivative}")
