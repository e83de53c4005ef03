"""Adding an operator where the pointer is: the palette in a popup, opened by Tab, a menu or a dropped wire."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from app.canvas.bindings import bindings
from app.panels.palette import OPERATOR_ROLE, Palette
from app.theme import appearance
from app.words import tr
from engine.graph import Graph, Node, Socket, Wire
from engine.infer import Inference, refusal
from engine.operator import Library, Operator
from engine.placeholder import operator_of


class QuickAdd(QFrame):
    """A popup that calls `chosen` with an operator's id, once, and closes."""

    def __init__(self, parent: QWidget, library: Library, chosen: Callable[[str], object]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr("Add operator"))
        self._chosen = chosen
        look = appearance()
        self.palette_panel = Palette(library, self, folding=False)
        self.palette_panel.insert_requested.connect(self._choose)
        self.palette_panel.list.clicked.connect(self._clicked)
        star = QAction(self)
        star.setShortcuts([QKeySequence(keys) for keys in bindings().names.get("favourite", ())])
        star.triggered.connect(lambda: self.palette_panel.toggle_current())
        self.addAction(star)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(look.px(8), 0, look.px(8), look.px(8))
        layout.addWidget(self.palette_panel)
        self.resize(look.px(264), look.px(340))

    def open_at(self, point: QPoint) -> None:
        """Show it with its corner near a point of the screen, whole."""
        screen = self.screen().availableGeometry()
        x = min(max(point.x() - 12, screen.left()), screen.right() - self.width())
        y = min(max(point.y() - 12, screen.top()), screen.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.palette_panel.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _clicked(self, index: QModelIndex) -> None:
        if operator_id := index.data(OPERATOR_ROLE):
            SecondClick(QApplication.instance())
            self._choose(operator_id)

    def _choose(self, operator_id: str) -> None:
        chosen, self._chosen = self._chosen, lambda _: None  # some desktops activate a row at the first click too
        self.close()
        chosen(operator_id)


class SecondClick(QObject):
    """Takes away the second click of a double click on the popup: it is closed by then, and the canvas under it would
    take that click for its own. Lives until that click, or as long as a double click lasts."""

    def __init__(self, application: QObject) -> None:
        super().__init__(application)
        application.installEventFilter(self)
        QTimer.singleShot(QApplication.doubleClickInterval(), self.deleteLater)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the first double click goes nowhere."""
        taken = event.type() == QEvent.Type.MouseButtonDblClick
        if taken:
            QApplication.instance().removeEventFilter(self)
        return taken


def joinable(library: Library, graph: Graph, inference: Inference, socket: Socket, *, output: bool) -> Library:
    """Return the operators that could be wired to a socket (an output, or an input), judged as if they stood there."""
    return Library(each for each in library.values() if joint(library, graph, inference, socket, each, output=output))


def joint(
    library: Library, graph: Graph, inference: Inference, socket: Socket, declared: Operator, *, output: bool
) -> str:
    """Return the first socket of an operator that a wire from (`output`) or into the socket may join, or ""."""
    new = Node("", declared.id, inside=graph.nodes[socket.node].inside)
    with_new = Graph({**graph.nodes, "": new}, graph.wires)
    if output:
        names = [f"{each.name}.0" if each.variadic else each.name for each in declared.inputs]
        wires = [(name, Wire(socket, Socket("", name))) for name in names]
    else:
        outputs = operator_of(with_new, library, "").outputs_for(new)
        wires = [(each.name, Wire(Socket("", each.name), socket)) for each in outputs]
    return next((name for name, wire in wires if refusal(with_new, library, inference, wire) is None), "")
