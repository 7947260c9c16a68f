"""Which names are near to what somebody typed: a character wrong, left out, in another place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

_LEAST: Final = 0.65
"""Of six characters four have to be there, in their order."""


def nearest(typed: str, names: Mapping[str, Iterable[str]], most: int) -> tuple[str, ...]:
    """The keys of up to ``most`` names near to ``typed``, the nearest first.

    A key may have several names. People read the end of a long one, so that counts as a name too.
    All is compared as it stands: letter case is the caller's concern.
    """
    if not typed:
        return ()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(typed)
    found = []
    for key, each in names.items():
        likeness = max((_likeness(matcher, typed, name) for name in each), default=0.0)
        if likeness >= _LEAST:
            found.append((-likeness, key))
    return tuple(key for _, key in sorted(found)[:most])


def _likeness(matcher: SequenceMatcher[str], typed: str, name: str) -> float:
    best = 0.0
    for text in {name, name[-len(typed) :]}:
        matcher.set_seq1(text)
        if matcher.real_quick_ratio() >= _LEAST and matcher.quick_ratio() >= _LEAST:
            best = max(best, matcher.ratio())
    return best
