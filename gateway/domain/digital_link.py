"""GS1 Digital Link URIs for labels (GS1 Digital Link Standard: URI Syntax 1.4, numeric keys)."""

from __future__ import annotations

from gateway.domain import gtin


def build(public_base: str, gtin14: str) -> str:
    """The link of one article, in upper case so that a QR code holds it in alphanumeric mode.

    ``public_base`` is ``https://host`` and may have a path; the GTIN has 14 digits and means
    something outside the shop. Raises ``ValueError`` for an in-store number.
    """
    if gtin.is_in_store(gtin14):
        raise ValueError(f"{gtin14} is an in-store number and must not stand in a link")
    return f"{public_base.rstrip('/')}/01/{gtin14}".upper()


def build_for_label(public_base: str, code: str) -> str:
    """The link of a label by its own code, for labels without a GTIN of their own."""
    return f"{public_base.rstrip('/')}/l/{code}".upper()
