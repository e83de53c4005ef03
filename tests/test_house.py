"""The rules of the house, held over the syntax trees of all sources."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for room in ("engine", "nodes", "app") for path in (ROOT / room).rglob("*.py"))
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "execfile"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
THE_ONE_COMPILER = ROOT / "engine" / "backends" / "numpy_code.py"
LONGEST_FILE = 600


def dangers(tree: ast.AST) -> Iterator[str]:
    """Yield what in a syntax tree may run text as code or unpickle."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield f"line {node.lineno}: calls {name}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="builtins"), attr=name)) if name in FORBIDDEN_CALLS:
                yield f"line {node.lineno}: calls builtins.{name}"
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    allows = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                    if keyword.arg in ("allow_pickle", "shell") and allows:
                        yield f"line {node.lineno}: {keyword.arg}=True"
            case ast.Import(names=names):
                yield from (f"line {node.lineno}: imports {a.name}" for a in names if a.name in FORBIDDEN_MODULES)
            case ast.ImportFrom(module=module) if module in FORBIDDEN_MODULES:
                yield f"line {node.lineno}: imports {module}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_runs_text_as_code(path: Path) -> None:
    found = list(dangers(ast.parse(path.read_text(encoding="utf-8"))))
    if path == THE_ONE_COMPILER:
        found = [danger for danger in found if not danger.endswith(("calls exec", "calls compile"))]
    assert not found


@pytest.mark.parametrize(
    "planted",
    [
        "eval('1')",
        "exec(text)",
        "__import__('os')",
        "import pickle",
        "from pickle import loads",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_the_rule_catches_a_planted_danger(planted: str) -> None:
    assert list(dangers(ast.parse(planted)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_holds_too_much(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_qt_keeps_reference_counts() -> None:
    """PySide6 6.12.0 on Python 3.11 drops one reference to None or True with each void call and each emit."""
    from PySide6.QtCore import QObject, Signal

    class Sender(QObject):
        fired = Signal(bool)

    sender, calls = Sender(), 5_000
    sender.fired.connect(lambda _: None)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(calls):
        sender.fired.emit(True)
        sender.setObjectName("canary")
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert all(abs(b - a) < calls // 10 for b, a in zip(before, after, strict=True)), (before, after)
