"""Time zones by the names people know: those of a country, and those like what somebody wrote."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

MOST = 3
_OFFSET = re.compile(
    r"(?:etc/)?(?:gmt|utc)?\s*([+-]?)(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE
)
_ANY_WINTER = datetime(2026, 1, 15)  # noqa: DTZ001 - a wall time, in whatever zone is asked


def is_of_a_place(name: str) -> bool:
    """Whether this is a zone of a place, or UTC.

    Offsets like ``Etc/GMT-6`` know no summer time and count the wrong way round: that one is six
    hours east of Greenwich.
    """
    if name not in _known():
        return False
    return name == "UTC" or ("/" in name and not name.startswith(("Etc/", "SystemV/")))


def of_country(country: str) -> tuple[str, ...]:
    """The zones of a country (ISO 3166-1), that of most people first."""
    return _of_country(country)


def every() -> tuple[str, ...]:
    """All zones of places, in the order of their names."""
    return tuple(sorted(name for name in _known() if is_of_a_place(name)))


def like(written: str, country: str) -> tuple[str, ...]:
    """At most three zones that were probably meant, best first; ``country`` is ISO 3166-1."""
    places = every()
    own = _of_country(country)
    offset = _OFFSET.fullmatch(written.strip())
    if offset is not None:
        return tuple(name for name in own if _is_at(name, offset))[:MOST] or own[:MOST]
    asked = _plain(written)
    by_plain = {_plain(name): name for name in places}
    by_city = {_plain(name.rpartition("/")[2]): name for name in (*places, *reversed(own))}
    for known in (by_plain, by_city):
        near = difflib.get_close_matches(asked, known, 1, cutoff=0.75)
        if near:
            return (known[near[0]],)
    return own[:MOST]


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "_")


def _is_at(name: str, offset: re.Match[str]) -> bool:
    shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return ZoneInfo(name).utcoffset(_ANY_WINTER) == (-shift if offset[1] == "-" else shift)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Every zone there is; the standard library would look into hundreds of files for it."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


@lru_cache(maxsize=8)
def _of_country(country: str) -> tuple[str, ...]:
    """The zones of a country, most people first, as the time zone database lists them."""
    return tuple(zone for code, zone in _table() if code == country)


def _table() -> Iterator[tuple[str, str]]:
    text = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="ascii")
    for line in text.splitlines():
        fields = line.split("\t")
        if not line.startswith("#") and len(fields) > 2:
            yield fields[0], fields[2]
