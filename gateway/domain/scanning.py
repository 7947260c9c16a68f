"""What a scan means: a label's code or QR, a GTIN, a link with a GTIN, or an article id.

Scanners in keyboard mode send what they read as if it was typed, so that everything here is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from gateway.domain.gtin import GtinError, normalise
from gateway.domain.labels import normalise_code

LONGEST = 500

_PART = re.compile(r"/(01|l|p|g)/([^/]+)", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f]")
_ELEMENT = re.compile(r"(?:\]C1|\]d2|\]Q3|\]e0)?(?:\(01\)|01)(\d{14})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What was scanned: each member is None unless the text can mean it.

    ``text`` is the scan as typed, ``code`` a label's code, ``gtin`` 14 digits, ``product`` and
    ``group`` ids that a link of ours names.
    """

    text: str
    code: str | None = None
    gtin: str | None = None
    product: str | None = None
    group: str | None = None


def read(scanned: str) -> Scan:
    """The meanings of a scan; never raises, whatever it holds."""
    text = _INVISIBLE.sub("", scanned[:LONGEST]).strip()
    if "/" in text:
        return _link(text)
    element = _ELEMENT.fullmatch(text)
    gtin = _gtin(element[1] if element else text)
    # Six digits may be a label's code; eight and more never are.
    return Scan(text=text, code=normalise_code(text), gtin=gtin)


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
