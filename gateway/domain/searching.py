"""Searching by words: how text is compared, which words are near, and what comes first.

Nothing here knows where the words are kept: an index gives candidates, this module decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

MAX_TYPED: Final = 6
"""Words of a search that are looked for; the rest is not heeded."""
MAX_WORDS: Final = 60
"""Words that are kept of an article."""
MAX_LETTERS: Final = 32
"""Letters of a word that are kept and compared."""

_WORD = re.compile(r"[^\W_]+")
_PLURAL_ES: Final = frozenset("dhjlnrsxz")
"""What stands before the *es* that Spanish and English add: *pantalones*, *dresses*, *boxes*."""
_SHORTEST_PLURAL: Final = 5
_SHORTEST_NEAR: Final = 4
_LONG: Final = 8
_FAR: Final = 20


def fold(text: str) -> str:
    """The text as it is compared: lower case, without accents, ligatures or wide letters."""
    if text.isascii():
        return text.lower()
    for _ in range(3):  # what casefold makes of a letter may be taken apart once more
        parts = unicodedata.normalize("NFKD", text.casefold())
        folded = "".join(letter for letter in parts if not unicodedata.combining(letter))
        if folded == text:
            break
        text = folded
    return text


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded, in their order."""
    found = _WORD.findall(text.lower() if text.isascii() else fold(text))
    if len(text) > MAX_LETTERS:
        return tuple([word[:MAX_LETTERS] for word in found])
    return tuple(found)


def typed_words(text: str) -> tuple[str, ...]:
    """The words of a search, each once, as many as are looked for."""
    return tuple(dict.fromkeys(words_of(text)))[:MAX_TYPED]


def kept_words(text: str, before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The words that are kept of an article, each once, after those that count more."""
    return tuple(dict.fromkeys((*before, *words_of(text))))[:MAX_WORDS]


def stem(word: str) -> str:
    """The beginning that singular and plural share, in Spanish and English."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s"):
        return word
    if word.endswith("es") and word[-3] in _PLURAL_ES:
        return word[:-2]
    return word if word.endswith("ss") else word[:-1]


def is_number(word: str) -> bool:
    """Whether a word is made of digits alone: nobody can say which other was meant."""
    return word.isascii() and word.isdigit()


def tolerance(word: str) -> int:
    """How many letters of a word may be wrong, left out, added or swapped with the next."""
    if len(word) < _SHORTEST_NEAR or is_number(word):
        return 0
    return 2 if len(word) >= _LONG else 1


def distance(one: str, other: str, most: int) -> int:
    """The changes of a letter (or swaps of two) from one word to the other; ``most + 1`` if more.

    The optimal string alignment distance.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    # Only cells near the diagonal can be small enough; what lies outside is too far.
    far = most + 1
    width = len(other)
    before_last: list[int] = []
    last = [min(column, far) for column in range(width + 1)]
    for row, letter in enumerate(one, 1):
        line = [far] * (width + 1)
        if row <= most:
            line[0] = row
        for column in range(max(1, row - most), min(width, row + most) + 1):
            against = other[column - 1]
            least = last[column - 1] + (letter != against)
            if last[column] < least:
                least = last[column] + 1
            if line[column - 1] < least:
                least = line[column - 1] + 1
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                least = min(least, before_last[column - 2] + 1)
            line[column] = min(least, far)
        if min(line) > most and min(last) > most:
            return far
        before_last, last = last, line
    return last[-1]


def nearest(word: str, known: Iterable[str], most: int) -> tuple[str, ...]:
    """Up to ``most`` known words that somebody may have meant by ``word``, the nearest first.

    Every word with one slip is among them; of those with two, whose first two letters are not
    both wrong.
    """
    allowed = tolerance(word)
    if not allowed:
        return ()
    letters, start = set(word), word[:2]
    found = []
    for other in known:
        if other[:1] not in start and other[1:2] not in start:
            continue
        # A change brings in or takes away at most one letter, and most words differ in many.
        if len(letters.symmetric_difference(other)) <= 2 * allowed:
            far = distance(word, other, allowed)
            if far <= allowed:
                found.append((far, other[:1] != word[:1], other))
    return tuple(other for _, _, other in sorted(found)[:most])


class Likeness(IntEnum):
    """How well an article has a word; lower is better."""

    WHOLE = 0
    BEGINS = 1
    NEAR = 2
    MISSING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is looked for: the words as typed, and for misspelt ones those near to them."""

    words: tuple[str, ...]
    near: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def rank(looked: Looked, words: Sequence[str]) -> tuple[int, ...]:
    """The order of an article with these words, the best first.

    First who has most of what was typed, then whole words before beginnings before near ones, then
    words that stand early (in the name), then whoever says least besides.
    """
    likenesses, places = zip(*(_best(looked, word, words) for word in looked.words), strict=True)
    missing = likenesses.count(Likeness.MISSING)
    return missing, sum(likenesses), sum(places), len(words)


def _best(looked: Looked, word: str, words: Sequence[str]) -> tuple[int, int]:
    begins, near = stem(word), looked.near.get(word, ())
    best = (int(Likeness.MISSING), _FAR)
    for place, one in enumerate(words):
        if one == word:
            likeness = Likeness.WHOLE
        elif one.startswith(begins):
            # A plural is as good as the word itself.
            likeness = Likeness.WHOLE if stem(one) == begins else Likeness.BEGINS
        elif one in near:
            likeness = Likeness.NEAR
        else:
            continue
        best = min(best, (int(likeness), min(place, _FAR)))
    return best
