"""QR codes as plain matrices, made once per link.

Version and mask are fixed and links are upper case (alphanumeric mode): ten times faster than
letting the library try every mask, and the same link is the same picture for ever.
"""

from __future__ import annotations

import re
from functools import lru_cache

import qrcode
from PIL import Image
from qrcode import constants, util

QUIET_ZONE = 4
"""Modules of paper on every side (ISO/IEC 18004 8.1)."""

_MASK = 2
_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+", re.ASCII)
# Characters that fit at error correction M, by version 1 to 10 (ISO/IEC 18004 table 7).
_ALPHANUMERIC_FITS = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311)
_BYTES_FIT = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)


class SymbolError(ValueError):
    """The text is too long for a code that a phone reads from a label."""


def modules(text: str) -> int:
    """Modules per side with the quiet zone. Raises ``SymbolError``."""
    return 17 + 4 * _version(text) + 2 * QUIET_ZONE


@lru_cache(maxsize=4096)
def qr(text: str) -> Image.Image:
    """The QR code of ``text`` with its quiet zone, one pixel per module, 255 is dark (mode L).

    Raises ``SymbolError``. Do not draw on it: it is shared.
    """
    code = qrcode.QRCode(
        version=_version(text),
        error_correction=constants.ERROR_CORRECT_M,
        border=QUIET_ZONE,
        mask_pattern=_MASK,
    )
    mode = util.MODE_ALPHA_NUM if _ALPHANUMERIC.fullmatch(text) else util.MODE_8BIT_BYTE
    code.add_data(util.QRData(text.encode(), mode=mode))
    code.make(fit=False)
    matrix = code.get_matrix()
    dark = bytes(255 if module else 0 for row in matrix for module in row)
    return Image.frombytes("L", (len(matrix), len(matrix)), dark)


def _version(text: str) -> int:
    fits = _ALPHANUMERIC_FITS if _ALPHANUMERIC.fullmatch(text) else _BYTES_FIT
    length = len(text.encode())
    for version, most in enumerate(fits, start=1):
        if 0 < length <= most:
            return version
    raise SymbolError(f"a link of {length} bytes is too long for a code; at most {fits[-1]}")
