"""The outline: the graph as a table that keyboard and screen readers can walk. Nodes in the order of the data, their
inputs under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from app.theme import appearance
from engine.graph import Socket
from engine.order import acyclic_part, graph_parents
from engine.sockets import arguments, input_label, output_names

if TYPE_CHECKING:
    from app.session import Session

COLUMNS = ("Node", "Type", "Value", "Derivative")
NODE_ROLE = Qt.ItemDataRole.UserRole


class Outline(QTreeWidget):
    """The panel. It is filled only while it can be seen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(COLUMNS)
        self.setAccessibleName("Outline of the graph")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._following = False
        self._soon = QTimer(self, singleShot=True, interval=30)
        self._soon.timeout.connect(self._fill)
        for signal in (session.changed, session.replaced, session.types_changed):
            signal.connect(lambda *_: self._soon.start())
        session.values_changed.connect(self._values)
        session.selection_changed.connect(self._follow)
        self.itemSelectionChanged.connect(self._select)
        self.itemActivated.connect(lambda item: self.session.reveal(item.data(0, NODE_ROLE)))
        appearance().changed.connect(self._soon.start)

    def showEvent(self, event: object) -> None:
        """Qt: fill when first seen."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fill()

    def _fill(self) -> None:
        if not self.isVisible():
            return
        session = self.session
        nodes = session.graph.bodies.get(session.body, ())
        ordered, looped = acyclic_part(nodes, graph_parents(session.graph))
        self._following = True
        opened = {id for id, item in self._items.items() if item.isExpanded()}
        self.clear()
        self._items = {id: self._item(id) for id in (*ordered, *looped)}
        self.addTopLevelItems(list(self._items.values()))
        for id in opened & set(self._items):
            self._items[id].setExpanded(True)
        self._following = False
        self._values()
        self._follow()
        self.resizeColumnToContents(0)

    def _item(self, id: str) -> QTreeWidgetItem:
        session = self.session
        operator = session.operator(id)
        item = QTreeWidgetItem([session.label(id)])
        item.setData(0, NODE_ROLE, id)
        item.setIcon(0, _square(appearance().theme.family(operator.family)))
        item.setToolTip(0, f"{operator.title} ({id})")
        for argument in arguments(session.graph, operator, id):
            name = input_label(session.graph, operator, id, argument.socket.name)
            child = QTreeWidgetItem([f"{name} ← {session.label(argument.source.node)}.{argument.source.name}"])
            child.setData(0, NODE_ROLE, argument.source.node)
            item.addChild(child)
        return item

    def _values(self) -> None:
        if not self.isVisible():
            return
        session = self.session
        for id, item in self._items.items():
            if id not in session.graph.nodes:
                continue
            names = output_names(session.graph, session.operator(id), id)
            looks = [(name, session.look(Socket(id, name)), session.type_of(Socket(id, name))) for name in names]
            item.setText(1, ", ".join(look.type if look else str(kind or "?") for _, look, kind in looks))
            item.setText(2, ", ".join(look.value for _, look, _ in looks if look))
            item.setText(3, ", ".join(look.cotangent for _, look, _ in looks if look and look.cotangent))
            item.setForeground(2, QColor(appearance().theme.value))
            item.setForeground(3, QColor(appearance().theme.derivative))

    def _follow(self) -> None:
        if self._following or not self.isVisible():
            return
        self._following = True
        for id, item in self._items.items():
            item.setSelected(id in self.session.selection)
        if self.session.current in self._items:
            self.scrollToItem(self._items[self.session.current])
        self._following = False

    def _select(self) -> None:
        if self._following:
            return
        self._following = True
        chosen = [item.data(0, NODE_ROLE) for item in self.selectedItems()]
        current = self.currentItem()
        self.session.select(chosen, current=current.data(0, NODE_ROLE) if current is not None else None)
        self._following = False


def _square(colour: str) -> QIcon:
    side = appearance().px(12)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(1, 1, side - 2, side - 2, side / 4, side / 4)
    painter.end()
    return QIcon(pixmap)
