"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax 1.1 to 1.6, numeric keys).

The path names one thing by its key and, in a fixed order, its qualifiers; the query adds
attributes. What a retailer or a resolver puts into the query for itself is no data of GS1's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from gateway.domain import application_identifiers, gtin

LONGEST: Final = 2_000

_URI: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_START: Final = re.compile(r"(?:https?|HTTPS?)://([^/]+)(/.*)")
_HOST: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::\d{1,5})?", re.ASCII)
_NUMERIC: Final = re.compile(r"\d{2,4}", re.ASCII)
_QUALIFIERS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""The primary keys, and the rows of qualifiers that may follow each, in their order."""
_NEEDED: Final = {"415": "8020"}
_NO_ATTRIBUTES: Final = frozenset({"8200"})
_GTIN_LENGTHS: Final = frozenset({8, 12, 13})


class DigitalLinkError(ValueError):
    """The text is no GS1 Digital Link URI; the message names the rule that it breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalLink:
    """What a link says: its primary ``key`` with its ``value``, and the rest by identifier.

    ``gtin`` has 14 digits and is there where the key is 01. ``other`` are names of the query that
    are no application identifiers, as they were written.
    """

    key: str
    value: str
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    stem: str = ""

    @property
    def gtin(self) -> str | None:
        """The GTIN of the article."""
        return self.value if self.key == "01" else None


def parse(text: str) -> DigitalLink:
    """Read a link. Raises ``DigitalLinkError``.

    A GTIN may be written with 8, 12 or 13 digits, as up to version 1.3; it comes back with 14.
    """
    if len(text) > LONGEST:
        raise DigitalLinkError(f"a link has at most {LONGEST} characters, not {len(text)}")
    if _URI.fullmatch(text) is None:
        raise DigitalLinkError("a link has only the characters that RFC 3986 allows")
    start = _START.fullmatch(text.partition("#")[0])
    if start is None:
        raise DigitalLinkError("a link begins with http:// or https://, a host and /")
    if _HOST.fullmatch(start[1]) is None:
        raise DigitalLinkError(f"{start[1][:60]!r} is no host")
    path, _, query = start[2].partition("?")
    stem, pairs = _of_path(path)
    key, value = pairs[0]
    value = _value(key, value)
    qualifiers = _qualifiers(key, pairs[1:])
    attributes, other = _of_query(query, key, qualifiers)
    return DigitalLink(
        key=key,
        value=value,
        qualifiers=qualifiers,
        attributes=attributes,
        other=other,
        stem=text[: start.start(2)] + stem,
    )


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


def written(link: DigitalLink) -> str:
    """The link as text; what ``parse`` read is read the same again."""
    pairs = ((link.key, link.value), *link.qualifiers.items())
    path = "".join(f"/{name}/{quote(value, safe='')}" for name, value in pairs)
    said = {**link.attributes, **link.other}
    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in said.items())
    return f"{link.stem.rstrip('/')}{path}{'?' if query else ''}{query}"


def _of_path(path: str) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the key, and the pairs from the key on: the last key there is."""
    parts = path.removesuffix("/").split("/")
    pairs: list[tuple[str, str]] = []
    while len(parts) > 2:
        *parts, name, value = parts
        if _NUMERIC.fullmatch(name) is None:
            break
        if not value:
            raise DigitalLinkError(f"({name}) has no value")
        pairs.insert(0, (name, _decoded(unquote(value))))
        if name in _QUALIFIERS:
            return "/".join(parts), pairs
    raise DigitalLinkError("there is no primary key such as /01/ in the path")


def _qualifiers(key: str, pairs: list[tuple[str, str]]) -> dict[str, str]:
    names = tuple(name for name, _ in pairs)
    if len(set(names)) < len(names):
        raise DigitalLinkError("a key comes twice")
    if not any(_is_in_order(names, row) for row in (*_QUALIFIERS[key], ())):
        raise DigitalLinkError(f"({')('.join(names)}) cannot follow ({key}), or not in this order")
    if (needed := _NEEDED.get(key)) is not None and needed not in names:
        raise DigitalLinkError(f"({key}) needs ({needed}) behind it")
    return {name: _value(name, value) for name, value in pairs}


def _is_in_order(names: tuple[str, ...], row: tuple[str, ...]) -> bool:
    left = iter(row)
    return all(name in left for name in names)


def _of_query(
    query: str, key: str, qualifiers: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    attributes: dict[str, str] = {}
    other: dict[str, str] = {}
    for name, text in _pairs(query):
        if not (name.isascii() and name.isdigit()):
            other.setdefault(name, unquote_plus(text))
            continue
        value = _decoded(unquote_plus(text))
        if not value:
            raise DigitalLinkError(f"({name}) has no value")
        if name in attributes or name in qualifiers or name == key:
            raise DigitalLinkError(f"({name}) comes twice")
        if name in _NO_ATTRIBUTES or _belongs_into_path(name, key, qualifiers):
            raise DigitalLinkError(f"({name}) must not stand in the query of ({key})")
        attributes[name] = _value(name, value)
    return attributes, other


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    for part in query.split("&"):
        name, sign, value = part.partition("=")
        if sign:
            yield unquote_plus(name), value


def _belongs_into_path(name: str, key: str, qualifiers: Mapping[str, str]) -> bool:
    """Whether the path that was chosen has a place for it, which it did not take."""
    rows = [row for row in _QUALIFIERS[key] if _is_in_order(tuple(qualifiers), row)]
    return any(name in row for row in rows)


def _value(name: str, value: str) -> str:
    if name == "01" and len(value) in _GTIN_LENGTHS and value.isascii() and value.isdigit():
        value = value.zfill(14)
    wrong = application_identifiers.fault(name, value)
    if wrong is not None:
        raise DigitalLinkError(wrong)
    return value


def _decoded(text: str) -> str:
    if "\x00" in text or not text.isascii():
        raise DigitalLinkError("a value has only characters that GS1 knows")
    return text
