"""Stable ids for articles whose shop system has none of ours to give.

The same article gives the same key in every export, whatever else is in the file.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX_LENGTH = 64
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_HASH_LENGTH = 8


def is_id(text: str) -> bool:
    """Whether ``text`` may stand as an id as it is."""
    return _ID.fullmatch(text) is not None


def slug(text: str) -> str:
    """``text`` in lower-case ASCII letters, digits, points and hyphens; may come out empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9.]+", "-", plain.lower()).strip("-.")


def key(*parts: str) -> str:
    """One id for these texts: a single id as it is, several joined, else with a fingerprint."""
    if len(parts) == 1:
        return parts[0] if is_id(parts[0]) else marked_key(*parts)
    slugs = [slug(part) for part in parts]
    joined = "-".join(slugs)
    if len(joined) <= MAX_LENGTH and all(map(_faithful, parts, slugs)):
        return joined
    return marked_key(*parts)


def marked_key(*parts: str) -> str:
    """Like ``key``, always with the fingerprint: for two articles that would read the same."""
    joined = "-".join(part for part in map(slug, parts) if part)
    mark = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_HASH_LENGTH]
    head = joined[: MAX_LENGTH - _HASH_LENGTH - 1].strip("-.")
    return f"{head}-{mark}" if head else mark


def _faithful(text: str, slugged: str) -> bool:
    """Whether the slug lost nothing but case, accents and the kind of space."""
    letters = unicodedata.normalize("NFKD", text.lower())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bool(slugged) and re.sub(r"[\s_-]+", "-", kept).strip("-.") == slugged
