"""Python is written in the inspector with real keys: it indents, marks the line at fault, and loses nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.panels.inspector import Inspector
from app.panels.inspector_code import CodeField
from app.session import Session
from engine.graph import Place, Socket, Wire
from engine.types import ArrayType


def opened(session: Session, qtbot: QtBot) -> tuple[str, Inspector, CodeField]:
    node = session.insert("control.python", Place())
    panel = Inspector(session)
    qtbot.addWidget(panel)
    panel.resize(420, 800)
    panel.show()
    return node, panel, panel.findChild(CodeField)


def typed(field: CodeField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    for each in text:
        QTest.keyClick(field, Qt.Key.Key_Return) if each == "\n" else QTest.keyClicks(field, each)


def test_a_text_that_is_shown_has_all_the_lines_it_needs(session: Session, qtbot: QtBot) -> None:
    node = session.insert("control.python", Place())
    session.set_setting(node, "code", "def f(x):\n" + "    x = x + 1\n" * 10 + "    return x\n")
    panel = Inspector(session)
    qtbot.addWidget(panel)
    field = panel.findChild(CodeField)
    assert field.height() > 13 * field.fontMetrics().lineSpacing()


def test_a_function_is_typed_and_its_sockets_follow(session: Session, qtbot: QtBot) -> None:
    node, _, field = opened(session, qtbot)
    typed(field, "def f(a, b):\nif a > b:\nreturn a")
    for key in [Qt.Key.Key_Return] * 2:
        QTest.keyClick(field, key)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.toPlainText() == "def f(a, b):\n    if a > b:\n        return a\n        \n"
    QTest.keyClicks(field, "    return b")
    wanted = "def f(a, b):\n    if a > b:\n        return a\n        \n    return b"
    qtbot.waitUntil(lambda: session.setting(node, "code") == wanted, timeout=3000)
    assert field.faulty == 0
    assert session.operator(node).naming(session.operator(node).values(session.node(node))) == {"xs": ("a", "b")}
    assert session.connect_wire(Wire(Socket("x", "value"), Socket(node, "xs.0")))
    qtbot.waitUntil(lambda: any("wire a value into b" in each.sentence for each in session.node_problems(node)))
    refused = session.refusal(Wire(Socket("y", "value"), Socket(node, "xs.1")))
    assert refused is not None and "line 2, column" in refused and "one truth value" in refused
    session.undo()
    session.undo()
    assert session.setting(node, "code") != wanted, "typing is one undo step"


def test_the_line_at_fault_is_marked_as_one_types(session: Session, qtbot: QtBot) -> None:
    _, panel, field = opened(session, qtbot)
    typed(field, "def f(x):\nwith x:\npass")
    qtbot.waitUntil(lambda: field.faulty == 2, timeout=3000)
    assert any("with is not part" in each.text() for each in panel.findChildren(_label()) if each.isVisible())
    typed(field, "def f(x):\nreturn x")
    qtbot.waitUntil(lambda: field.faulty == 0, timeout=3000)


def _label() -> type:
    from PySide6.QtWidgets import QLabel

    return QLabel


def test_what_was_typed_last_is_kept_when_another_node_is_selected(session: Session, qtbot: QtBot) -> None:
    node, _, field = opened(session, qtbot)
    typed(field, "def f(x):\nreturn x * 7")
    session.select(["w"])
    assert session.setting(node, "code") == "def f(x):\n    return x * 7"


def test_lines_are_indented_together(session: Session, qtbot: QtBot) -> None:
    _, _, field = opened(session, qtbot)
    field.setPlainText("a\nb\nc")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.toPlainText() == "    a\n    b\n    c"
    QTest.keyClick(field, Qt.Key.Key_Backtab)
    assert field.toPlainText() == "a\nb\nc"


def test_it_computes_on_its_wires(session: Session, qtbot: QtBot) -> None:
    node, _, field = opened(session, qtbot)
    session.connect_wire(Wire(Socket("x", "value"), Socket(node, "xs.0")))
    typed(field, "def f(x):\nreturn x.sum(), x * 2")
    qtbot.waitUntil(lambda: session.type_of(Socket(node, "value_2")) == ArrayType((3,)), timeout=3000)
    assert session.type_of(Socket(node, "value_1")) == ArrayType(())
