"""Search as people expect it: every word of the query must be found; names beat synonyms, beginnings beat middles, and
a whole synonym beats the middle of a name: "plus" is Add before it is Softplus.

Both spellings of English are one, formulas are found by how they are written, and where nothing is found, words with a
slip of the finger are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeVar

T = TypeVar("T")

SETTING: Final = "\u00b7 "
"""Begins a line of further words that is the name of a setting: found whole, it comes after what is in names."""
FORMULA: Final = "= "
"""Begins a line of further words that is a formula, as `plain_formula` writes it."""

_SPELLINGS: Final = (
    (re.compile(r"(?<=[a-z]{3})iz(?=e|ing|ation|er)"), "is"),
    (re.compile(r"(?<=[a-z]{3})or(?=\b|s\b)(?<=col|avi)"), "our"),
    (re.compile(r"\bcent(er)"), "centre"),
    (re.compile(r"\bgray"), "grey"),
    (re.compile(r"\bcolor"), "colour"),
    (re.compile(r"\bneighbor"), "neighbour"),
)
"""American spellings, and ours."""

_SYMBOLS: Final = (
    (re.compile(r"\\(?:left|right|,|;|!|quad|\s|mathrm|operatorname|text|displaystyle)"), ""),
    (re.compile(r"\\(?:cdot|times)"), "*"),
    (re.compile(r"\\(?:le|leq)\b"), "<="),
    (re.compile(r"\\(?:ge|geq)\b"), ">="),
    (re.compile(r"\^\{([^{}]*)\}"), r"^\1"),
    (re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}"), r"(\1)/(\2)"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"sqrt(\1)"),
    (re.compile(r"[\\{}\s]"), ""),
)
"""From LaTeX to how a formula is typed."""

_TYPED: Final = re.compile(r"[()^*/+=<>|]")
"""A query that holds one of these may be a formula."""


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Return the text in small letters, in one spelling."""
    small = text.casefold()
    for pattern, ours in _SPELLINGS:
        small = pattern.sub(ours, small)
    return small


@lru_cache(maxsize=2048)
def plain_formula(latex: str) -> str:
    r"""Return a formula as people type it: "\frac{x}{1+x}" is "(x)/(1+x)"."""
    text = latex
    for pattern, typed in _SYMBOLS:
        text = pattern.sub(typed, text)
    return _bare(text.casefold())


def _bare(formula: str) -> str:
    """Return a formula without brackets around a single name or number, but for those of functions."""
    return re.sub(r"(?<![a-z0-9_])\((\w+)\)", r"\1", formula)


def typed_formula(query: str) -> str:
    """Return a query as `plain_formula` writes formulas, "" where it is none."""
    if not _TYPED.search(query):
        return ""
    text = "".join(query.casefold().split()).replace("**", "^").replace("np.", "")
    return _bare(re.sub(r"exp\(([^()]+)\)", r"e^\1", text))


def score(query: str, name: str, words: str = "") -> float | None:
    """Return how well `query` matches, lower is better; None where a word of it is found nowhere.

    Lines of `words` that are the query itself, as a synonym may be, come right after the name.
    """
    query, name, words = " ".join(folded(query).split()), folded(name), folded(words)
    if query == name:
        return 0
    lines = words.split("\n")
    if query in lines:
        return 1
    best = 4.5 if f"{SETTING}{query}" in lines else None
    formula = typed_formula(query)
    if formula and best is None:
        held = next((line.removeprefix(FORMULA) for line in lines if line.startswith(FORMULA)), "")
        best = 2.0 if formula == held else 3.0 + (len(held) - len(formula)) / 1000 if formula in held else None
    found = _by_words(query, name, " ".join(lines))
    return min((each for each in (best, found) if each is not None), default=None)


def _by_words(query: str, name: str, words: str) -> float | None:
    total = 2.0
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
    """Return the items (item, name, words) that match, best first; equal ones keep their order.

    Where none does, those that match but for a slip of the finger in a word.
    """
    every = list(items)
    found = _sorted((score(query, name, words), item) for item, name, words in every)
    return found or _sorted((slipped(query, name, words), item) for item, name, words in every)


def _sorted(scored: Iterable[tuple[float | None, T]]) -> list[T]:
    found = [(rank, item) for rank, item in scored if rank is not None]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


# Slips of the finger --------------------------------------------------------------------------------------------------

SHORTEST: Final = 4
"""Words with fewer letters are searched as they are written."""
LINES: Final = 12
"""Lines of further words in which slips are looked for: the synonyms."""


def slipped(query: str, name: str, words: str) -> float | None:
    """Return how far a query is from a name or its synonyms when each word may hold a slip or two; None: too far.

    A word may also leave out letters of a name, as "mtml" does of "matmul".
    """
    total = 0.0
    named, others = _words(name, 1), _words(words, LINES)
    for part in folded(query).split():
        near = min(
            min((_nearness(part, word) for word in named), default=MOST + 1),
            1.0 + min((_nearness(part, word) for word in others), default=MOST),
        )
        if near > MOST:
            return None
        total += near
    return total


MOST: Final = 4.0
"""The greatest distance of a word that is still taken for it."""


@lru_cache(maxsize=4096)
def _words(text: str, lines: int) -> tuple[str, ...]:
    """Return the words of the first lines of a text, each once."""
    found = re.findall(r"[^\W_]+", " ".join(folded(text).split("\n")[:lines]))
    return tuple(dict.fromkeys(word for word in found if len(word) >= SHORTEST - 1))


@lru_cache(maxsize=65536)
def _nearness(part: str, word: str) -> float:
    """Return how near a word comes to what was typed."""
    if len(part) < SHORTEST:
        return 0.0 if part in word else MOST + 1
    allowed = 1 if len(part) < 8 else 2
    if abs(len(word) - len(part)) <= allowed and len(set(part) - set(word)) <= allowed:
        slips = distance(part, word, allowed)
        if slips <= allowed:
            return float(slips)
    if word[0] == part[0] and len(word) <= 2 * len(part) and _leaves_out(part, word):
        return 2.5
    return MOST + 1


def _leaves_out(part: str, word: str) -> bool:
    """Return whether `part` is `word` with letters left out."""
    rest = iter(word)
    return all(letter in rest for letter in part)


def distance(one: str, other: str, most: int) -> int:
    """Return by how many letters changed, left out, put in or exchanged two words differ, or `most` + 1."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, row = row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if before and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = last
    return row[-1]
