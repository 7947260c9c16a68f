"""Signs webhooks as Standard Webhooks 1.0 says (standardwebhooks.com), symmetric scheme v1."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final

from gateway.errors import AnaquelError

PREFIX: Final = "whsec_"
_LEAST, _MOST = 24, 64
"""Bytes of a key, as the specification recommends."""


class SecretError(AnaquelError):
    """A secret that cannot sign; the message never holds it."""


def key_of(secret: str) -> bytes:
    """The key inside ``whsec_`` and base64, as it stands in the secret's file."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise SecretError(f"is no base64; write {PREFIX} and 24 to 64 bytes in base64") from error
    if not _LEAST <= len(key) <= _MOST:
        raise SecretError(f"has {len(key)} bytes; make one of {_LEAST} to {_MOST}")
    return key


def headers(key: bytes, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one attempt at ``at``; ``id_`` stays the same over all attempts."""
    if "." in id_ or at.tzinfo is None:
        raise ValueError("an id has no full stop, and a time its zone")
    seconds = str(int(at.timestamp()))
    content = b".".join((id_.encode(), seconds.encode(), body))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{signature}",
    }
