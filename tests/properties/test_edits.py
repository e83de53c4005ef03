"""Undo is exact: a state machine over all edits, with grouping, merging, saving and opening, and four followers.

Followers, each of which must agree with the document after every step: a list of past states as bytes (what undo must
give back), a mirror that is told ids only (as a canvas is), a replay of the journal's lines, and a file that is opened
and saved again.
"""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine import edits as e
from engine.document import Changed, Document
from engine.draft import Draft
from engine.errors import EditError
from engine.files import pack, parse
from engine.graph import Bookmark, Content, Kept, Node, Note, Place, Route, Socket, Wire
from engine.lessons.lesson import Lesson
from engine.plain import from_plain, to_plain
from engine.types import Tensor
from tests import sizes
from tests.engine.lessons.lessons import LESSONS

STEPS = 60

IDS = st.sampled_from(["a_1", "a_2", "a_10", "b_1", "b_2", "optimizer_1", "w"])
NOTES = st.sampled_from(["note_1", "note_2", "note_10"])
SOCKETS = st.sampled_from(["value", "x", "y", "xs.0", "xs.10"])
WORDS = st.sampled_from(["rate", "axis", "shape", "x", "a name with “quotes”"])
NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 1, 0.0, -0.0, 1.0, 1e300, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
NAMES = st.sampled_from(["", "slope w", "<b>import os</b>", "x" * 200, "Ω → 🜁"]) | st.text(
    st.characters(exclude_categories=("Cs", "Cc")), max_size=6
)
COORDINATES = st.sampled_from([0.0, -0.0, 17.5, -1e7]) | st.floats(-1e7, 1e7)
PLACES = st.builds(Place, COORDINATES, COORDINATES, st.booleans())
NODES = st.builds(
    Node,
    IDS,
    st.sampled_from(["elementwise.add", "parameters.parameter", "from.a_later_version"]),
    NAMES,
    st.dictionaries(WORDS, VALUES, max_size=3),
    st.booleans(),
    st.sampled_from(["", "", "", "a_1", "a_1.then", "b_1"]),
)
NOTE_RECORDS = st.builds(
    Note,
    NOTES,
    st.text(max_size=8),
    COORDINATES,
    COORDINATES,
    st.floats(1, 1000),
    st.floats(1, 1000),
    st.lists(IDS, max_size=3, unique=True).map(tuple),
    st.sampled_from(["", "", "a_1.then"]),
    st.booleans(),
    st.sampled_from(["", "teal", "grey"]),
)
WIRES = st.builds(Wire, st.builds(Socket, IDS, SOCKETS), st.builds(Socket, IDS, SOCKETS))
ROUTES = st.builds(Route, st.lists(st.tuples(COORDINATES, COORDINATES), max_size=2).map(tuple), st.booleans())
ARRAYS = (
    Tensor.of(1.5),
    Tensor.of(np.array([[1.0, -0.0], [np.nan, np.inf]])),
    Tensor.of(np.array([1, 2**62])),
    Tensor.of(np.float32([0.1, 0.2])),
    Tensor.of(np.array([1 + 2j])),
    Tensor.of(np.array([True, False])),
    Tensor.of(np.arange(1200.0)),
)
TENSORS = st.integers(0, len(ARRAYS) - 1).map(ARRAYS.__getitem__)
KEPT = st.builds(
    Kept,
    st.integers(0, 2**62),
    st.integers(-5, 2**62),
    st.sampled_from(["", "optimizer_1"]),
    st.dictionaries(IDS, TENSORS, max_size=3),
    st.dictionaries(IDS, st.dictionaries(st.sampled_from(["step", "w.m", "w.v"]), TENSORS, max_size=2), max_size=2),
)
UNSEMANTIC = e.Move | e.Reroute | e.SetBookmark | e.AddNote | e.ChangeNote | e.RemoveNote | e.SetKept | e.SetLesson
"""Edits that leave what the graph computes alone."""
BOOKMARKS = st.builds(
    Bookmark, NAMES, COORDINATES, COORDINATES, st.floats(0.01, 100.0), st.sampled_from(["", "a_1.then"]),
    st.integers(0, 9),
)  # fmt: skip
SINGLE = st.one_of(
    st.builds(e.AddNode, NODES, st.none() | PLACES),
    st.builds(e.AddNode, NODES, st.none() | PLACES),
    st.builds(e.RemoveNode, IDS),
    st.builds(e.Connect, WIRES),
    st.builds(e.Connect, WIRES, st.none() | ROUTES),
    st.builds(e.Disconnect, WIRES),
    st.builds(e.Reroute, WIRES, st.none() | ROUTES),
    st.builds(e.SetSetting, IDS, WORDS, VALUES),
    st.builds(e.ResetSetting, IDS, WORDS),
    st.builds(e.Rename, IDS, NAMES),
    st.builds(e.SetFrozen, IDS, st.booleans()),
    st.builds(e.SetMuted, IDS, st.booleans()),
    st.builds(e.Move, st.dictionaries(IDS, st.none() | PLACES, max_size=3)),
    st.builds(
        e.PutInside,
        st.dictionaries(IDS, st.sampled_from(["", "a_1", "a_1.then", "b_1"]), max_size=3),
        st.dictionaries(NOTES, st.sampled_from(["", "a_1.then"]), max_size=1),
    ),
    st.builds(e.AddNote, NOTE_RECORDS),
    st.builds(e.RemoveNote, NOTES),
    st.builds(e.ChangeNote, NOTE_RECORDS),
    st.builds(e.SetBookmark, NOTES, st.none() | BOOKMARKS),
    st.builds(e.SetKept, st.none() | KEPT),
    st.builds(e.SetLesson, st.none() | LESSONS),
)
EDITS = SINGLE | st.builds(e.Group, st.just("Several"), st.lists(SINGLE, max_size=4).map(tuple))


def saved(content: Content) -> bytes:
    """Return the bytes of the content and of its archive, after checking that opening and saving gives the same."""
    packed = pack(content)
    arrays = packed.archive.checked() if packed.archive else None
    opened = parse(packed.text, arrays=arrays)
    again = pack(opened)
    assert again.text == packed.text
    assert (again.archive.checked() if again.archive else None) == arrays
    assert opened == content
    return packed.text + b"\0" + (arrays or b"")


class Mirror:
    """What a view knows: it is told ids and asks the document about those alone."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, Node] = {}
        self.places: dict[str, Place] = {}
        self.wires: set[Wire] = set()
        self.routes: dict[Wire, Route] = {}
        self.notes: dict[str, Note] = {}
        self.kept: Kept | None = None
        self.lesson: Lesson | None = None

    def follow(self, changed: Changed) -> None:
        content = self.document.content
        assert changed.nodes.isdisjoint(changed.removed)
        assert changed.moved <= changed.nodes and changed.renamed <= changed.nodes
        for known, now, ids in (
            (self.nodes, content.graph.nodes, changed.nodes | changed.removed),
            (self.places, content.layout.places, changed.nodes | changed.removed),
            (self.notes, content.layout.notes, changed.notes),
        ):
            for id in ids:
                known.pop(id, None)
                if id in now:
                    known[id] = now[id]
        self.wires -= changed.wires
        self.wires |= changed.wires & content.graph.wires
        assert changed.routes <= content.graph.wires
        for wire in changed.wires | changed.routes:
            self.routes.pop(wire, None)
            if wire in content.layout.routes:
                self.routes[wire] = content.layout.routes[wire]
        if changed.kept:
            self.kept = content.kept
        if changed.lesson:
            self.lesson = content.lesson

    def agrees(self, content: Content) -> bool:
        graph, layout = content.graph, content.layout
        return (self.nodes, self.places, self.wires, self.routes, self.notes, self.kept, self.lesson) == (
            graph.nodes,
            layout.places,
            graph.wires,
            layout.routes,
            layout.notes,
            content.kept,
            content.lesson,
        )


class Editing(RuleBasedStateMachine):
    """A person at work. `performed` counts the operations of all runs."""

    performed = 0

    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.mirror = Mirror(self.document)
        self.replayed = Content()
        self.events: list[Changed] = []
        self.document.listen(self.mirror.follow)
        self.document.listen(self.journal)
        self.document.listen(self.events.append)
        self.tokens = itertools.count()
        self.now = (next(self.tokens), saved(self.document.content))
        self.past: list[tuple[int, bytes]] = []
        self.future: list[tuple[int, bytes]] = []
        self.clean_token: int | None = self.now[0]
        self.merging: str | None = None

    @initialize(nodes=st.lists(NODES, unique_by=lambda node: node.id, min_size=3), wires=st.sets(WIRES, max_size=5))
    def begin(self, nodes: list[Node], wires: set[Wire]) -> None:
        """Start from some nodes and wires: most edits need one."""
        there = {node.id for node in nodes}
        made = [wire for wire in sorted(wires) if {wire.source.node, wire.target.node} <= there]
        self.apply(e.Group("Begin", (*(e.AddNode(node, Place()) for node in nodes), *map(e.Connect, made))), None)

    def journal(self, changed: Changed) -> None:
        assert changed.edit is not None
        line = json.dumps(to_plain(changed.edit))
        self.replayed, _ = from_plain(json.loads(line)).apply(self.replayed)

    def changed(self) -> bool:
        told, self.events[:] = bool(self.events), []
        return told

    def stepped(self, merge: str | None = None) -> None:
        if merge is None or merge != self.merging:
            self.past.append(self.now)
        self.future.clear()
        self.now = (next(self.tokens), saved(self.document.content))
        self.merging = merge

    @rule(edit=EDITS, merge=st.none() | st.sampled_from(["drag", "slide"]))
    def apply(self, edit: e.Edit, merge: str | None) -> None:
        before = self.document.content
        try:
            self.document.apply(edit, merge)
        except EditError as refused:
            assert self.document.content is before
            assert refused.sentence[0].isupper() or refused.sentence[0] in '“"'
            assert refused.sentence.endswith(".") and "\n" not in refused.sentence
            assert not self.changed()
            return
        if self.changed():
            self.stepped(merge)
        else:
            assert self.document.content == before
        if isinstance(edit, UNSEMANTIC):
            assert self.document.graph is before.graph

    @rule(edits=st.lists(EDITS, max_size=4), fails=st.booleans())
    def group(self, edits: list[e.Edit], fails: bool) -> None:
        before, told = self.document.content, False
        try:
            with self.document.group("A gesture"):
                for edit in edits:
                    self.document.apply(edit)
                    told = self.changed() or told
                if fails:
                    raise KeyError("a gesture that fails")
        except (EditError, KeyError):
            self.changed()
            assert saved(self.document.content) == self.now[1]
            assert self.document.content == before
            return
        if told:
            self.stepped()

    @precondition(lambda self: self.past)
    @rule()
    def undo(self) -> None:
        assert self.document.can_undo and self.document.undo_name
        self.document.undo()
        self.future.append(self.now)
        self.now = self.past.pop()
        self.merging = None
        assert saved(self.document.content) == self.now[1]

    @precondition(lambda self: self.future)
    @rule()
    def redo(self) -> None:
        assert self.document.can_redo and self.document.redo_name
        self.document.redo()
        self.past.append(self.now)
        self.now = self.future.pop()
        self.merging = None
        assert saved(self.document.content) == self.now[1]

    @rule(merge=st.sampled_from(["drag", "slide"]))
    def cancel(self, merge: str) -> None:
        self.document.cancel(merge)
        if self.merging == merge:
            self.now = self.past.pop()
        self.merging = None
        assert saved(self.document.content) == self.now[1]

    @rule()
    def save(self) -> None:
        self.document.mark_clean()
        self.clean_token, self.merging = self.now[0], None

    @rule()
    def release(self) -> None:
        self.document.seal()
        self.merging = None

    @invariant()
    def all_agree(self) -> None:
        Editing.performed += 1
        self.changed()
        content = self.document.content
        assert self.mirror.agrees(content)
        assert self.replayed == content
        assert e.loose_end(content) is None
        assert self.document.clean == (self.now[0] == self.clean_token)
        assert self.document.can_undo == bool(self.past)
        assert self.document.can_redo == bool(self.future)
        graph = content.graph
        fresh = type(graph)(graph.nodes, graph.wires)
        assert (graph.incoming, graph.outgoing, graph.sources) == (fresh.incoming, fresh.outgoing, fresh.sources)

    def teardown(self) -> None:
        """Walk the whole history back and forth once more."""
        while self.past:
            self.undo()
        assert not self.document.can_undo
        while self.future:
            self.redo()
        assert saved(self.document.content) == self.now[1]


def run(round: int, examples: int, phases: tuple[Phase, ...]) -> None:
    run_state_machine_as_test(
        seed(round)(Editing),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_edit_can_be_undone_exactly() -> None:
    wanted, Editing.performed = sizes.count("edit_operations"), 0
    for round in itertools.count():
        run(round, 20, (Phase.generate, Phase.shrink))
        if Editing.performed >= wanted:
            break


def test_the_machine_notices_an_undo_that_forgets_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    remove = e.RemoveNode.do

    def forgetting(self: e.RemoveNode, draft: Draft) -> e.Edit:
        first, *rest = e.parts(remove(self, draft))
        assert isinstance(first, e.AddNode)
        return e.Group("Delete", (e.AddNode(first.node), *rest))

    monkeypatch.setattr(e.RemoveNode, "do", forgetting)
    with pytest.raises(AssertionError):
        run(0, 60, (Phase.generate,))
