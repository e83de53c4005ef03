"""Editors for what joins nodes by name: the list of names of a node with bodies, and a choice among nodes or names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton, QVBoxLayout

from app.panels.inspector_fields import Editor, guard_wheel, mark_invalid, plain_line, row_of, small_button
from app.signatures import is_signature
from app.words import tr
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT, around, owner_of, part_of, seen_by
from engine.control import JOINTS, owner_at
from engine.setting import Names, Setting
from engine.sockets import output_names

if TYPE_CHECKING:
    from app.session import Session

Choices = Callable[[], Sequence[tuple[str, str]]]
"""What may be chosen now: (value, what people call it)."""


class NamesEditor(Editor):
    """A list of names, one in each row: renamed in place, moved up, taken away; and a button for one more."""

    wide = True

    def __init__(self, spec: Names) -> None:
        super().__init__(spec)
        self._value: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.lines: list[Any] = []
        self.ups: list[QToolButton] = []
        self.drops: list[QToolButton] = []
        self._made: list[Any] = []
        self.more = QPushButton(tr("Add a name"), self)
        self.more.setProperty("role", "quiet")
        self.more.clicked.connect(self._add)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        """Show the names; rows that stay keep the keyboard."""
        self._value = tuple(value)
        if len(self.lines) != len(self._value):
            self._build()
        for line, name in zip(self.lines, self._value, strict=True):
            if line.text() != name:
                line.setText(name)
            mark_invalid(line, False)

    def _build(self) -> None:
        for row in self._made:
            row.hide()
            row.deleteLater()
        self.lines, self.ups, self.drops, self._made = [], [], [], []
        for k, name in enumerate(self._value):
            line = plain_line(name, name=f"name {k + 1}")
            line.editingFinished.connect(lambda k=k: self._rename(k))
            up = small_button(self, "↑", f"Move “{name}” up", lambda k=k: self._up(k))
            up.setEnabled(k > 0)
            drop = small_button(self, "×", f"Take “{name}” away", lambda k=k: self._drop(k))
            row = row_of(self, line, up, drop)
            self._column.insertWidget(k, row)
            self.lines.append(line)
            self.ups.append(up)
            self.drops.append(drop)
            self._made.append(row)

    def _rename(self, k: int) -> None:
        if k >= len(self.lines) or k >= len(self._value):
            return
        line = self.lines[k]
        name = line.text().strip()
        if name == self._value[k]:
            return
        fault = self._fault(name, k)
        mark_invalid(line, bool(fault))
        if fault:
            self.refused.emit(fault)
        else:
            self.settle((*self._value[:k], name, *self._value[k + 1 :]))

    def _fault(self, name: str, k: int) -> str:
        if not name or "." in name:
            return "must have names, without dots"
        others = self._value[:k] + self._value[k + 1 :]
        return f"must have names that differ: “{name[:40]}” is there already" if name in others else ""

    def _up(self, k: int) -> None:
        names = list(self._value)
        names[k - 1 : k + 1] = names[k], names[k - 1]
        self.settle(tuple(names))

    def _drop(self, k: int) -> None:
        self.settle(self._value[:k] + self._value[k + 1 :])

    def _add(self) -> None:
        stem = self._value[-1] if self._value else self.spec.default[0] if self.spec.default else "x"  # type: ignore[index]
        stem = str(stem).rstrip("0123456789_ ") or "x"
        names = (stem, *(f"{stem}{k}" for k in range(2, len(self._value) + 3)))
        name = next(each for each in names if each not in self._value)
        self.settle((*self._value, name))
        if self.lines:
            self.lines[-1].setFocus()
            self.lines[-1].selectAll()


class PickEditor(Editor):
    """One of those that there are now; what stands there is shown also where it is none of them."""

    def __init__(self, spec: Setting, choices: Choices) -> None:
        super().__init__(spec)
        self._choices = choices
        self.box = QComboBox(self)
        self.box.setMinimumContentsLength(6)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        guard_wheel(self.box)
        self.box.activated.connect(self._chosen)
        self.fill(self.box)

    def show_value(self, value: Any) -> None:
        """Show what is chosen, among what may be chosen now."""
        found = list(self._choices())
        if value not in dict(found):
            found.insert(0, (value, f"{value} (not here)" if value else "choose one"))
        self.box.clear()
        for each, text in found:
            self.box.addItem(text if len(text) < 40 else f"{text[:39]}…", each)
        self.box.setCurrentIndex(self.box.findData(value))

    def _chosen(self, index: int) -> None:
        self.settle(self.box.itemData(index))


def joining_editor(session: Session, node: str, name: str, spec: Setting) -> Editor | None:
    """Return the editor of a setting that joins nodes by name; None for any other."""
    operator = session.node(node).operator
    if isinstance(spec, Names) and is_signature(session.graph, node, name):
        return NamesEditor(spec)
    make = CHOICES.get((operator, name)) if operator in JOINTS else None
    return PickEditor(spec, lambda: make(session, node) if node in session.graph.nodes else ()) if make else None


def _functions(session: Session, node: str) -> list[tuple[str, str]]:
    """The functions that a call may call."""
    visible = around(session.graph.nodes, session.node(node).inside)
    found = (id for inside in visible for id in session.graph.bodies.get(inside, ()))
    return [(id, session.label(id)) for id in found if session.node(id).operator == FUNCTION]


def _outside(session: Session, node: str) -> list[tuple[str, str]]:
    """The nodes with outputs in the bodies around a node's own, the nearest first."""
    graph, made = session.graph, []
    for inside in around(graph.nodes, session.node(node).inside)[1:]:
        for id in graph.bodies.get(inside, ()):
            if output_names(graph, session.operator(id), id):
                made.append((id, session.label(id)))
    return made


def _outputs(session: Session, node: str) -> list[tuple[str, str]]:
    """The outputs of the node that is read."""
    read = seen_by(session.graph, node)
    return [(name, name) for name in output_names(session.graph, session.operator(read), read)] if read else []


def _taken(session: Session, node: str) -> list[tuple[str, str]]:
    """The names of what goes into the body around."""
    inside = session.node(node).inside
    owner = owner_at(session.graph, inside)
    return [(name, name) for name in owner.inputs(_values(session, inside))] if owner else []


def _given(session: Session, node: str) -> list[tuple[str, str]]:
    """The names of what comes out of the body around."""
    inside = session.node(node).inside
    owner = owner_at(session.graph, inside)
    if owner is None or part_of(inside) not in owner.gives:
        return []
    return [(name, name) for name in owner.results(_values(session, inside), part_of(inside))]


def _values(session: Session, inside: str) -> Any:
    owner = owner_of(inside)
    return session.operator(owner).values(session.node(owner))


CHOICES: dict[tuple[str, str], Callable[[Session, str], list[tuple[str, str]]]] = {
    (CALL, "function"): _functions,
    (OUTER, "node"): _outside,
    (OUTER, "output"): _outputs,
    (INPUT, "name"): _taken,
    (OUTPUT, "name"): _given,
}
"""What may be chosen, by operator and setting."""
