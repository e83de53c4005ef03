"""What is known when one has come so far in a recorded step: what wires carry, and what has come back to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.graph import Socket

if TYPE_CHECKING:
    from app.worker.stepped import Stepped


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at a position, by socket: numbers of what is told of it. Nothing at the start."""

    position: int = 0
    values: Mapping[Socket, int] = field(default_factory=dict)
    cotangents: Mapping[Socket, int] = field(default_factory=dict)


class Walk:
    """Goes to and fro in a recorded step; going somewhere costs as much as the micro-steps between."""

    def __init__(self, stepped: Stepped) -> None:
        self._micro = stepped.micro
        self._sockets = [Socket(*each) for each in stepped.sockets]
        self._known: tuple[dict[Socket, int], dict[Socket, int]] = ({}, {})
        self._before: list[tuple[tuple[Socket, bool, int], ...]] = []
        """Of each micro-step that was walked what was known before at the sockets it touched."""

    @property
    def position(self) -> int:
        """How many micro-steps lie behind."""
        return len(self._before)

    def known(self) -> Known:
        """Return what is known here."""
        return Known(self.position, dict(self._known[0]), dict(self._known[1]))

    def told(self, socket: Socket, *, back: bool) -> int:
        """Return the number of what is known at a socket, -1 for nothing."""
        return self._known[back].get(socket, -1)

    def go(self, position: int) -> frozenset[Socket]:
        """Go there, or to the nearest end; return the sockets at which something else is known now than before."""
        position = min(max(position, 0), len(self._micro))
        touched: set[Socket] = set()
        while self.position < position:
            touched |= self._forward()
        while self.position > position:
            touched |= self._back()
        return frozenset(touched)

    def _forward(self) -> set[Socket]:
        before = []
        for number, back, told in self._micro[self.position].marks:
            socket = self._sockets[number]
            before.append((socket, back, self._known[back].get(socket, -1)))
            self._set(socket, back, told)
        self._before.append(tuple(before))
        return {each[0] for each in before}

    def _back(self) -> set[Socket]:
        before = self._before.pop()
        for socket, back, told in reversed(before):
            self._set(socket, back, told)
        return {each[0] for each in before}

    def _set(self, socket: Socket, back: bool, told: int) -> None:
        if told < 0:
            self._known[back].pop(socket, None)
        else:
            self._known[back][socket] = told
