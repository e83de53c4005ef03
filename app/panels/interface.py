"""The interface of a function, edited where it is defined: its inputs and outputs are renamed, put in another order,
given a default and a meaning, and all calls follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from app import numbers, quantities, signatures
from app.panels.inspector_fields import Editor, mark_invalid, plain_line, row_of, small_button
from app.theme import appearance
from app.words import tr
from engine import control
from engine.bodies import FUNCTION
from engine.setting import Setting

if TYPE_CHECKING:
    from app.session import Session

OUT_OF_SIGHT = frozenset({"defaults", "meanings"})
"""Settings of a function that are edited beside the names they are about."""


class End(QWidget):
    """One input or output: its name, its default where it is an input, its meaning, its place among the others."""

    def __init__(self, owner: InterfaceEditor, k: int) -> None:
        super().__init__(owner)
        self._owner, self._k = owner, k
        name, inputs = owner.names[k], owner.inputs
        self.line = plain_line(name, name=f"name of {'input' if inputs else 'output'} {k + 1}")
        self.line.editingFinished.connect(lambda: owner.rename(k, self.line.text()))
        self.default = plain_line(placeholder="default", name=f"default of “{name}”")
        self.default.setToolTip(tr("The number it takes while nothing is wired into it. Empty: it needs a wire."))
        self.default.setFixedWidth(appearance().px(64))
        self.default.editingFinished.connect(lambda: owner.set_default(k, self.default.text()))
        self.default.setVisible(inputs)
        self.meaning = plain_line(placeholder="What it is", name=f"meaning of “{name}”")
        self.meaning.editingFinished.connect(lambda: owner.set_meaning(k, self.meaning.text()))
        self.up = small_button(self, "↑", f"Move “{name}” up", lambda: owner.move_name(k, k - 1))
        self.up.setEnabled(k > 0)
        self.down = small_button(self, "↓", f"Move “{name}” down", lambda: owner.move_name(k, k + 1))
        self.down.setEnabled(k + 1 < len(owner.names))
        self.drop = small_button(self, "×", f"Take “{name}” away", lambda: owner.drop(k))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, appearance().px(6))
        column.setSpacing(appearance().px(3))
        column.addWidget(row_of(self, self.line, self.default, self.up, self.down, self.drop))
        column.addWidget(self.meaning)

    def show_end(self, name: str, default: float | None, meaning: str) -> None:
        """Show it as it is now; what is being typed stays."""
        texts = ((self.line, name), (self.default, "" if default is None else numbers.exact(default)))
        for line, text in (*texts, (self.meaning, meaning)):
            if line.text() != text and not (line.hasFocus() and line.isModified()):
                line.setText(text)
                line.setCursorPosition(0)
            mark_invalid(line, False)


class InterfaceEditor(Editor):
    """The inputs or the outputs of one function, a card for each."""

    wide = True

    def __init__(self, session: Session, node: str, setting: str, spec: Setting) -> None:
        super().__init__(spec)
        self._session, self._node = session, node
        self.inputs = setting == "inputs"
        self.names: tuple[str, ...] = ()
        self.ends: list[End] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(appearance().px(2))
        self.more = QPushButton(tr("Add an input") if self.inputs else tr("Add an output"), self)
        self.more.setProperty("role", "quiet")
        self.more.clicked.connect(self._add)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_value(self, value: Any) -> None:
        """Show the names with what is said about them."""
        names = tuple(value)
        if len(names) != len(self.names):
            self.names = names
            self._build()
        self.names = names
        values = self._values()
        defaults, meanings = control.defaults(values), control.meanings(values)
        for end, name in zip(self.ends, names, strict=True):
            end.show_end(name, defaults.get(name), meanings.get(name, ""))

    def _values(self) -> dict[str, Any]:
        return self._session.operator(self._node).values(self._session.node(self._node))

    def _build(self) -> None:
        for end in self.ends:
            end.hide()
            end.deleteLater()
        self.ends = [End(self, k) for k in range(len(self.names))]
        for k, end in enumerate(self.ends):
            self._column.insertWidget(k, end)

    # What a person does -------------------------------------------------------------------------------------------

    def rename(self, k: int, text: str) -> None:
        """Give an input or output another name; wires and calls follow."""
        name = " ".join(text.split())
        if k >= len(self.names) or name == self.names[k]:
            return
        others = self.names[:k] + self.names[k + 1 :]
        fault = (
            "must have names, without dots"
            if not name or "." in name
            else f"must have names that differ: “{name[:40]}” is there already"
            if name in others
            else ""
        )
        mark_invalid(self.ends[k].line, bool(fault))
        if fault:
            self.refused.emit(fault)
        else:
            self.settle((*self.names[:k], name, *self.names[k + 1 :]))

    def move_name(self, k: int, to: int) -> None:
        """Put an input or output into another place; its wires go along."""
        names = list(self.names)
        names.insert(to, names.pop(k))
        self.settle(tuple(names))

    def drop(self, k: int) -> None:
        """Take an input or output away, with its wires."""
        self.settle(self.names[:k] + self.names[k + 1 :])

    def set_default(self, k: int, text: str) -> None:
        """Give an input the number it takes without a wire; an empty text takes that away."""
        if self._gone(k):
            return
        try:
            number = quantities.read(text) if text.strip() else None
        except quantities.Unreadable as fault:
            mark_invalid(self.ends[k].default, True)
            self.refused.emit(f"has no such default: {fault.sentence}")
            return
        self.refused.emit("")
        self._session.apply(signatures.default_edit(self._session.content, self._session.library, self._node,
                                                    self.names[k], number))  # fmt: skip

    def set_meaning(self, k: int, text: str) -> None:
        """Say what an input or output is."""
        if not self._gone(k):
            self._session.apply(signatures.meaning_edit(self._session.content, self._session.library, self._node,
                                                        self.names[k], " ".join(text.split())))  # fmt: skip

    def _gone(self, k: int) -> bool:
        return k >= len(self.names) or self._node not in self._session.graph.nodes

    def _add(self) -> None:
        stem = (self.names[-1] if self.names else "x" if self.inputs else "value").rstrip("0123456789_ ") or "x"
        names = (stem, *(f"{stem} {k}" for k in range(2, len(self.names) + 3)))
        self.settle((*self.names, next(each for each in names if each not in self.names)))
        if self.ends:
            line: QLineEdit = self.ends[-1].line
            line.setFocus()
            line.selectAll()


def interface_editor(session: Session, node: str, name: str, spec: Setting) -> Editor | None:
    """Return the editor of a function's inputs or outputs; None for any other setting."""
    if session.node(node).operator == FUNCTION and name in ("inputs", "outputs"):
        return InterfaceEditor(session, node, name, spec)
    return None
