"""The JSON Schema of the format, exported from the records in `format`: docs/dgraph.schema.json holds its text.

python -m engine.files.schema > docs/dgraph.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import msgspec

from engine import checks, limits
from engine.files.format import SUFFIX, VERSION, GraphFile

_SETTING: Final[dict[str, Any]] = {
    "title": "Setting",
    "description": f"Plain data; lists are nested at most {checks.NESTING} deep. 1 and 1.0 are different values.",
    "anyOf": [
        {"type": ["null", "boolean", "number"]},
        {"type": "string", "maxLength": limits.TEXT_LENGTH},
        {"type": "array", "items": {"$ref": "#/$defs/Setting"}},
    ],
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a .dgraph file.

    It says what each field may hold. What it cannot say, the reader adds: ends of wires, places, frames and kept values
    name nodes that are there; no key and no wire stands twice; arrays have as many numbers as their shape.
    """
    (made,), parts = msgspec.json.schema_components([GraphFile], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Gradwire graph ({SUFFIX}), format version {VERSION}",
        **made,
        "$defs": {**{name: parts[name] for name in sorted(parts)}, "Setting": _SETTING},
    }


def text() -> str:
    """Return the schema as the text of docs/dgraph.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
