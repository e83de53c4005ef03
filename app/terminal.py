"""What may be written to a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_CONTROLS: Final[Mapping[int, str]] = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"
}

_LATE_CONTROLS: Final[Mapping[int, str]] = {code: f"\\u{code:04x}" for code in range(127, 160)}


def visible(text: str) -> str:
    """Return text with its control characters as escapes: a file must not speak to the terminal."""
    return text.translate(_CONTROLS)


def escaped(json_text: str) -> str:
    """Return JSON text with the control characters that JSON leaves in its strings as escapes."""
    return json_text.translate(_LATE_CONTROLS)
