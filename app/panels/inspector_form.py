"""The inspector's form: a row for each setting, and for each unwired input that has a number in its place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.changes.settings import changed_settings, reset_all
from app.panels.inspector_editors import Surroundings, editor_for
from app.panels.inspector_names import joining_editor
from app.panels.inspector_relevance import FOLDED, hidden, unfed
from app.panels.inspector_row import Row
from app.panels.inspector_tables import ColumnsEditor
from app.panels.interface import OUT_OF_SIGHT, interface_editor
from app.suggestions import offered
from app.theme import appearance
from app.words import tr
from engine.edits import SetFrozen
from engine.operator import Kind, socket_number
from engine.setting import Setting
from engine.sockets import arguments

if TYPE_CHECKING:
    from app.session import Session


class Form(QWidget):
    """All settings of one node. Rows that change nothing are hidden, rarer ones fold away."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self.session, self.node = session, node
        self.operator = session.operator(node)
        self.rows: dict[str, Row] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(appearance().px(8))
        surroundings = Surroundings(lambda: session.folder, lambda: parameters(session), session.bring)
        for name, spec in self._specs().items():
            editor = interface_editor(session, node, name, spec) or joining_editor(session, node, name, spec)
            editor = editor or editor_for(spec, surroundings)
            if isinstance(editor, ColumnsEditor):
                editor.offered = partial(offered, session, node)
            row = Row(session, node, name, spec, editor)
            self.rows[name] = row
            self._column.addWidget(row)
        self.trained = QCheckBox(tr("Trained"))
        self.trained.setToolTip(tr("A parameter that is not trained keeps its start value."))
        self.trained.clicked.connect(lambda on: session.apply(SetFrozen(node, not on)))
        self._column.addWidget(self.trained)
        self.trained.setVisible(self.operator.kind is Kind.PARAMETER)
        self.more = QPushButton(tr("More settings"))
        self.more.setProperty("role", "quiet")
        self.more.setCheckable(True)
        self.more.toggled.connect(lambda _: self.refresh())
        line = QHBoxLayout()
        self.reset = QPushButton(tr("Reset all"))
        self.reset.setProperty("role", "quiet")
        self.reset.setToolTip(tr("All settings back to their defaults, as one step"))
        self.reset.clicked.connect(lambda: reset_all(session, (node,)))
        line.addWidget(self.more)
        line.addStretch(1)
        line.addWidget(self.reset)
        self._column.addLayout(line)
        folded = FOLDED.get(self.operator.id, frozenset())
        self.more.setChecked(bool(folded & set(session.node(node).settings)))

    @property
    def shows_something(self) -> bool:
        """Whether there is anything to set now."""
        return self.operator.kind is Kind.PARAMETER or any(not row.isHidden() for row in self.rows.values())

    def _specs(self) -> dict[str, Setting]:
        numbers = {
            i.name: socket_number(i.name) for i in self.operator.inputs if i.default is not None and not i.variadic
        }
        shown = {name: spec for name, spec in self.operator.settings.items() if name not in OUT_OF_SIGHT}
        return {**numbers, **shown}

    def refresh(self) -> None:
        """Show everything as it is now."""
        node = self.session.node(self.node)
        values = self.operator.values(node)
        wired = {a.input.name for a in arguments(self.session.graph, self.operator, self.node)}
        self.operator = self.session.operator(self.node)  # it may expose other settings than before
        idle = hidden(self.operator, values) | unfed(self.operator, wired) | (wired - set(self.operator.exposed))
        folded = FOLDED.get(self.operator.id, frozenset()) & set(self.rows)
        for name, row in self.rows.items():
            visible = name not in idle and (name not in folded or self.more.isChecked())
            row.setVisible(visible)
            if visible:
                row.refresh()
        self.trained.setChecked(not node.frozen)
        self.more.setVisible(bool(folded - idle))
        self.reset.setVisible(len(changed_settings(self.session, (self.node,))) > 1)
        self.more.setText(tr("Fewer settings") if self.more.isChecked() else tr("More settings"))


def parameters(session: Session) -> list[tuple[str, str]]:
    """Return (id, label) of the document's parameter nodes, in the order of their ids."""
    graph, library = session.graph, session.library
    ids = [
        id
        for id, n in sorted(graph.nodes.items())
        if n.operator in library and library[n.operator].kind is Kind.PARAMETER
    ]
    return [(id, session.label(id)) for id in ids]
