"""The edits a person makes of the open document, each one undo step; what is refused goes to `message`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app import bringing, insertions, signatures, templates
from app.data_files import relative_files
from app.running import ACTIVE
from app.stock import SECTIONS
from app.suggestions import choose_file
from engine import building
from engine.document import Changed
from engine.edits import Disconnect, Edit, Group, Rename, SetKept
from engine.errors import GradwireError
from engine.files import parse, render
from engine.graph import Content, Graph, Place, SettingValue, Wire
from engine.operator import Kind
from engine.routing import with_routes
from engine.sockets import shortened


class Editing:
    """The part of a Session that edits: it has the session's document, selection and library."""

    def apply(self, edit: Edit, merge: str | None = None) -> bool:
        """Apply the edit; return whether it was done. A refusal goes to `message`. Edits of one `merge` key in a row
        are one undo step."""
        return self._attempt(lambda: self._make(edit, merge))

    def undo(self) -> None:
        """Take the last step back, and show the body it was made in."""
        name = self._document.undo_name
        if self._retrace(self._document.undo) and name:
            self.message.emit(f"Taken back: {name}.")

    def redo(self) -> None:
        """Do the last undone step again, and show the body it is made in."""
        name = self._document.redo_name
        if self._retrace(self._document.redo) and name:
            self.message.emit(f"Done again: {name}.")

    def travel(self, position: int) -> None:
        """Go to a point of the history, as one change, and show the body where that can be seen."""
        self._retrace(lambda: self._document.travel(position))
        self.history_changed.emit()
        self.path_changed.emit()

    def _retrace(self, step: Callable[[], object]) -> bool:
        before, self._last_change = (self.graph, self.layout), Changed()
        done = self._attempt(step)
        if done:
            self._follow_change(self._last_change, before)
        return done

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Make all edits inside one undo step called `title`."""
        with self._document.group(title):
            yield

    def seal(self) -> None:
        """End a gesture: the next edit is an undo step of its own whatever its merge key."""
        self._document.seal()

    def insert(self, operator_id: str, place: Place) -> str:
        """Insert an operator with the parameter nodes it brings; select it; return its node id ("" where it was
        refused).

        A second parameter or optimizer gets a number, as legends and messages tell them apart by name.
        """
        if operator_id not in self.library and operator_id.partition(".")[0] in SECTIONS:
            return self.insert_subgraph(operator_id, place)
        if operator_id not in self.library and templates.family(operator_id):
            return self.insert_template(operator_id, place)
        added, edit = insertions.inserted(self.content, self.library, operator_id, place, self.body)
        if not self.apply(edit):
            return ""
        self.select([added])
        self.operator_used.emit(operator_id)
        return added

    def insert_template(self, id: str, place: Place) -> str:
        """Insert a template, select its nodes and mark its holes, or a bundled data set; return a node of it ("" where
        it was refused)."""
        family, _, name = id.partition(".")
        if family == templates.DATA and name in templates.DATA_SETS:
            chosen = templates.DATA_SETS[name]
            with self.group(f"Add {chosen.title}"):
                node = self.insert(chosen.operator, place)
                if node:
                    choose_file(self, node, "file", chosen.file)  # type: ignore[arg-type]
                    self.rename(node, chosen.title)
            return node
        made: list[Group] = []

        def edit() -> Edit:
            found = templates.insertion(self.content, self.library, name, place, self.body)
            made.append(insertions.told_apart(self.content, self.library, found))
            return made[0]

        if not self._insert_many(edit):
            return ""
        self.mark_holes(templates.holes(self.graph, self.library, made[0]))
        self.operator_used.emit(id)
        return self.current or ""

    def insert_graph(self, text: str, at: Place, name: str, folder: Path | None = None) -> bool:
        """Insert the nodes of a .dgraph with their top left at `at` and select them; what is no graph is refused in
        `message`. Data files that it reads from its `folder` come along."""

        def edit() -> Edit:
            whole = self._with_files(parse(text, name=shortened(name)), folder)
            copied = render(replace(whole, kept=None)).decode("utf-8")
            copies = building.paste(self.content, self.library, copied, at, self.body)
            return Group(
                f"Insert {shortened(name, 30)}", insertions.told_apart(self.content, self.library, copies).edits
            )

        return self._insert_many(edit)

    def _with_files(self, content: Content, folder: Path | None) -> Content:
        """Return a content of another folder that names its data files as this document does, once they are here."""
        nodes = dict(content.graph.nodes)
        for id, setting, file in relative_files(content.graph, self.library) if folder is not None else ():
            source = folder / file
            if source.is_file():
                settings = {**nodes[id].settings, setting: self.bring(source)}
                nodes[id] = replace(nodes[id], settings=settings)
        return replace(content, graph=Graph(nodes, content.graph.wires))

    def connect_wire(self, wire: Wire) -> bool:
        """Make the wire, replacing what fed its target; return whether it was made. A refusal goes to `message`."""
        sentence = self.refusal(wire)
        if sentence is not None:
            self.message.emit(sentence)
            return False
        return self.apply(building.replace_wire(self.graph, wire))

    def set_setting(self, node: str, name: str, value: SettingValue, merge: str | None = None) -> bool:
        """Set a setting (or the number in an unwired input's place) as one edit; a running run hears of numeric
        settings. A parameter's value that is set by hand goes before one that was kept, or that a run has come to."""
        operator = self.operator(node)
        spec, trained = operator.settings.get(name), operator.kind is Kind.PARAMETER
        live = self.run_state in ACTIVE and (spec is None or spec.numeric) and not trained
        self._edit_is_live = live
        joins = signatures.is_signature(self.graph, node, name)
        make = signatures.edit if joins else building.setting_edit
        about = self.content if joins else self.graph
        try:
            done = self._attempt(
                lambda: self._document.apply(
                    self._not_kept(make(about, self.library, node, name, value), node if trained else "", name),
                    None if joins else merge,
                )
            )
        finally:
            self._edit_is_live = False
        if done and live:
            self.runs.set_live(node, name, self.setting(node, name))
        return done

    def _not_kept(self, edit: Edit, parameter: str, name: str) -> Edit:
        """Return the edit of a parameter's value with one that forgets what was kept of it."""
        kept = self.content.kept
        if kept is None or name != "value" or parameter not in kept.values:
            return edit
        others = {node: value for node, value in kept.values.items() if node != parameter}
        return Group("Set value", (SetKept(replace(kept, values=others)), edit))

    def rename(self, node: str, name: str) -> bool:
        """Give the node a name; "" is its operator's title."""
        return self.apply(Rename(node, name.strip()))

    def remove_selected(self) -> None:
        """Remove the selected nodes, notes and wires as one undo step."""
        nodes, notes = self.selection, self.selected_notes
        gone = [w for w in self.selected_wires if not {w.source.node, w.target.node} & nodes]
        removal = building.removal(self.content, self.library, nodes, notes)
        edits = (*map(Disconnect, sorted(gone)), *removal.edits)
        if edits:
            self.apply(Group(removal.title if removal.edits else "Remove wire", edits))

    def choose_carried(self) -> None:
        """Choose also what the chosen frames bring where they are copied: what is cut is what was copied."""
        self.select(*bringing.with_carried(self.content, self.selection, self.selected_notes), self.selected_wires)

    def copy(self) -> str:
        """Return the selected nodes and notes and the wires between the nodes as text ("" where nothing is
        selected)."""
        chosen = self.selection or self.selected_notes
        return bringing.copied(self.content, self.library, self.selection, self.selected_notes) if chosen else ""

    def paste(self, text: str, at: Place) -> None:
        """Insert copied nodes with their top left at `at` and select them; foreign text is refused in `message`."""
        self._insert_many(
            lambda: insertions.pasted(self.content, self.library, text, at, self.body, self.inference.types)
        )

    def duplicate(self, *, wires: bool = False) -> None:
        """Copy the selection a little lower to the right, without the clipboard; with `wires`, what feeds the originals
        feeds the copies too."""
        chosen = self.selection, self.selected_notes
        if any(chosen):
            made = lambda: insertions.duplicated(self.content, self.library, *chosen, self.body, wires=wires)  # noqa: E731
            self._insert_many(made)

    def explode(self, node: str) -> None:
        """Replace a Python node by the nodes that compute the same; a text that cannot be is refused in `message`."""
        from nodes.exploding_edit import explosion

        self._insert_many(lambda: explosion(self.content, self.library, node, self.inference.types))

    def _insert_many(self, edit: Callable[[], Edit]) -> bool:
        before = set(self.graph.nodes), set(self.layout.notes)
        done = self._attempt(lambda: self._make(edit()))
        if done:
            self.select(set(self.graph.nodes) - before[0], set(self.layout.notes) - before[1])
        return done

    def _make(self, edit: Edit, merge: str | None = None) -> None:
        """Apply the edit; wires that it remakes run as they ran before."""
        self._document.apply(with_routes(self.content, edit), merge)

    def _attempt(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except GradwireError as refused:
            self.message.emit(refused.sentence)
            return False
        return True
