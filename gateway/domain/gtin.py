"""GTIN: one number space, always 14 digits (GS1 General Specifications, section 7.9)."""

from __future__ import annotations

_LENGTHS = (8, 12, 13, 14)
# Restricted circulation numbers: EAN-13 prefixes 02, 04 and 20-29, and EAN-8 prefixes 0 and 2.
_IN_STORE_13 = ("02", "04", *(str(prefix) for prefix in range(20, 30)))


class GtinError(ValueError):
    """The text is not a GTIN; the message says which rule it breaks."""


def check_digit(body: str) -> str:
    """The GS1 check digit of ``body``, digits without their check digit."""
    from_right = body[::-1]
    weighted = 3 * sum(map(int, from_right[::2])) + sum(map(int, from_right[1::2]))
    return str(-weighted % 10)


def normalise(text: str) -> str:
    """The GTIN in ``text`` (8, 12, 13 or 14 digits) as 14 digits.

    Raises ``GtinError``.
    """
    if not (text.isascii() and text.isdigit()):
        raise GtinError(f"a GTIN has digits only, not {text[:40]!r}")
    if len(text) not in _LENGTHS:
        raise GtinError(f"a GTIN has 8, 12, 13 or 14 digits, not {len(text)}")
    padded = text.zfill(14)
    expected = check_digit(padded[:-1])
    if padded[-1] != expected:
        raise GtinError(f"wrong check digit in {text}: {padded[-1]}, expected {expected}")
    return padded


def is_in_store(gtin: str) -> bool:
    """Whether this 14-digit GTIN only means something inside the shop (never put it in a link)."""
    if gtin.startswith("000000"):
        return gtin[6] in "02"
    return gtin.startswith("0") and gtin[1:3] in _IN_STORE_13
