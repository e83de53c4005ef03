"""The .dgraph format: a strict reader, a canonical writer, atomic saving, kept arrays and the recovery journal.

`read` and `parse` make a Content of a file or of bytes, `render` makes the canonical bytes of a Content, `save` writes
them so that nothing is ever lost. docs/format.md describes the format for people.
"""

from engine.files.read import parse, read
from engine.files.save import save
from engine.files.write import Packed, pack, render

__all__ = ["Packed", "pack", "parse", "read", "render", "save"]
