"""JSON from the air, read member by member: bounded, strictly typed, every refusal says where."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

LARGEST_JSON = 16 * 1024
"""Bytes; the limit of every payload that is JSON."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ProtocolError(ValueError):
    """A topic or payload that breaks the protocol; the message says what and where."""


def is_id(text: str) -> bool:
    """Whether ``text`` can name a label or a wish: 1 to 64 of ``A-Za-z0-9._-``."""
    return _ID.fullmatch(text) is not None


class Members:
    """The members of one JSON object; each reader raises ``ProtocolError`` naming the member.

    ``where`` says in the message what was being read, ``given`` is that as bytes, or a value inside
    something that was read. Members nobody asks for are ignored.
    """

    def __init__(self, where: str, given: object, *, largest: int = LARGEST_JSON) -> None:
        value = _loaded(where, given, largest) if isinstance(given, bytes) else given
        if not isinstance(value, dict):
            raise ProtocolError(f"{where}: a JSON object is needed, not {_shown(value)}")
        self._where = where
        self._members: dict[str, Any] = value

    def refusal(self, name: str, needed: str) -> ProtocolError:
        """The error for member ``name``, with what it holds and what is ``needed``."""
        held = _shown(self._members[name]) if name in self._members else "nothing"
        return ProtocolError(f"{self._where}: {name}: {needed} is needed, not {held}")

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self._members.get(name) is not None

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self._members.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refusal(name, f"a whole number from {low} to {high}")
        return value

    def plausible(self, name: str, low: float, high: float) -> float | None:
        """A number, or None when it is missing, null or outside what such a sensor can see.

        A broken sensor must not silence its label, a wrong type is still a mistake of its maker.
        """
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refusal(name, "a number or null")
        return value if low <= value <= high else None

    def truth(self, name: str) -> bool:
        """True or false."""
        value = self._members.get(name)
        if not isinstance(value, bool):
            raise self.refusal(name, "true or false")
        return value

    def text(self, name: str, longest: int) -> str:
        """A text of 1 to ``longest`` printable characters."""
        value = self._members.get(name)
        if not isinstance(value, str) or not _is_plain(value, longest):
            raise self.refusal(name, f"a text of 1 to {longest} printable characters")
        return value

    def members(self, name: str) -> Members:
        """The object in this member."""
        return Members(f"{self._where}: {name}", self._members.get(name))

    def objects(self, name: str, most: int) -> list[object]:
        """A list of up to ``most`` values of any kind."""
        values = self._members.get(name)
        if not isinstance(values, list) or len(values) > most:
            raise self.refusal(name, f"a list of at most {most}")
        return values

    def raw(self) -> Mapping[str, object]:
        """All members as they came."""
        return self._members

    def texts(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        """1 to ``most`` different texts."""
        values = self._members.get(name)
        if (
            not isinstance(values, list)
            or not 1 <= len(values) <= most
            or not all(isinstance(value, str) and _is_plain(value, longest) for value in values)
            or len(set(values)) != len(values)
        ):
            raise self.refusal(name, f"a list of 1 to {most} different words")
        return tuple(values)

    def id(self, name: str) -> str:
        """An id."""
        value = self._members.get(name)
        if not isinstance(value, str) or not is_id(value):
            raise self.refusal(name, "an id of 1 to 64 characters A-Z a-z 0-9 . _ -")
        return value

    def sha256(self, name: str) -> str:
        """A SHA-256 as 64 small hexadecimal digits."""
        value = self._members.get(name)
        if not isinstance(value, str) or _SHA256.fullmatch(value) is None:
            raise self.refusal(name, "a SHA-256 as 64 small hexadecimal digits")
        return value


def _loaded(where: str, payload: bytes, largest: int) -> object:
    if len(payload) > largest:
        raise ProtocolError(f"{where}: {len(payload)} bytes; at most {largest} are read")
    try:
        value: object = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"{where}: this is no JSON in UTF-8 ({error})") from error
    return value


def _is_plain(text: str, longest: int) -> bool:
    # isprintable also refuses lone surrogates, which no database stores.
    return 1 <= len(text) <= longest and text.isprintable()


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    text = ascii(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
