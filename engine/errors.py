"""The typed errors of the engine: each is one sentence a person can act on, with the place it speaks of."""

from __future__ import annotations


class GradwireError(Exception):
    """One clear sentence, and where it applies.

    `node` is a node id, `socket` a socket name of that node, `place` a place in a file
    ("line 3, column 7" or "nodes.add_1.settings").
    """

    def __init__(
        self, sentence: str, *, node: str | None = None, socket: str | None = None, place: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.node = node
        self.socket = socket
        self.place = place


class EditError(GradwireError):
    """An edit that does not fit the graph it is applied to; the graph is unchanged."""


class FileError(GradwireError):
    """A file that cannot be read or written; nothing was replaced."""


class SettingError(GradwireError):
    """A setting's value outside what its declaration allows."""


class ShapeError(GradwireError):
    """Shapes or types that do not fit an operator."""


class MissingInputError(ShapeError):
    """Fewer wires than an operator needs: a problem of the node, and no reason against the next wire."""


class DataError(GradwireError):
    """A data file that is missing, or that holds something a table cannot."""


class LoweringError(GradwireError):
    """A graph that cannot become a program: a value was needed where only a shape is known, or no path to the loss."""


class RunError(GradwireError):
    """A run that had to stop: NaN or Inf at a node, a limit reached, a process lost."""


class DeclarationError(GradwireError):
    """An operator that is not completely declared; raised while the library is built."""
