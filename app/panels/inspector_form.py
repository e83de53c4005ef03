"""The inspector's form: a row for each setting, and for each unwired input that has a number in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.inspector_editors import Surroundings, editor_for
from app.panels.inspector_fields import Editor
from app.panels.inspector_names import joining_editor
from app.panels.inspector_parts import label
from app.panels.inspector_relevance import FOLDED, hidden, unfed
from app.panels.interface import OUT_OF_SIGHT, interface_editor
from app.signatures import is_signature
from app.suggestions import choose_file, choose_node
from app.theme import appearance
from engine.edits import ResetSetting, SetFrozen
from engine.operator import Kind, socket_number
from engine.setting import File, Reference, Setting
from engine.sockets import arguments

if TYPE_CHECKING:
    from app.session import Session


class Row(QWidget):
    """One setting: its name and unit, its editor, a way back to the default, and a sentence while what is written
    cannot be."""

    def __init__(self, session: Session, node: str, name: str, spec: Setting, editor: Editor) -> None:
        super().__init__()
        self.session, self.node, self.name, self.spec, self.editor = session, node, name, spec, editor
        px = appearance().px
        self.title = QLabel(name.replace("_", " ") + (f"  ({spec.unit})" if spec.unit else ""))
        self.title.setProperty("role", "second")
        self.title.setBuddy(editor)
        self.title.setToolTip(spec.help)
        self.title.setFixedWidth(px(88))
        self.title.setWordWrap(True)
        editor.setToolTip(spec.help)
        self.back = QToolButton()
        self.back.setText("↺")
        self.back.setToolTip("Back to the default")
        self.back.setAccessibleName(f"reset {name}")
        self.back.setFixedWidth(px(22))
        self.back.clicked.connect(self._reset)
        self.fault = label("", "bad", wrap=True)
        self.fault.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(2))
        grid.setVerticalSpacing(px(4))
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.back, 0, 1)
        if editor.wide:
            grid.addWidget(editor, 1, 0, 1, 3)
        else:
            grid.addWidget(editor, 0, 2)
        grid.addWidget(self.fault, 2, 0, 1, 3)
        grid.setColumnStretch(2, 1)
        policy = self.back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(policy)
        for child in (editor, *editor.findChildren(QWidget)):
            if not child.accessibleName():
                child.setAccessibleName(name.replace("_", " "))
        editor.edited.connect(self._edited)
        editor.sealed.connect(session.seal)
        editor.refused.connect(self._refused)

    def refresh(self) -> None:
        """Show the setting as it is now."""
        value = self.session.setting(self.node, self.name)
        self.editor.show_value(value)
        self.back.setVisible(self.name in self.session.node(self.node).settings)

    def _edited(self, value: Any) -> None:
        if self.node not in self.session.graph.nodes:
            return  # a field that loses the keyboard because its node is gone still tells what was typed
        merge = f"{self.node}.{self.name}"
        if isinstance(self.spec, File):
            choose_file(self.session, self.node, self.name, value, merge)
        elif isinstance(self.spec, Reference):
            choose_node(self.session, self.node, self.name, value)
        else:
            self.session.set_setting(self.node, self.name, value, merge)

    def _refused(self, sentence: str) -> None:
        self.fault.setText(f"{self.name.replace('_', ' ')} {sentence}." if sentence else "")
        self.fault.setVisible(bool(sentence))

    def _reset(self) -> None:
        self._refused("")
        if is_signature(self.session.graph, self.node, self.name):
            self.session.set_setting(self.node, self.name, self.spec.default)
        else:
            self.session.apply(ResetSetting(self.node, self.name))


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
            row = Row(session, node, name, spec, editor)
            self.rows[name] = row
            self._column.addWidget(row)
        self.trained = QCheckBox("Trained")
        self.trained.setToolTip("A parameter that is not trained keeps its start value.")
        self.trained.clicked.connect(lambda on: session.apply(SetFrozen(node, not on)))
        self._column.addWidget(self.trained)
        self.trained.setVisible(self.operator.kind is Kind.PARAMETER)
        self.more = QPushButton("More settings")
        self.more.setProperty("role", "quiet")
        self.more.setCheckable(True)
        self.more.toggled.connect(lambda _: self.refresh())
        line = QHBoxLayout()
        line.addWidget(self.more)
        line.addStretch(1)
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
        idle = hidden(self.operator, values) | unfed(self.operator, wired) | wired
        folded = FOLDED.get(self.operator.id, frozenset()) & set(self.rows)
        for name, row in self.rows.items():
            visible = name not in idle and (name not in folded or self.more.isChecked())
            row.setVisible(visible)
            if visible:
                row.refresh()
        self.trained.setChecked(not node.frozen)
        self.more.setVisible(bool(folded - idle))
        self.more.setText("Fewer settings" if self.more.isChecked() else "More settings")


def parameters(session: Session) -> list[tuple[str, str]]:
    """Return (id, label) of the document's parameter nodes, in the order of their ids."""
    graph, library = session.graph, session.library
    ids = [
        id
        for id, n in sorted(graph.nodes.items())
        if n.operator in library and library[n.operator].kind is Kind.PARAMETER
    ]
    return [(id, session.label(id)) for id in ids]
