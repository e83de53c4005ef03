"""The loss on the clipboard as a script that runs alone; a graph that has none is told in a sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.window import Window
from engine.edits import RemoveNode
from engine.graph import Content, Graph, Layout, Node, Place
from tests.app.conftest import Answers, line


@pytest.fixture
def shown(window: Callable[..., Window]) -> Window:
    made = window(engine=True)
    made.session.adopt(line(), None, clean=True)
    made.show_document()
    return made


def copied(qtbot: QtBot, window: Window, command: str) -> str:
    window.actions_table.refresh()
    with qtbot.waitSignal(window.session.looks.script_ready, timeout=60_000):
        window.actions_table[command].trigger()
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize(("command", "imported"), [("copy_numpy", "import autograd.numpy"), ("copy_jax", "import jax")])
def test_the_script_is_on_the_clipboard(qtbot: QtBot, shown: Window, command: str, imported: str) -> None:
    said: list[str] = []
    shown.session.message.connect(said.append)
    text = copied(qtbot, shown, command)
    assert imported in text
    assert said[-1].startswith("Copied as Python (")


def test_the_script_runs_alone(qtbot: QtBot, shown: Window, tmp_path: Path) -> None:
    script = tmp_path / "line.py"
    script.write_text(copied(qtbot, shown, "copy_numpy"), encoding="utf-8")
    ran = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True)
    # mean((0.5 x - y)²) for y = 2 x at x = 1, 2, 3, and its derivative mean(2 (0.5 x - y) x)
    assert "10.5" in ran.stdout and "-14" in ran.stdout


def test_a_graph_without_a_loss_is_told(qtbot: QtBot, shown: Window, answers: Answers) -> None:
    shown.session.apply(RemoveNode("descent"))
    shown.actions_table.refresh()
    with qtbot.waitSignal(shown.session.looks.script_failed, timeout=60_000):
        shown.actions_table["copy_numpy"].trigger()
    assert len(answers.told) == 1 and answers.told[0].endswith(".")


def test_explode_is_a_command(window: Callable[..., Window]) -> None:
    made = window()
    code = "def f(a):\n    return a * a + 1.0\n"
    nodes = {
        "constant_1": Node("constant_1", "inputs.constant"),
        "python_1": Node("python_1", "control.python", "", {"code": code}),
    }
    from tests.app.conftest import wire

    graph = Graph(nodes, frozenset({wire("constant_1.value", "python_1.xs.0")}))
    made.session.adopt(Content(graph, Layout({"python_1": Place(300.0, 0.0)})), None, clean=True)
    made.show_document()
    made.session.refresh()
    made.session.select(["constant_1"])
    made.actions_table.refresh()
    assert not made.actions_table["explode"].isEnabled()
    made.session.select(["python_1"])
    made.show_commands()
    made.commands.field.setText("explode python")
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClick(made.commands.field, Qt.Key.Key_Return)
    operators = {node.operator for node in made.session.graph.nodes.values()}
    assert "control.python" not in operators and "elementwise.multiply" in operators
    made.session.undo()
    assert made.session.graph == graph
