"""Edits made of several: inserting an operator with its parameters, replacing a wire, deleting, copying and pasting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.edits import Edit, Group
from engine.graph import Content, Graph, Place, Wire
from engine.operator import Operator


def fresh_id(graph: Graph, short: str) -> str:
    """Return an id that no node has: "short_n"."""
    raise NotImplementedError


def insertion(content: Content, library: Mapping[str, Operator], operator_id: str, place: Place) -> Group:
    """Return the edit that adds a node, and to its left the parameter nodes that come with it, wired.

    The first edit of the group is the AddNode of the node itself.
    """
    raise NotImplementedError


def replace_wire(graph: Graph, wire: Wire) -> Group:
    """Return the edit that makes the wire, taking away what is wired into its input."""
    raise NotImplementedError


def setting_edit(graph: Graph, library: Mapping[str, Operator], node: str, setting: str, value: Any) -> Edit:
    """Return the edit that gives a setting (or the number of an unwired input) a value in canonical form; the default is not
    stored but reset to. Raise SettingError with a sentence that names node and setting."""
    raise NotImplementedError


def removal(content: Content, nodes: Collection[str], notes: Collection[str] = ()) -> Group:
    """Return the edit that deletes nodes, with their wires, and notes."""
    raise NotImplementedError


def copy_text(content: Content, nodes: Collection[str], notes: Collection[str] = ()) -> str:
    """Return nodes, the wires between them, their places, and notes as text in the .dgraph syntax."""
    raise NotImplementedError


def paste(content: Content, library: Mapping[str, Operator], text: str, at: Place) -> Group:
    """Return the edit that adds what `copy_text` wrote, under fresh ids, its top left corner at `at`.

    Raise EditError with a sentence where the text is not one that Gradwire copied.
    """
    raise NotImplementedError


def duplication(
    content: Content, library: Mapping[str, Operator], nodes: Collection[str], at: Place, notes: Collection[str] = ()
) -> Group:
    """Return the edit that adds copies of nodes, of the wires between them, and of notes, their top left corner at `at`."""
    raise NotImplementedError
