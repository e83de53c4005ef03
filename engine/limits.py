"""Every limit of Gradwire in one place; each is also written in docs/format.md where a file can meet it."""

from __future__ import annotations

from typing import Final

FILE_BYTES: Final = 64 * 2**20
"""Largest .dgraph file that is read."""
FILE_DEPTH: Final = 32
"""Deepest nesting of objects and arrays in a .dgraph file."""
FILE_VALUES: Final = 5_000_000
"""Most JSON values in a .dgraph file."""
NODES: Final = 100_000
WIRES: Final = 400_000
NOTES: Final = 10_000
BOOKMARKS: Final = 1_000
DOTS: Final = 100
"""Dots that a wire may run through."""
NAME_LENGTH: Final = 200
"""Longest name of a node, in characters."""
ID_LENGTH: Final = 100
TEXT_LENGTH: Final = 100_000
"""Longest text setting or note, in characters."""
INLINE_NUMBERS: Final = 1_000
"""Most numbers of kept values that are stored inside the .dgraph; more go to a checksummed .npz beside it."""
KEPT_BYTES: Final = 4 * 2**30
"""Largest .npz of kept values."""
JOURNAL_BYTES: Final = 2**30
"""Most bytes of a recovery journal that are read."""
NUMBER_LENGTH: Final = 400
"""Longest number in a .dgraph file, in characters."""
COORDINATE: Final = 1e7
"""Largest absolute position on the canvas."""
TABLE_BYTES: Final = 2**30
IMAGE_PIXELS: Final = 50_000_000
"""Most pixels of a picture that is read: a small file can unpack to far more than there is memory."""
TABLE_CELLS: Final = 200_000_000
RANK: Final = 32
ELEMENTS: Final = 500_000_000
"""Most elements of one array."""
HISTORY: Final = 10_000
"""Undo steps kept."""
RUN_STEPS: Final = 1_000_000_000
MEMORY_BYTES: Final = 8 * 2**30
"""Default memory cap of an engine process."""
COLLECTION: Final = 1_000
"""Most sockets of one variadic input."""
COLLECTION_DEPTH: Final = 32
"""Deepest nesting of tuples and records on a wire."""
COLLECTION_LEAVES: Final = 10_000
"""Most values inside the tuples and records on one wire."""
BODY_DEPTH: Final = 32
"""Deepest nesting of bodies: of loops, branches and functions inside one another."""
INLINE_DEPTH: Final = 100
"""Deepest nesting of bodies and calls in a program, each function counted where it is called."""
LOWERED: Final = 1_000_000
"""Most nodes of one program, those of a function counted once for each call."""
ITERATIONS: Final = 10_000
"""Most iterations of a While loop, where it sets no limit of its own."""
CALL_DEPTH: Final = 20_000
"""Deepest recursion of calls."""
