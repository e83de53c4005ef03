"""What each micro-step makes known at the sockets of the graph, inside bodies too: in which order wires fill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from engine.graph import Socket
from engine.program.program import Program, Var
from engine.trace.run import Back, Entry, Frame, Place, Run
from engine.trace.steps import Mark

_MISSING: Final = object()


class Marks:
    """Follows the micro-steps of one run, first to last, and says what each makes known.

    A value is known once it was written, or, where nothing writes it (constants, what goes into a body), once it is
    read. Sockets inside a body tell of the iteration or call that is being walked: when another begins, what is known
    of the last is forgotten; on the way back the values of that iteration are shown again.
    """

    def __init__(self, seen: Run, program: Program) -> None:
        self._seen = seen
        self._grounds = {(): _Ground(Frame((), (), program, seen.slots))}
        self._by_place = {id(each.place): _Ground(each) for each in seen.frames if each.program.sockets}
        self._outer = {id(each.place): each.outer for each in seen.frames}
        self._shown: dict[int, _Ground] = {}
        self._known: dict[str, set[Socket]] = {"value": set(), "cotangent": set()}
        self._have: set[int] = set()
        self._bars: dict[int, Any] = {}

    def read(self, slot: int) -> tuple[Mark, ...]:
        """Return what is known once an input of the program was read."""
        self._have.add(slot)
        found = tuple(self._values(self._grounds[()], slot))
        self._known["value"].update(mark.socket for mark in found)
        return found

    def forward(self, entry: Entry) -> tuple[Mark, ...]:
        """Return what is known once an operation ran."""
        grounds = list(self._around(entry.place))
        found = [mark for ground in grounds for mark in self._turn(ground, back=False)]
        reads = [slot for slot in entry.reads if slot is not None]
        self._have.update(reads, entry.writes)
        for ground in grounds:
            for slot in reads:
                found += (mark for mark in self._values(ground, slot) if mark.socket not in self._known["value"])
            for slot in entry.writes:
                found += self._values(ground, slot)
            self._known["value"].update(
                each.socket for each in found if each.kind == "value" and each.value is not None
            )
        return tuple(found)

    def backward(self, entry: Entry, back: Back) -> tuple[Mark, ...]:
        """Return what is known once a cotangent came back to an operation and was passed on."""
        slots = [*(entry.writes if len(entry.writes) == 1 else ()), *(each.slot for each in back.shares)]
        for slot in slots[: len(slots) - len(back.shares)]:
            self._bars.setdefault(slot, back.cotangent)
        self._bars.update({each.slot: each.total for each in back.shares})
        found: list[Mark] = []
        for ground in self._around(entry.place):
            found += self._turn(ground, back=True)
            for slot in dict.fromkeys(slots):
                found += self._cotangents(ground, slot)
        return tuple(found)

    def _around(self, place: tuple[Place, ...]) -> Iterator[_Ground]:
        """Yield the outermost program, then those in which an operation ran that have sockets, outermost first."""
        inner: list[_Ground] = []
        while place:
            ground = self._by_place.get(id(place))
            if ground is not None:
                inner.append(ground)
            place = self._outer.get(id(place), ())
        yield self._grounds[()]
        yield from reversed(inner)

    def _turn(self, ground: _Ground, *, back: bool) -> Iterator[Mark]:
        """Yield what changes when another iteration or call of a program is walked than before."""
        of = id(ground.frame.program)
        last = self._shown.get(of)
        if last is ground or ground is self._grounds[()]:
            return
        self._shown[of] = ground
        for kind in ("value", "cotangent"):
            for socket in sorted(self._known[kind] & last.carriers.keys()) if last is not None else ():
                self._known[kind].discard(socket)
                yield Mark(socket, _KINDS[kind], None)
        if back:
            for socket, carrier in ground.carriers.items():
                value = _given(carrier, self._seen.values)
                if value is not _MISSING:
                    self._known["value"].add(socket)
                    yield Mark(socket, "value", value)

    def _values(self, ground: _Ground, slot: int) -> Iterator[Mark]:
        for socket, carrier in ground.by_slot.get(slot, ()):
            if all(each in self._have for each in _leaves(carrier)):
                yield Mark(socket, "value", _given(carrier, self._seen.values))

    def _cotangents(self, ground: _Ground, slot: int) -> Iterator[Mark]:
        for socket, carrier in ground.by_slot.get(slot, ()):
            value = _given(carrier, self._bars)
            if value is not _MISSING:
                self._known["cotangent"].add(socket)
                yield Mark(socket, "cotangent", value)


class TangentMarks:
    """The same of dual numbers: values in the first pass, then the tangents of each pass."""

    def __init__(self, seen: Run, program: Program, tangents: Mapping[Var, Var]) -> None:
        self.values = Marks(seen, program)
        self._tangents = {
            socket: tangents[carrier]
            for socket, carrier in program.sockets.items()
            if isinstance(carrier, Var) and carrier in tangents
        }
        self._known: set[Socket] = set()
        self._pass: tuple[Run, dict[int, list[Socket]]] | None = None

    def turn(self) -> tuple[Mark, ...]:
        """Return what is forgotten when another pass begins."""
        gone = tuple(Mark(socket, "cotangent", None) for socket in sorted(self._known))
        self._known.clear()
        return gone

    def tangent(self, seen: Run, entry: Entry) -> tuple[Mark, ...]:
        """Return the tangents that are known once an operation of this pass ran."""
        if self._pass is None or self._pass[0] is not seen:
            self._pass = seen, _by_slot(seen, self._tangents)
        found = []
        for slot in (*(each for each in entry.reads if each is not None), *entry.writes):
            for socket in self._pass[1].get(slot, ()):
                if socket not in self._known or slot in entry.writes:
                    self._known.add(socket)
                    found.append(Mark(socket, "cotangent", seen.values[slot]))
        return tuple(found)


def _by_slot(seen: Run, tangents: Mapping[Socket, Var]) -> dict[int, list[Socket]]:
    found: dict[int, list[Socket]] = defaultdict(list)
    for socket, var in tangents.items():
        slot = seen.slots.get(var)
        if type(slot) is int:
            found[slot].append(socket)
    return found


_KINDS: Final[Mapping[str, Literal["value", "cotangent"]]] = {"value": "value", "cotangent": "cotangent"}


class _Ground:
    """The sockets of one run of a program, by the slots of what they carry."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._made: tuple[dict[Socket, Any], dict[int, list[tuple[Socket, Any]]]] | None = None

    @property
    def carriers(self) -> dict[Socket, Any]:
        """The slot of each socket, or a tuple or dict of slots."""
        return self._both()[0]

    @property
    def by_slot(self) -> dict[int, list[tuple[Socket, Any]]]:
        """The sockets that a slot is carried by, or is a part of what they carry."""
        return self._both()[1]

    def _both(self) -> tuple[dict[Socket, Any], dict[int, list[tuple[Socket, Any]]]]:
        if self._made is None:
            found = {s: slots_of(each, self.frame.slots) for s, each in self.frame.program.sockets.items()}
            carriers = {socket: carrier for socket, carrier in found.items() if None not in set(_leaves(carrier))}
            by_slot: dict[int, list[tuple[Socket, Any]]] = defaultdict(list)
            for socket, carrier in carriers.items():
                for slot in set(_leaves(carrier)):
                    by_slot[slot].append((socket, carrier))
            self._made = carriers, by_slot
        return self._made


def slots_of(carrier: Any, slots: Mapping[Var, Any]) -> Any:
    """Return the slot of what a socket carries, or a tuple or dict of slots; None where it was not computed."""
    if isinstance(carrier, Var):
        return slots.get(carrier)
    if isinstance(carrier, Mapping):
        return {name: slots_of(each, slots) for name, each in carrier.items()}
    return tuple(slots_of(each, slots) for each in carrier)


def _leaves(carrier: Any) -> Iterator[Any]:
    if isinstance(carrier, Mapping | tuple):
        for each in carrier.values() if isinstance(carrier, Mapping) else carrier:
            yield from _leaves(each)
    else:
        yield carrier


def _given(carrier: Any, values: Any) -> Any:
    """Return what a carrier carries, of `values` by slot; of several parts those that are there, _MISSING for none."""
    if isinstance(carrier, Mapping | tuple):
        parts = carrier.items() if isinstance(carrier, Mapping) else enumerate(carrier)
        found = {name: _given(each, values) for name, each in parts}
        there = {name: each for name, each in found.items() if each is not _MISSING}
        return there if there else _MISSING
    if isinstance(values, Mapping):
        return values.get(carrier, _MISSING)
    return values[carrier]
