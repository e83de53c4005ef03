"""Mutated files: each is refused in one clear sentence, or is a document that saves and opens as the same."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.document import Document
from engine.errors import FileError
from engine.files import parse, render
from engine.files.npz import unzip, zipped
from engine.graph import Content
from engine.infer import infer
from engine.problems import validate
from engine.types import Tensor
from nodes.library import LIBRARY
from tests import sizes
from tests.attacks.test_attacks import is_one_sentence
from tests.engine.files.contents import EVERYTHING

ROOT = Path(__file__).resolve().parent.parent.parent
TOKENS = [
    b"NaN", b"-Infinity", b"1e999", b"-0", b"9" * 30, b"null", b"true", b"{}", b"[]", b'""', b'"\\ud800"', b"\\", b'"',
    b"{", b"}", b"[", b"]", b",", b":", b"\x00", b"\xff", b"\xc0\x80", b"\xef\xbb\xbf", b"\n", b"\t", b"/*", b"'",
    b'"a": ', b'"nodes": {', b'"version": 2,', b'"__class__": ', b"[" * 40, b"1.5", b"-1", b"0x1",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, 0, -1, 2**63 - 1, 1e308, "", "x" * 300, "a.b", "../x", [], [[]], {}, {"a": 1}, ["a.value", "b_2.x"],
    [1, "x", None], {"operator": "x"}, "nan", 1.5, "\n",
]  # fmt: skip


def documents() -> list[bytes]:
    """Return the whole documents that mutations start from."""
    samples = sorted((ROOT / "sample_graphs").glob("*.dgraph"))
    return [render(EVERYTHING), *(sample.read_bytes() for sample in samples)]


def flipped(data: bytes, draw: random.Random) -> bytes:
    """Change a bit."""
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def inserted(data: bytes, draw: random.Random) -> bytes:
    """Put a token somewhere."""
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice(TOKENS) + data[at:]


def overwritten(data: bytes, draw: random.Random) -> bytes:
    """Put a token over what stands there."""
    at = draw.randrange(len(data))
    return data[:at] + draw.choice(TOKENS) + data[at + draw.randrange(8) :]


def deleted(data: bytes, draw: random.Random) -> bytes:
    """Take a stretch away."""
    at = draw.randrange(len(data))
    return data[:at] + data[at + 1 + draw.randrange(40) :]


def cut(data: bytes, draw: random.Random) -> bytes:
    """Take the end away."""
    return data[: draw.randrange(len(data))]


def doubled(data: bytes, draw: random.Random) -> bytes:
    """Write a line twice."""
    lines = data.splitlines(keepends=True)
    at = draw.randrange(len(lines))
    return b"".join([*lines[:at], lines[at], *lines[at:]])


def swapped(data: bytes, draw: random.Random) -> bytes:
    """Exchange two lines."""
    lines = data.splitlines(keepends=True)
    a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def replaced(data: bytes, draw: random.Random) -> bytes:
    """Put another value or key somewhere in the document, which stays JSON."""
    try:
        document = json.loads(data)
    except ValueError:
        return data
    holder, value = None, document
    while isinstance(value, dict | list) and value and (holder is None or draw.random() < 0.8):
        holder, key = value, draw.choice(list(value) if isinstance(value, dict) else range(len(value)))
        value = holder[key]
    if isinstance(holder, dict) and draw.random() < 0.3:
        holder[draw.choice(["", "x", "a b", "__proto__", "a", "1"])] = holder.pop(key)
    elif holder is not None:
        holder[key] = draw.choice(VALUES)
    return json.dumps(document).encode()


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    flipped, inserted, overwritten, deleted, cut, doubled, swapped, replaced, replaced,
]  # fmt: skip


def mutants(count: int) -> list[bytes]:
    """Return `count` mutated documents, always the same ones."""
    draw = random.Random(20240)
    whole = documents()
    made = []
    for _ in range(count):
        data = draw.choice(whole)
        for _ in range(draw.choice([1, 1, 1, 2, 3, 8])):
            data = draw.choice(MUTATIONS)(data, draw) or b" "
        made.append(data)
    return made


def outcome(data: bytes) -> Content | str:
    """Return the content, or the sentence of the refusal; anything else that is raised is a fault."""
    try:
        return parse(data, name="x.dgraph")
    except FileError as error:
        return error.sentence


def test_mutated_files_are_refused_clearly_or_are_documents() -> None:
    opened, sentences = 0, set()
    for data in mutants(sizes.count("mutated_files")):
        result = outcome(data)
        if isinstance(result, str):
            assert is_one_sentence(result) and result.startswith("x.dgraph"), (result, data)
            sentences.add(result)
        else:
            assert parse(render(result)) == result, data
            assert render(parse(render(result))) == render(result)
            Document(result)
            problems = validate(result.graph, LIBRARY, known=infer(result.graph, LIBRARY, {}).types)
            assert all(is_one_sentence(problem.sentence.replace("?", ".")) for problem in problems), (problems, data)
            opened += 1
    assert opened > 20 and len(sentences) > 100, "the mutations reach deep and differ"


def test_the_mutations_are_the_same_each_time() -> None:
    digest = [hashlib.sha256(b"".join(mutants(50))).digest() for _ in range(2)]
    assert digest[0] == digest[1]


def test_mutated_archives_are_refused_or_hold_arrays_of_the_right_form() -> None:
    arrays = {"values.w": Tensor.of(np.arange(12.0).reshape(3, 4)), "states.o.m": Tensor.of(np.float32(1.0))}
    types = {name: (tensor.dtype, tensor.shape) for name, tensor in arrays.items()}
    whole, draw = zipped(arrays), random.Random(7)
    refused = 0
    for _ in range(sizes.count("mutated_files")):
        data = draw.choice([flipped, flipped, overwritten, deleted, cut])(whole, draw)
        try:
            got = unzip(data, types, "x.dgraph")
        except FileError as error:
            assert is_one_sentence(error.sentence), data
            refused += 1
        else:
            assert {name: (tensor.dtype, tensor.shape) for name, tensor in got.items()} == types
    assert refused > sizes.count("mutated_files") // 2
