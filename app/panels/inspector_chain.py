"""The chain rule in the inspector: from the loss to the node, what each node on the path multiplies by, the product so
far, the choice of the path where several lead on, and what the other paths add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import fonts
from app.formula import FormulaView
from app.panels.inspector_math import partial_formula
from app.panels.inspector_parts import Card, Section, TextRow, label
from app.theme import appearance
from app.words import tr
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.readings import Explained, LinkTold

MOST = 8
"""Links that are shown at once; of more the first and the last ones, until all are asked for."""
WIDE = 44
"""Letters of a formula from which on nothing stands beside it."""
LONGEST = 22
"""Letters of a node's name."""


def named(session: Session, node: str) -> str:
    """Return a node's name as it has room."""
    name = session.label(node) if node in session.graph.nodes else node or "the loss"
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}…"


class Link(QAbstractButton):
    """A text that leads to a node; where the room is narrow it is shortened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setToolTip(tr("Go to this node"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Qt: a line of text."""
        return QSize(appearance().px(80), appearance().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw what fits, underlined under the pointer and with the keyboard in it."""
        look, painter = appearance(), QPainter(self)
        lit = self.underMouse() or self.hasFocus()
        font = fonts.sans("small", look.scale)
        font.setUnderline(lit)
        painter.setFont(font)
        painter.setPen(QColor(look.theme.text if lit else look.theme.second))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class LinkRow(QWidget):
    """One link: the node, a click on which goes there, what it multiplies by, its formula, the product so far, and the
    ways there are on from what it reads."""

    def __init__(self, session: Session, link: LinkTold) -> None:
        super().__init__()
        self.session, self.link = session, link
        px = appearance().px
        by = ", ".join(link.inputs)
        self.node = Link(f"× {named(session, link.node)}{f', by {by}' if by else ''}")
        self.node.clicked.connect(self._go)
        self.factor, self.along = label("", "derivative"), label("", "faint")
        self.formula = FormulaView()
        self.ways = QPushButton()
        self.ways.setProperty("role", "quiet")
        self.ways.setToolTip(tr("Choose another path"))
        self.ways.clicked.connect(self.open_ways)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(4))
        column.setSpacing(px(2))
        first, self._second = QHBoxLayout(), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for row, left, right in ((first, self.node, self.factor), (self._second, self.formula, self.along)):
            row.setSpacing(px(8))
            row.addWidget(left, 1)
            row.addWidget(right, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            column.addLayout(row)
        column.addWidget(self.ways, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_link(link)

    def show_link(self, link: LinkTold) -> None:
        """Show the numbers of a link between the same nodes."""
        self.link = link
        self.factor.setText(link.factor)
        self.along.setText(f"so far {link.along}")
        operator = self.session.operator(link.node) if link.node in self.session.graph.nodes else None
        name = link.inputs[0] if len(link.inputs) == 1 else ""
        partial = operator.partials.get(name.partition(".")[0], "") if operator is not None else ""
        output = operator.outputs[0].name if operator is not None and operator.outputs else "value"
        formula = partial_formula(name, partial, output) if partial else ""
        self.formula.setVisible(bool(formula))
        beside = QBoxLayout.Direction.LeftToRight if len(formula) < WIDE else QBoxLayout.Direction.TopToBottom
        self._second.setDirection(beside)
        if formula:
            look = appearance()
            self.formula.show_formula(formula, size=look.px(13), colour=look.theme.second, later=True)
        count = len(link.ways)
        self.ways.setVisible(count > 1)
        self.ways.setText(f"one of {count} ways on")

    def _go(self) -> None:
        if self.link.node in self.session.graph.nodes:
            self.session.reveal(self.link.node)

    def menu(self) -> QMenu:
        """Return the menu of the ways on."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for way in self.link.ways:
            by = f", by {', '.join(way.inputs)}" if way.inputs else ""
            text = f"through {named(self.session, way.node)}{by}: {way.share}"
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(way.node == self.link.node)
            action.triggered.connect(lambda _=False, to=way.node: self.session.explainer.turn(self.link.source, to))
        return menu

    def open_ways(self) -> None:
        """Offer the ways on, and take the path that is chosen."""
        self.menu().popup(self.ways.mapToGlobal(self.ways.rect().bottomLeft()))


class ChainSection(Section):
    """How the derivative of the loss comes to the node's first output, along one path and all together."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__("Chain from the loss", "chain")
        self.session, self.id = session, id
        self.card = Card()
        self.card.column.setSpacing(appearance().px(4))
        self.start, self.along, self.others, self.whole = TextRow(), TextRow(), TextRow(), TextRow()
        self.links: list[LinkRow] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(appearance().px(4))
        self.more = QPushButton()
        self.more.setProperty("role", "quiet")
        self.more.clicked.connect(self._show_all)
        self.paths = label("", "faint", wrap=True)
        self.card.column.addWidget(self.start)
        self.card.column.addLayout(self._rows)
        for widget in (self.along, self.others, self.whole, self.paths):
            self.card.column.addWidget(widget)
        self.column.addWidget(self.card)
        self._all = False
        self._known: Explained | None = None
        self.hide()

    def show_chain(self, socket: Socket | None, explained: Explained | None) -> None:
        """Show what is known of the chain to an output; nothing where nothing is, or a learner is to find it."""
        links = explained.links if explained is not None else ()
        veiled = self.session.looks.veiled
        told = bool(links) and not (veiled and {socket, *(_socket(each) for each in links)} & veiled)
        self.setVisible(told)
        self.set_title(f"Chain from the loss to {self.session.label(self.id)[:24]}")
        self._known = explained if told else None
        if told and explained is not None:
            self._show(links, explained.paths)

    def _show(self, links: Sequence[LinkTold], paths: int) -> None:
        hidden = len(links) - MOST if not self._all and len(links) > MOST + 1 else 0
        shown = [*links[: MOST // 2], *links[MOST // 2 + hidden :]] if hidden else list(links)
        if [_key(row.link) for row in self.links] != [_key(link) for link in shown]:
            self._rebuild(shown, hidden)
        for row, link in zip(self.links, shown, strict=True):
            row.show_link(link)
        last = links[-1]
        self.start.show_row("∂loss / ∂loss", "1", strong=False)
        self.along.show_row("= along this path", last.along, strong=False)
        self.others.show_row("+ along the other paths", last.others, strong=False)
        self.whole.show_row(f"= ∂loss / ∂ {named(self.session, self.id)}", last.cotangent, strong=True)
        for widget in (self.along, self.others, self.paths):
            widget.setVisible(bool(last.others))
        self.paths.setText(f"{paths:,} paths lead from here to the loss; their sum is the derivative.")

    def _rebuild(self, shown: Sequence[LinkTold], hidden: int) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            item.widget().hide()
            if item.widget() is not self.more:
                item.widget().deleteLater()
        self.links = [LinkRow(self.session, link) for link in shown]
        for k, row in enumerate(self.links):
            if hidden and k == MOST // 2:
                self.more.setText(f"… {hidden:,} more")
                self._rows.addWidget(self.more)
                self.more.show()
            self._rows.addWidget(row)

    def _show_all(self) -> None:
        self._all = True
        if self._known is not None:
            self._show(self._known.links, self._known.paths)


def _socket(link: LinkTold) -> Socket:
    node, _, name = link.source.rpartition(".")
    return Socket(node, name)


def _key(link: LinkTold) -> tuple[object, ...]:
    return link.node, link.inputs, link.source, tuple(way.node for way in link.ways)
