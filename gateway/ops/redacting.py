"""Takes secrets and personal data out of texts that leave the shop.

Two ways at once: what is known to be secret here (what stands in the files that the settings name,
and the names of people) is taken out wherever it stands, and so is whatever looks like a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from gateway.settings import Settings

GONE: Final = "***"
_FILE_MOST: Final = 64 * 2**10
_LINE_LEAST: Final = 4
"""Shorter secrets would take every other word with them."""
_PIECE_LEAST: Final = 12
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>\\]+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[^\s\"',]+", re.IGNORECASE)
_NAMED = re.compile(
    r"((?:password|passphrase|secret|token|authorization|cookie|api_?key)[\"']?\s*[=:]\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,}\"']+)",
    re.IGNORECASE,
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL
)


class Redactor:
    """Knows what is secret in this shop; ``people`` are the names of those who work here."""

    def __init__(self, secrets: Iterable[str] = (), people: Iterable[str] = ()) -> None:
        # The longest first: one may stand inside another.
        known = sorted({*secrets} - {""}, key=len, reverse=True)
        named = sorted({*people} - {""}, key=len, reverse=True)
        self._secret = re.compile("|".join(map(re.escape, known))) if known else None
        self._person = (
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, named))})(?!\w)", re.IGNORECASE)
            if named
            else None
        )

    def text(self, text: str) -> str:
        """The text without them."""
        text = _KEY_BLOCK.sub(GONE, text)
        if self._secret is not None:
            text = self._secret.sub(GONE, text)
        if self._person is not None:
            text = self._person.sub(GONE, text)
        text = _BEARER.sub(rf"\1 {GONE}", text)
        text = _NAMED.sub(rf"\1{GONE}", text)
        text = _URL.sub(lambda found: _address(found[0]), text)
        return _EMAIL.sub(GONE, text)

    def value(self, value: Any) -> Any:
        """The same for every text inside a JSON value; names of members stay."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {name: self.value(one) for name, one in value.items()}
            case list() | tuple():
                return [self.value(one) for one in value]
            case _:
                return value


def secrets_of(settings: Settings) -> Iterator[str]:
    """What stands in the files of secrets that the settings name; blocks.

    A file that cannot be read holds nothing that could have been told.
    """
    for path in _files(settings.model_dump()):
        try:
            with path.open("rb") as file:
                content = file.read(_FILE_MOST).decode(errors="replace")
        except OSError:
            continue
        for line in map(str.strip, content.splitlines()):
            if len(line) >= _LINE_LEAST:
                yield line
            yield from (
                piece for piece in re.split(r"[\s=\"':,]+", line) if len(piece) >= _PIECE_LEAST
            )


def _files(values: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _files(value)
        elif isinstance(value, Path) and (name.endswith("_file") or name == "key"):
            yield value


def _address(url: str) -> str:
    """An address without user, password and everything behind a question mark."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return GONE
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
