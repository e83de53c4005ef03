"""What a person does with subgraphs, each one undo step; what cannot be is said in `message`."""

from __future__ import annotations

from dataclasses import replace

from app import insertions
from app.alike import paste_order, same_subgraph
from app.shelf import Entry, standing_alone
from app.stock import function_named
from engine import building, ground, subgraphs, unpacking
from engine.arrangement import Size
from engine.bodies import CALL, FUNCTION, called_by
from engine.edits import AddNode, Edit, Group, SetSetting
from engine.errors import EditError, GradwireError
from engine.files import render
from engine.graph import Place
from engine.sockets import shortened


class Subgraphs:
    """The part of a Session that makes subgraphs and takes them apart."""

    size_of: subgraphs.SizeOf | None = None
    """How large nodes are drawn; what shows them says so."""

    def make_subgraph(self) -> str:
        """Make the selected nodes a function with a call in their place, and select the call; return the function."""
        before, chosen, made = self.graph.nodes, len(self.selection), list[Group]()

        def make() -> None:
            made.append(
                subgraphs.made(
                    self.content, self.library, self.selection, self.selected_notes, self.inference, self.size_of
                )
            )
            self._make(made[0])

        if not self._attempt(make):
            return ""
        function, call = [part.node.id for part in made[0].edits if isinstance(part, AddNode)][:2]
        self.select([call])
        inside = sum(id in before for id in self.graph.bodies.get(function, ()))
        left = chosen - inside
        stayed = f" {_counted(left)} stayed outside: views and what belongs to this body." if left else ""
        self.message.emit(f"Made “{self.label(function)}” of {_counted(inside)}. Tab or Return opens it.{stayed}")
        return function

    @property
    def called_subgraph(self) -> str:
        """The function that the current node calls, or is; "" where it is neither."""
        current = self.current
        if current is None or current not in self.graph.nodes:
            return ""
        operator = self.node(current).operator
        return current if operator == FUNCTION else (called_by(self.graph, current) or "") if operator == CALL else ""

    def unpack(self) -> None:
        """Put the nodes of the functions that the selected calls call in their place, and select them."""
        calls = [id for id in self._selection.order if self.node(id).operator == CALL]
        before = set(self.graph.nodes), set(self.layout.notes)
        here = set(self.graph.bodies.get(self.body, ()))

        def unpack() -> None:
            with self._document.group("Unpack" if len(calls) == 1 else f"Unpack {len(calls)} calls"):
                for call in calls:
                    edit = unpacking.unpacked(self.content, self.library, call, self.inference, self.size_of)
                    self._make(edit)

        if not calls:
            self.message.emit("Select a Call: it is what stands for a subgraph.")
        elif self._attempt(unpack):
            new = (set(self.graph.bodies.get(self.body, ())) - here) | (set(self.graph.nodes) - before[0])
            self.select(new, set(self.layout.notes) - before[1])

    def make_unique(self) -> None:
        """Give the current call a function of its own."""
        call = self.current or ""

        def make() -> None:
            self._document.apply(unpacking.unique(self.content, self.library, call, self.size_of))

        if self._attempt(make):
            function = called_by(self.graph, call)
            self.message.emit(f"The call has a function of its own now: “{self.label(function or call)}”.")

    def calls_of_current(self) -> int:
        """Return how many calls the function has that the current node calls or is."""
        function = self.called_subgraph
        return len(unpacking.calls_of(self.graph, function)) if function else 0

    # The functions of this graph, and the personal library ----------------------------------------------------------

    def insert_subgraph(self, operator_id: str, place: Place) -> str:
        """Insert a call of a function of this graph, or a subgraph of the library with a call of it; select the call
        and return it ("" where it was refused)."""
        before = set(self.graph.nodes)
        function, entry = function_named(operator_id), self.stock.entry(operator_id)

        def edit() -> Edit:
            if function:
                return subgraphs.calling(self.content, self.library, function, place, self.body)
            if entry is None:
                raise EditError(f"There is no subgraph “{shortened(operator_id.partition('.')[2])}” any more.")
            return self._brought(entry, place)

        if not self._attempt(lambda: self._document.apply(edit())):
            return ""
        here = [id for id in self.graph.bodies.get(self.body, ()) if id not in before]
        (call,) = [id for id in here if self.node(id).operator == CALL]
        self.select([call])
        return call

    def _brought(self, entry: Entry, place: Place) -> Edit:
        """Return the edit that brings a subgraph of the library and calls it; one that is here already is called."""
        if entry.content is None:
            raise EditError(f"“{shortened(entry.name)}” in your library is damaged. {entry.fault}")
        for id in subgraphs.callable_from(self.graph, self.body):
            if self.setting(id, "origin") == entry.name and self._is_the_same(id, entry):
                return subgraphs.calling(self.content, self.library, id, place, self.body)
        text = render(entry.content).decode("utf-8")
        at = self._beside(place)
        copies = insertions.told_apart(
            self.content, self.library, building.paste(self.content, self.library, text, at, self.body)
        )
        ids = iter(sorted(entry.content.graph.nodes, key=lambda id: paste_order(entry.content, id)))
        added = dict(zip(ids, (part.node.id for part in copies.edits if isinstance(part, AddNode)), strict=True))
        function = added[entry.function]
        brought = Group("", (*copies.edits, SetSetting(function, "origin", entry.name)))
        content = brought.apply(self.content)[0]
        calling = subgraphs.calling(content, self.library, function, place, self.body)
        return Group(f"Add {shortened(entry.name, 30)}", (*brought.edits, *calling.edits))

    def _beside(self, place: Place) -> Place:
        boxes = ground.boxes_of(self.content, self.library, self.graph.bodies.get(self.body, ()), self.size_of)
        shape: Size = (190.0, 110.0)
        call = ground.box_at(place, shape)
        below = replace(place, y=place.y + shape[1] + ground.APART + ground.GRID)
        return ground.free(below, shape, [*boxes.values(), call])

    def _is_the_same(self, function: str, entry: Entry) -> bool:
        """Return whether a function is still what the library has under this name."""
        try:
            own = standing_alone(self.content, self.library, function)
        except GradwireError:
            return False
        return entry.content is not None and same_subgraph(entry.content, own, self.library)

    def keep_in_library(self) -> str:
        """Keep the current function in the personal library; return its name there ("" where that cannot be)."""
        function, kept = self.called_subgraph, list[str]()
        if not function:
            self.message.emit("Select a Function or a Call: it is kept in your library with all that lies in it.")
            return ""
        if self._attempt(lambda: kept.append(self.stock.shelf.put(self.content, self.library, function))):
            self.stock.changed.emit()
            self.message.emit(f"“{kept[0]}” is in your library: the palette offers it in every graph.")
        return kept[0] if kept else ""

    def rename_in_library(self, name: str, to: str) -> bool:
        """Give a subgraph of the personal library another name."""
        done = self._attempt(lambda: self.stock.shelf.rename(name, to))
        self.stock.changed.emit()
        return done

    def remove_from_library(self, name: str) -> bool:
        """Take a subgraph out of the personal library; graphs that use it keep their copies."""
        done = self._attempt(lambda: self.stock.shelf.remove(name))
        self.stock.changed.emit()
        if done:
            self.message.emit(f"“{shortened(name)}” is no longer in your library. Graphs that use it keep their copy.")
        return done


def _counted(nodes: int) -> str:
    return "1 node" if nodes == 1 else f"{nodes} nodes"
