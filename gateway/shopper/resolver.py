"""The GS1 resolver of the shop's articles (GS1-Conformant Resolver Standard 1.0).

The address of an article answers with its page at once, not with a redirect to it: a phone on a
slow line is spared a round trip. Everything else is as the standard has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from gateway.domain import digital_link
from gateway.domain.digital_link import DigitalLinkError
from gateway.web import words

LINKSET: Final = "application/linkset+json"
WELL_KNOWN: Final = "/.well-known/gs1resolver"
VOC: Final = "https://ref.gs1.org/voc/"
OPEN: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""What is said here is for programs of any site."""
_SPELLINGS: Final = (
    *("gs1:", VOC, "https://gs1.org/voc/", "http://gs1.org/voc/", "https://www.gs1.org/voc/"),
)
_SETS: Final = frozenset({"linkset", "all"})
_KNOWN: Final = frozenset({"pip", "defaultLink"})


def wants(query: str, accept: str) -> str | None:
    """What is asked for: ``linkset``, the name of a link type, or None for the page.

    The name of a type that GS1 does not have comes back as it was written.
    """
    asked = words.field(query, "linkType")
    if asked in _SETS or (not asked and LINKSET in accept.lower()):
        return "linkset"
    for start in _SPELLINGS:
        if asked.startswith(start):
            return asked.removeprefix(start)
    return asked or None


def has(link_type: str) -> bool:
    """Whether an article has a link of this type."""
    return link_type in _KNOWN


def fault(path: str, query: str) -> str | None:
    """Which rule of the standard an address breaks, for programs; None where it breaks none."""
    try:
        digital_link.parse(f"https://here{quote(path)}{'?' if query else ''}{query}")
    except DigitalLinkError as error:
        return str(error)
    return None


def linkset(base: str, gtin14: str, product: str, title: str) -> dict[str, Any]:
    """The links of an article (RFC 9264); ``base`` is where the public reaches us."""
    page = f"{base.rstrip('/')}/p/{quote(product, safe='')}"
    typed = {"href": page, "title": title, "type": "text/html", "hreflang": ["es", "en"]}
    return {
        "linkset": [
            {
                "anchor": f"{base.rstrip('/')}/01/{gtin14}",
                "itemDescription": title,
                f"{VOC}defaultLink": [{"href": page, "title": title}],
                f"{VOC}pip": [typed],
            }
        ]
    }


def pointer(base: str, gtin14: str) -> str:
    """The header that leads to the links of an article."""
    return f'<{base.rstrip("/")}/01/{gtin14}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'


def description(base: str, name: str) -> dict[str, Any]:
    """What stands at ``WELL_KNOWN``."""
    return {
        "name": name,
        "resolverRoot": base.rstrip("/"),
        "supportedPrimaryKeys": ["01"],
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": True,
        "supportsLanguageVariants": True,
        "validatesAIcombinations": True,
    }
