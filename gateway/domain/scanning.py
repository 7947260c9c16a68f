"""What a scan means: a label's code or QR, a GTIN, a link with a GTIN, or an article id.

Scanners in keyboard mode send what they read as if it was typed, so that everything here is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from gateway.domain import element_strings
from gateway.domain.element_strings import GS, ElementStringError
from gateway.domain.gtin import GtinError, normalise
from gateway.domain.labels import normalise_code
from gateway.domain.scanned_codes import Identified, Kind, from_upc_e, identified

LONGEST = 500

_PART = re.compile(r"/(01|l|p|g)/([^/]+)", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f]")
_PRINTED = re.compile(r"\(01\)(\d{14})")
"""As people type what stands below a code."""
_WITH_GTIN = re.compile(r"01\d{14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What was scanned: each member is None unless the text can mean it.

    ``text`` is the scan as typed, its symbology identifier left out, ``code`` a label's code,
    ``gtin`` 14 digits, ``product`` and ``group`` ids that a link of ours names.
    """

    text: str
    code: str | None = None
    gtin: str | None = None
    product: str | None = None
    group: str | None = None


def read(scanned: str) -> Scan:
    """The meanings of a scan; never raises, whatever it holds."""
    code = identified(scanned[:LONGEST].strip())
    text = _INVISIBLE.sub("", code.data).strip()
    if (elements := _of_elements(code)) is not None:
        return Scan(text=text, gtin=elements)
    if "/" in text:
        return _link(text)
    printed = _PRINTED.fullmatch(text)
    gtin = _gtin(printed[1] if printed else text) or _gtin(from_upc_e(text) or "")
    # Six digits may be a label's code; eight and more never are.
    return Scan(text=text, code=normalise_code(text), gtin=gtin)


def _of_elements(code: Identified) -> str | None:
    """The GTIN of the article in an element string; None where it is none, or has no such.

    A scanner that sends no symbology identifier is understood where the GTIN comes first.
    """
    data = code.data.lstrip(GS)
    if code.kind is not Kind.ELEMENTS and not _WITH_GTIN.match(data):
        return None
    try:
        return element_strings.parse(data).data.get("01")
    except ElementStringError:
        return None


def _link(text: str) -> Scan:
    try:
        path = unquote(urlsplit(text).path)
    except ValueError:
        return Scan(text=text)
    match = _PART.search(path if path.startswith("/") else f"/{path}")
    if match is None:
        return Scan(text=text)
    kind, value = match[1].lower(), match[2]
    match kind:
        case "01":
            return Scan(text=text, gtin=_gtin(value))
        case "l":
            return Scan(text=text, code=normalise_code(value))
        case "p":
            return Scan(text=text, product=value)
        case _:
            return Scan(text=text, group=value)


def _gtin(text: str) -> str | None:
    try:
        return normalise(text)
    except GtinError:
        return None
