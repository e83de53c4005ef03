"""Search as people expect it: every word of the query must be found; names beat synonyms, beginnings beat middles, and
a whole synonym beats the middle of a name: "plus" is Add before it is Softplus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def score(query: str, name: str, words: str = "") -> int | None:
    """Return how well `query` matches, lower is better; None where a word of it is found nowhere.

    Lines of `words` that are the query itself, as a synonym may be, come right after the name.
    """
    query, name, words = " ".join(query.casefold().split()), name.casefold(), words.casefold()
    if query == name:
        return 0
    if query in words.split("\n"):
        return 1
    words = words.replace("\n", " ")
    total = 2
    for part in query.split():
        ranks = (
            name == part,
            name.startswith(part),
            f" {part}" in f" {name}",
            f" {part} " in f" {words} ",
            part in name,
            f" {part}" in f" {words}",
            part in words,
        )
        if not any(ranks):
            return None
        total += ranks.index(True)
    return total


def ranked(query: str, items: Iterable[tuple[T, str, str]]) -> Sequence[T]:
    """Return the items (item, name, words) that match, best first; equal ones keep their order."""
    found = [(score(query, name, words), item) for item, name, words in items]
    return [item for rank, item in sorted(((r, i) for r, i in found if r is not None), key=lambda pair: pair[0])]
