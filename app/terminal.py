"""What may be written to a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TURNS: Final = {
    code: f"\\u{code:04x}"
    for code in (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))
}
"""What turns the direction of text round, ends a line without a line break, or is no character at all."""

_CONTROLS: Final[Mapping[int, str]] = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"
} | _TURNS

_LATE_CONTROLS: Final[Mapping[int, str]] = {code: f"\\u{code:04x}" for code in range(127, 160)} | _TURNS


def visible(text: str) -> str:
    """Return text with its control characters as escapes: a file must not speak to the terminal."""
    return text.translate(_CONTROLS)


def escaped(json_text: str) -> str:
    """Return JSON text with the control characters that JSON leaves in its strings as escapes."""
    return json_text.translate(_LATE_CONTROLS)
