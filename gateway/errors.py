"""Errors that end the process with a clear message instead of a traceback."""

from __future__ import annotations


class AnaquelError(Exception):
    """Something a person must mend; the message says what, where and what to do."""
