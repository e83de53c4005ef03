"""The file of answers that a learner hands in: who, which lesson, and what was answered at each step.

It is JSON text of its own format. What it says of right and wrong is what the program said at the time; grading judges
again wherever the lesson alone tells what is right.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from engine import limits
from engine.errors import FileError
from engine.files import scan
from engine.files.save import export
from engine.files.source import read_bytes
from engine.lessons.lesson import MOST_STEPS, Lesson, Line, Place, to_plain
from engine.sockets import shortened

FORMAT: Final = "gradwire.answers"
SUFFIX: Final = ".answers.json"
MOST_BYTES: Final = 4 * 2**20

Finite = Annotated[float, Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Count = Annotated[int, Meta(ge=0, le=limits.ELEMENTS)]


class Answer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was answered at one step: the last answer, whether it was taken for right (None: no matter of that), how
    often it was tried, and whether the learner went on anyway."""

    step: Annotated[int, Meta(ge=0, lt=MOST_STEPS)]
    given: (
        Whole
        | Finite
        | Annotated[tuple[tuple[Finite, Finite], ...], Meta(max_length=2000)]
        | Annotated[dict[Place, Finite], Meta(max_length=100)]
        | None
    ) = None
    right: bool | None = None
    tries: Count = 1
    hints: Count = 0
    anyway: bool = False


class Sheet(Struct, frozen=True, forbid_unknown_fields=True):
    """All answers of one learner to one lesson. `lesson` is its title, `fingerprint` a SHA-256 of its text."""

    format: Literal["gradwire.answers"]
    version: Literal[1]
    student: Line
    lesson: Line
    fingerprint: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    answers: Annotated[tuple[Answer, ...], Meta(max_length=MOST_STEPS)] = ()


def fingerprint(lesson: Lesson) -> str:
    """Return a SHA-256 of the lesson in 64 hexadecimal digits: the same for the same lesson."""
    text = json.dumps(to_plain(lesson), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sheet(student: str, lesson: Lesson, answers: tuple[Answer, ...]) -> Sheet:
    """Return the sheet of a learner."""
    return Sheet(FORMAT, 1, student, lesson.title, fingerprint(lesson), answers)


def write(path: str | os.PathLike[str], given: Sheet) -> None:
    """Write a sheet to a file, at once and whole; raise FileError where that cannot be done."""
    text = json.dumps(msgspec.to_builtins(given), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        data = (text + "\n").encode("utf-8")
    except UnicodeEncodeError:
        raise FileError("The name holds half a character (a lone surrogate); type it again.") from None
    export(path, data)


def read(path: str | os.PathLike[str]) -> Sheet:
    """Return the sheet that a file holds; raise FileError, naming the file and the place, where it holds none."""
    place = Path(path)
    return parse(read_bytes(place, MOST_BYTES + 1), shortened(place.name))


def parse(data: bytes, name: str = "The text") -> Sheet:
    """Return the sheet in a text; raise FileError naming `name` and the place where it is refused."""
    if len(data) > MOST_BYTES:
        raise FileError(f"{name} is larger than {MOST_BYTES // 2**20} MB: it holds no answers.")
    document = scan.load(data, name)
    value: Any = document.value
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise FileError(f'{name} holds no answers of a lesson: a file of answers says "format": "{FORMAT}".')
    try:
        found = msgspec.convert(value, Sheet)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        place = where.strip("`.") or "its start"
        raise FileError(f"{name} holds no answers that can be read, at {place}: {what}.", place=place) from None
    steps = [answer.step for answer in found.answers]
    if len(set(steps)) != len(steps):
        raise FileError(f"{name} answers one step twice.")
    return found
