"""Counts with their noun in the plain English of commands, logs and reports."""

from __future__ import annotations


def counted(count: int, word: str) -> str:
    """``1 row``, ``0 rows``, ``12 rows``: the count with its noun, whose plural takes an s."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
