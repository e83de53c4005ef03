"""How the canvas takes what is moved by hand: what a person may switch off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(slots=True)
class Manners:
    """Whether what is dragged comes to rest on the grid and in line with others, and pushes away what it lies on."""

    snapping: bool = True
    pushing: bool = True


@cache
def manners() -> Manners:
    """Return the manners of the running application: the settings say what they are."""
    return Manners()
