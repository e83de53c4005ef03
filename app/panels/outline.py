"""The outline: the graph as a table that keyboard and screen readers can walk. Nodes in the order of the data,
under them their inputs, and their bodies with the nodes that lie inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from app import icons
from app.theme import appearance
from engine.bodies import owner_of, part_of
from engine.graph import Socket
from engine.order import acyclic_part, graph_parents
from engine.sockets import arguments, input_label, output_names

if TYPE_CHECKING:
    from app.session import Session

COLUMNS = ("Node", "Type", "Value", "Derivative")
NODE_ROLE = Qt.ItemDataRole.UserRole


class Outline(QTreeWidget):
    """The panel. It is filled only while it can be seen."""

    menu_requested = Signal(QPoint)
    """The menu of the selected nodes is asked for, at a point of the screen."""

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
            signal.connect(self._fill_soon)
        session.values_changed.connect(self._values)
        session.selection_changed.connect(self._follow)
        self.itemSelectionChanged.connect(self._select)
        self.itemActivated.connect(lambda item: self.session.reveal(item.data(0, NODE_ROLE) or ""))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        appearance().changed.connect(self._soon.start)

    def showEvent(self, event: object) -> None:
        """Qt: fill when first seen."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._fill()

    def _fill_soon(self, *_: object) -> None:
        self._soon.start()

    def _fill(self) -> None:
        if not self.isVisible():
            return
        session = self.session
        ordered, looped = acyclic_part(session.graph.nodes, graph_parents(session.graph))
        self._following = True
        opened = {id for id, item in self._items.items() if item.isExpanded()}
        self.clear()
        self._items = {id: self._item(id) for id in (*ordered, *looped)}
        self.addTopLevelItems([item for id, item in self._items.items() if not session.node(id).inside])
        self._fill_bodies()
        for id in opened & set(self._items):
            self._items[id].setExpanded(True)
        self._following = False
        self._values()
        self._follow()
        self.resizeColumnToContents(0)

    def _fill_bodies(self) -> None:
        """Put what lies in a body under its owner, or under the name of the body where the owner has several."""
        graph, rooms = self.session.graph, dict[str, QTreeWidgetItem]()
        for id, item in self._items.items():
            inside = graph.nodes[id].inside
            if inside:
                owner = self._items[owner_of(inside)]
                if inside not in rooms:
                    rooms[inside] = QTreeWidgetItem(owner, [part_of(inside)]) if part_of(inside) else owner
                rooms[inside].addChild(item)

    def item_of(self, id: str) -> QTreeWidgetItem:
        """Return the row of a node, all around it opened; KeyError where there is none."""
        item = self._items[id]
        above = item.parent()
        while above is not None:
            above.setExpanded(True)
            above = above.parent()
        return item

    def _item(self, id: str) -> QTreeWidgetItem:
        session = self.session
        operator = session.operator(id)
        item = QTreeWidgetItem([session.label(id)])
        item.setData(0, NODE_ROLE, id)
        item.setIcon(0, icons.icon(operator.family, appearance().theme.icon(operator.family), appearance().px(14)))
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
            self.scrollToItem(self.item_of(self.session.current))
        self._following = False

    def _open_menu(self, at: QPoint) -> None:
        """Ask for the menu of the node under the pointer; by key, of the current one."""
        item = self.itemAt(at) or self.currentItem()
        id = item.data(0, NODE_ROLE) if item is not None else None
        if id in self.session.graph.nodes:
            if self.session.node(id).inside != self.session.body:
                self.session.reveal(id)
            if id not in self.session.selection:
                self.session.select([id])
            self.menu_requested.emit(self.viewport().mapToGlobal(at))

    def _select(self) -> None:
        if self._following:
            return
        self._following = True
        chosen = [id for item in self.selectedItems() if (id := item.data(0, NODE_ROLE))]
        current = self.currentItem()
        last = current.data(0, NODE_ROLE) if current is not None else None
        if len(chosen) == 1 and self.session.node(chosen[0]).inside != self.session.body:
            self.session.reveal(chosen[0])
        else:
            self.session.select(chosen, current=last)
        self._following = False
