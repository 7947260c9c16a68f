"""What the settings say of families of labels, held against those that there are."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from gateway.settings.sections import Settings
from gateway.settings.sites import is_loopback

_PORTS = {"http": 80, "https": 443}


def problems(
    settings: Settings, known: Collection[str], behind_points: Collection[str]
) -> Iterator[str]:
    """One line per key that cannot work: the key, why, and what to write.

    ``known`` are the names of all families, ``behind_points`` of those among them whose labels are
    behind access points.
    """
    for family in settings.labels.adopt_by_themselves:
        if family not in known:
            key = f'labels.adopt_by_themselves = "{family}"'
            yield f"{key}: no family has this name; {_instead(family, known)}"
    for name, point in settings.access_points.items():
        key = f'access_points.{name}.family = "{point.family}"'
        if point.family not in known:
            yield f"{key}: no family has this name; {_instead(point.family, behind_points)}"
        elif point.family not in behind_points:
            why = "labels of this family are behind no access point"
            yield f"{key}: {why}; {_instead(point.family, behind_points)}"
    yield from _unreachable(settings)


def _unreachable(settings: Settings) -> Iterator[str]:
    """Addresses at which this machine is promised and not reached."""
    promised = {"sites.intake.reached_at": settings.sites.intake.reached_at}
    for name, point in settings.access_points.items():
        key = f"access_points.{name}.reached_at"
        promised[key] = point.reached_at
        if point.reached_at is None or not _is_here(point.reached_at) or _is_here(point.url):
            continue
        yield (
            f'{key} = "{point.reached_at}": only this machine reaches that, and the server is at '
            f"{urlsplit(point.url).hostname}; write this machine's address in the shop's network, "
            f'like "http://192.168.1.10:{settings.sites.intake.port}"'
        )
    intake = settings.sites.intake
    outside = [
        key
        for key, url in promised.items()
        if url is not None and not _is_here(url) and _port(url) == intake.port
    ]
    if outside and is_loopback(intake.host):
        yield (
            f'sites.intake.host = "{intake.host}": only this machine reaches the intake there, and '
            f'{outside[0]} promises it to others; write "0.0.0.0"'
        )


def _instead(family: str, there: Collection[str]) -> str:
    near = difflib.get_close_matches(family, there, 1)
    meant = f'did you mean "{near[0]}"? ' if near else ""
    return f"{meant}write one of: {', '.join(sorted(there))}"


def _is_here(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _port(url: str) -> int | None:
    split = urlsplit(url)
    return split.port or _PORTS.get(split.scheme)
