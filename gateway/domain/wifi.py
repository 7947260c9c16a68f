"""The text of a QR code that lets a phone join a Wi-Fi network.

The form is the one that phones' cameras know, ``WIFI:T:...;S:...;P:...;;``, as the open library
ZXing wrote it down first and the Wi-Fi Alliance took up for WPA3 (section 7.1).
"""

from __future__ import annotations

import re
from typing import Final

_MOST_NAME: Final = 32
_SHORTEST: Final = 8
_LONGEST: Final = 63
_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_SPECIAL: Final = re.compile(r'([\\;,":])')


class WifiError(ValueError):
    """No such network can be; ``code`` is ``name`` or ``password``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def code(name: str, password: str) -> str:
    """The text for the network ``name`` (its SSID); ``password`` "" where it asks for none.

    Raises ``WifiError`` for a name of none or more than 32 bytes, and for a password that IEEE
    802.11 does not know: 8 to 63 printable ASCII characters, or a key of 64 hexadecimal digits.
    """
    if not name.isprintable() or not 0 < len(name.encode()) <= _MOST_NAME:
        raise WifiError("name")
    if not password:
        return f"WIFI:T:nopass;S:{_escaped(name)};;"
    plain = password.isascii() and password.isprintable()
    if not (plain and _SHORTEST <= len(password) <= _LONGEST) and not _KEY.fullmatch(password):
        raise WifiError("password")
    return f"WIFI:T:WPA;S:{_escaped(name)};P:{_escaped(password)};;"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
