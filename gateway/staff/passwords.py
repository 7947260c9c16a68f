"""Passwords: argon2id, one at a time and never on the event loop.

The parameters are those of OWASP ASVS 5.0, appendix C. One hash takes 46 MiB, so that a small box
computes only one at once; a second sign-in waits for some hundredths of a second.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.errors import AnaquelError
from gateway.staff import common_passwords

SHORTEST = 8
LONGEST = 256

_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


class PasswordError(AnaquelError):
    """The password cannot be used; the message says what to choose instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a password is right; ``better_hash`` replaces a hash with old parameters."""

    right: bool
    better_hash: str | None = None


def hash_(password: str) -> str:
    """The argon2id hash of a new password; takes some hundredths of a second of CPU time.

    Raises ``PasswordError`` for one that is too short, too long or common.
    """
    text = _normal(password)
    if len(text) < SHORTEST:
        raise PasswordError(f"the password is too short: use at least {SHORTEST} characters")
    if len(text) > LONGEST:
        raise PasswordError(f"the password is too long: use at most {LONGEST} characters")
    if common_passwords.is_common(text):
        raise PasswordError(
            "that password is among the first that anybody tries: choose another one"
        )
    return _HASHER.hash(text)


def hash_pin(pin: str) -> str:
    """The argon2id hash of a new short code; it is good on shared devices only.

    Raises ``PasswordError`` for one that is not 4 to 6 digits, or that everybody tries first.
    """
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 6):
        raise PasswordError("a short code has 4 to 6 digits")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise PasswordError("that code is the first that anybody tries: choose another one")
    return _HASHER.hash(pin)


class Checker:
    """Compares passwords with hashes; one per process."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Semaphore(1)

    async def in_turn(self, hasher: Callable[[str], str], secret: str) -> str:
        """The hash of a new secret. Raises ``PasswordError`` for one that cannot be used."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(hasher, secret)

    async def check(self, password_hash: str | None, password: str) -> Verdict:
        """Whether the password is right; None (nobody of that name) takes just as long."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(_check, password_hash, _normal(password))


def _check(password_hash: str | None, password: str) -> Verdict:
    # Made before either comparison, so that the first of each kind takes the same time.
    nobody = _hash_of_nobody()
    if len(password) > LONGEST:
        return Verdict(right=False)
    try:
        _HASHER.verify(nobody if password_hash is None else password_hash, password)
    except (VerificationError, InvalidHashError):
        return Verdict(right=False)
    if password_hash is None:
        return Verdict(right=False)
    if _HASHER.check_needs_rehash(password_hash):
        return Verdict(right=True, better_hash=_HASHER.hash(password))
    return Verdict(right=True)


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _HASHER.hash("nobody has this password")


def _normal(password: str) -> str:
    # Keyboards write the same letter in different ways.
    return unicodedata.normalize("NFC", password)
