"""Links that only we can have made, today's code at the entrance, and links to other places.

A phone that asks for something is known by nothing but the link it was given: the random key of
its request, with a signature. Nothing is put on the phone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Final
from urllib.parse import quote

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that people read as another."""
_SIGNED: Final = 24
CODE_LENGTH: Final = 4
FORM_LASTS: Final = timedelta(minutes=30)
"""So long a page that offers something may stay open on a phone."""
NAMES: Final = ("variant", "gtin", "shop", "label", "article", "size")
"""What a link to another place may name."""
_ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(:\d{1,5})?([/?#].*)?|(whatsapp|tel|sms|mailto):.+"
)
"""No name stands in the place of the host: it would lead to wherever an article's number says."""


def link(secret: bytes, key: str) -> str:
    """The last part of the address of a request; ``key`` is 32 hexadecimal digits."""
    return f"{key}-{_sign(secret, 'request', key)}"


def key_of(secret: bytes, given: str) -> str | None:
    """The request that a link is about; None for one that we did not make."""
    key, _, signature = given.partition("-")
    if _KEY.fullmatch(key) is None:
        return None
    return key if _is_same(signature, _sign(secret, "request", key)) else None


def form(secret: bytes, key: str, product: str, at: datetime) -> str:
    """What a form carries with which ``product`` may be asked for, once, under ``key``."""
    made = str(int(at.timestamp()))
    return f"{key}-{made}-{_sign(secret, 'form', key, made, product)}"


def form_key(secret: bytes, given: str, product: str, at: datetime) -> str | None:
    """The key of a request that such a form makes; None where it is too old or not ours."""
    key, _, rest = given.partition("-")
    made, _, signature = rest.partition("-")
    if _KEY.fullmatch(key) is None or not (made.isascii() and made.isdigit() and len(made) <= 12):
        return None
    if not _is_same(signature, _sign(secret, "form", key, made, product)):
        return None
    age = at.timestamp() - int(made)
    return key if age <= FORM_LASTS.total_seconds() else None


def todays_code(secret: bytes, day: date) -> str:
    """The code that hangs at the entrance on ``day``, and proves that who knows it is there."""
    return _code(hmac.digest(secret, b"entrance\n" + day.isoformat().encode(), "sha256"))


def is_todays_code(secret: bytes, day: date, given: str) -> bool:
    """Whether somebody typed that code, in any case and with spaces."""
    typed = "".join(given.split()).upper().replace("-", "")
    return _is_same(typed, todays_code(secret, day))


def pickup_code(key: str) -> str:
    """What the shopper says at the counter to get a hold."""
    return _code(hashlib.sha256(f"pickup\n{key}".encode()).digest())


def filled(template: str, facts: Mapping[str, str]) -> str:
    """The address that a checked template gives with these facts, each as it stands in one."""
    quoted = {name: quote(facts.get(name, ""), safe="") for name in NAMES}
    return template.format_map(quoted)


def fault(template: str) -> str | None:
    """What is wrong with a template of an address: a short code, None where it can be used."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return "braces"
    for text, name, spec, conversion in parts:
        if not text.isascii() or re.search(r"[\x00-\x20\x7f\"'<>\\^`]", text):
            return "signs"
        if name is not None and (name not in NAMES or spec or conversion):
            return "names"
    return None if _ADDRESS.fullmatch(template) else "address"


def _code(digest: bytes) -> str:
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def _sign(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, "\n".join(parts).encode(), "sha256").hexdigest()[:_SIGNED]


def _is_same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode(), ours.encode())
