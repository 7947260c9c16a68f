"""The certificates that we show ourselves: on our sites, and to brokers that ask for one."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway.ops.doctor import brokers
from gateway.ops.doctor.address import is_this_machine
from gateway.ops.doctor.box import Box
from gateway.ops.doctor.certificates_words import (
    BASE_IS_HTTP,
    BROKEN,
    LEADS_ELSEWHERE,
    NOT_FOR_BASE,
    OURS_NOT_YET,
    OURS_OVER,
    OURS_SOON_OVER,
    OWN_OVER,
    SOON,
    STAFF_IN_THE_CLEAR,
)
from gateway.web.findings import Advice, Finding
from gateway.web.tls import own, pair
from gateway.web.tls.pair import PairError

_NAMES: Final = 5
"""So many names of a certificate are looked up; those of a shop are one or two."""


def look(box: Box) -> Iterator[Finding]:
    """Whether they can be used, for how long, and whether the names lead here."""
    sites, now = box.settings.sites, box.clock.now()
    for name, site in (("staff", sites.staff), ("shopper", sites.shopper)):
        if site.certificate is not None and site.key is not None:
            section = f"sites.{name}"
            yield from _given(f"[{section}]", site.certificate, site.key, now)
            names = _names(site.certificate)
            yield from _base(box, names) if name == "shopper" else _leads(names, site.certificate)
    for one in brokers.brokers(box.settings):
        if one.broker.cert_file is not None:
            yield from _ends(f"{one.section}.cert_file", one.broker.cert_file, now)
    if sites.staff.https and sites.staff.certificate is None:
        file = box.settings.data.folder / own.FOLDER / own.STAFF
        yield from _ends(str(file), file, now, over=OWN_OVER, soon=None)
    if not (sites.staff.https or sites.staff.is_inside):
        yield STAFF_IN_THE_CLEAR.at("[sites.staff] https")


def _given(section: str, certificate: Path, key: Path, now: datetime) -> Iterator[Finding]:
    try:
        pair.load(certificate, key)
    except PairError as error:
        yield BROKEN.at(f"{section} certificate", section=section, detail=str(error))
    yield from _ends(f"{section} {certificate}", certificate, now)


def _ends(
    where: str,
    file: Path,
    now: datetime,
    *,
    over: Advice = OURS_OVER,
    soon: Advice | None = OURS_SOON_OVER,
) -> Iterator[Finding]:
    try:
        found = pair.read_certificate(file)
    except PairError:
        return  # told by others; the box's own is made at a start
    ends = found.not_valid_after_utc
    facts = {"path": str(file), "date": ends.date().isoformat()}
    if found.not_valid_before_utc > now:
        yield OURS_NOT_YET.at(where, **facts)
    elif ends <= now:
        yield over.at(where, **facts)
    elif soon is not None and ends - now < SOON:
        yield soon.at(where, days=str((ends - now).days), **facts)


def _base(box: Box, names: tuple[str, ...]) -> Iterator[Finding]:
    base = box.settings.shop.public_base
    parts = urlsplit(base)
    where, host = f"shop.public_base {base}", parts.hostname or ""
    if parts.scheme == "http":
        yield BASE_IS_HTTP.at(where, url=base)
    elif names and not any(_covers(one, host) for one in names):
        yield NOT_FOR_BASE.at(where, host=host, names=", ".join(names))


def _leads(names: tuple[str, ...], certificate: Path) -> Iterator[Finding]:
    asked = [one for one in names if not one.startswith("*")][:_NAMES]
    if asked and not any(map(_leads_here, asked)):
        where = f"[sites.staff] {certificate}"
        yield LEADS_ELSEWHERE.at(where, names=", ".join(asked))


def _leads_here(name: str) -> bool:
    with contextlib.suppress(OSError):
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        return any(is_this_machine(family, address) for family, _, _, _, address in found)
    return False


def _names(file: Path) -> tuple[str, ...]:
    try:
        return pair.names_of(pair.read_certificate(file))
    except PairError:
        return ()


def _covers(name: str, host: str) -> bool:
    """RFC 9525 section 6.3: a star stands for one whole label, the first."""
    if name.startswith("*."):
        return host.partition(".")[2].casefold() == name[2:].casefold()
    return name.casefold() == host.casefold()
