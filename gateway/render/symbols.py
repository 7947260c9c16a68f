"""QR codes as plain matrices, made once per link.

The version is the smallest that fits at error correction M; links are upper case (alphanumeric
mode), which fits more.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from gateway.render import codewords
from gateway.render.codewords import ALPHANUMERIC, QUIET_ZONE

# Characters that fit at error correction M, by version 1 to 10 (ISO/IEC 18004 table 7).
_ALPHANUMERIC_FITS = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311)
_BYTES_FIT = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)


class SymbolError(ValueError):
    """The text is too long for a code that a phone reads from a label."""


def modules(text: str) -> int:
    """Modules per side with the quiet zone. Raises ``SymbolError``."""
    return 17 + 4 * _version(text) + 2 * QUIET_ZONE


@lru_cache(maxsize=256)
def qr(text: str) -> Image.Image:
    """The QR code of ``text`` with its quiet zone, one pixel per module, 255 is dark (mode L).

    Raises ``SymbolError``. Do not draw on it: it is shared.
    """
    side = modules(text)
    return Image.frombytes("L", (side, side), codewords.dark_modules(text, _version(text)))


def _version(text: str) -> int:
    fits = _ALPHANUMERIC_FITS if ALPHANUMERIC.fullmatch(text) else _BYTES_FIT
    length = len(text.encode())
    for version, most in enumerate(fits, start=1):
        if 0 < length <= most:
            return version
    raise SymbolError(f"a link of {length} bytes is too long for a code; at most {fits[-1]}")
