"""The inspector while several nodes are selected: the settings they have in common, each changed in all of them as one
step. A value that is not the same in all is shown as mixed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.changes import settings
from app.panels.inspector_editors import Surroundings, editor_for
from app.panels.inspector_fields import Editor
from app.panels.inspector_form import parameters
from app.panels.inspector_parts import Card, Section, TextRow, label
from app.panels.inspector_row import ResetButton, lay_row, show_fault, title_of
from app.panels.interface import OUT_OF_SIGHT
from app.signatures import is_signature
from app.theme import appearance
from app.words import tr
from engine.draft import same_value
from engine.operator import Operator
from engine.order import natural
from engine.setting import Code, Columns, Factors, File, Reference, Setting

if TYPE_CHECKING:
    from app.session import Session

APART = (Code, Columns, Factors, File, Reference)
"""Kinds of settings that are each node's own: they are not offered for several at once."""
MOST_KINDS = 8


def common_settings(session: Session, nodes: tuple[str, ...]) -> dict[str, Setting]:
    """Return the settings that all nodes have under one name and of one kind, as the first node's operator declares
    them."""
    operators: dict[int, Operator] = {id(each): each for each in map(session.operator, nodes)}
    first, *others = operators.values()
    return {
        name: spec
        for name, spec in first.settings.items()
        if not isinstance(spec, APART)
        and name not in OUT_OF_SIGHT
        and not is_signature(session.graph, nodes[0], name)
        and all(type(each.settings.get(name)) is type(spec) for each in others)
    }


class SeveralRow(QWidget):
    """One setting of several nodes."""

    def __init__(self, session: Session, nodes: tuple[str, ...], name: str, spec: Setting, editor: Editor) -> None:
        super().__init__()
        self.session, self.nodes, self.name, self.spec, self.editor = session, nodes, name, spec, editor
        self.back = ResetButton(settings.words(name))
        self.back.setToolTip(tr("Changed in some. Back to the default in all"))
        self.back.clicked.connect(lambda: settings.reset_many(session, self.nodes, name))
        self.choose = QPushButton(tr("mixed: set one for all"))
        self.choose.clicked.connect(self._choose)
        self.fault = label("", "bad", wrap=True)
        self.fault.hide()
        self.mixed = False
        lay_row(self, title_of(name, spec, editor), self.back, editor, self.choose, self.fault)
        editor.edited.connect(self._edited)
        editor.sealed.connect(session.seal)
        editor.refused.connect(lambda sentence: show_fault(self.fault, name, sentence))

    def refresh(self) -> None:
        """Show what the nodes have, or that it is mixed."""
        values = [self.session.setting(id, self.name) for id in self.nodes]
        self.mixed = any(not same_value(value, values[0]) for value in values[1:])
        self.editor.show_value(values[0])
        shown = not self.mixed or self.editor.show_mixed()
        self.editor.setVisible(shown)
        self.choose.setVisible(not shown)
        self.back.setVisible(any(self.name in self.session.node(id).settings for id in self.nodes))

    def _choose(self) -> None:
        """Show the first node's value, to begin with."""
        self.choose.hide()
        self.editor.show()
        self.editor.setFocus()

    def _edited(self, value: Any) -> None:
        there = tuple(id for id in self.nodes if id in self.session.graph.nodes)
        if there and not settings.set_many(self.session, there, self.name, value, f"several.{self.name}"):
            self.refresh()


class SeveralView(QWidget):
    """The page of several nodes."""

    def __init__(self, session: Session, nodes: tuple[str, ...]) -> None:
        super().__init__()
        self.session, self.nodes = session, tuple(sorted(nodes, key=natural))
        self.setProperty("role", "panel")
        px = appearance().px
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(18), px(14), px(18), px(18))
        self._column.setSpacing(px(8))
        self._column.addWidget(label(f"{len(nodes):,} nodes", "title"))
        self._column.addWidget(label(tr("What is set here is set in all of them, as one step."), "second", wrap=True))
        self._kinds()
        self.rows: dict[str, SeveralRow] = {}
        self._settings()
        self._column.addStretch(1)
        self.refresh()

    def _kinds(self) -> None:
        counts = Counter(self.session.operator(id).title for id in self.nodes)
        card = Card()
        card.column.setSpacing(appearance().px(4))
        for title, count in counts.most_common(MOST_KINDS):
            row = TextRow()
            row.show_row(title, f"{count:,}", strong=False)
            row.number.setProperty("role", "mono")
            card.column.addWidget(row)
        rest = len(counts) - MOST_KINDS
        if rest > 0:
            card.column.addWidget(label(f"and {rest} other operators", "faint"))
        self._column.addWidget(card)

    def _settings(self) -> None:
        session = self.session
        section = Section("Settings in common")
        surroundings = Surroundings(lambda: session.folder, lambda: parameters(session), session.bring)
        for name, spec in common_settings(session, self.nodes).items():
            row = SeveralRow(session, self.nodes, name, spec, editor_for(spec, surroundings))
            self.rows[name] = row
            section.column.addWidget(row)
        if not self.rows:
            section.column.addWidget(label(tr("They have no setting in common."), "second", wrap=True))
        line = QHBoxLayout()
        self.reset = QPushButton(tr("Reset all settings"))
        self.reset.setProperty("role", "quiet")
        self.reset.clicked.connect(lambda: settings.reset_all(session, self.nodes))
        line.addWidget(self.reset)
        line.addStretch(1)
        section.column.addLayout(line)
        self._column.addWidget(section)

    def refresh(self) -> None:
        """Show everything as it is now."""
        if any(id not in self.session.graph.nodes for id in self.nodes):
            return  # the selection follows in a moment
        for row in self.rows.values():
            row.refresh()
        self.reset.setVisible(bool(settings.changed_settings(self.session, self.nodes)))
