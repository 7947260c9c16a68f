"""Which certificate each site shows, looked after while the gateway runs.

A given certificate is read again whenever its files change; one that cannot be used leaves the last
good one in force, is logged, and is a task until it is mended. Where there never was a good one,
and where none is given, the staff site shows the box's own. No port is closed for any of it: each
handshake asks for the certificate in force.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn, Self

import structlog
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.clock import Clock
from gateway.settings import Settings
from gateway.store import tasks
from gateway.store.database import Connection, Database, StorageError
from gateway.web.tls import names, pair
from gateway.web.tls.names import Machine
from gateway.web.tls.own import FOLDER, Own
from gateway.web.tls.pair import Pair, PairError

TASK: Final = "certificate_broken"
LOOK_S: Final = 5.0

_Seen = tuple[tuple[int, int, int] | None, ...]

log = structlog.get_logger("certificates")


class Shown:
    """What one site shows; ``context`` stays the same object for as long as the site listens."""

    def __init__(self, files: tuple[Path, Path] | None) -> None:
        self.files = files
        self.pair: Pair | None = None
        self.is_own = False
        self.wrong: str | None = None
        self.seen: _Seen | None = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Loaded into one context again, a key of another kind would stand beside the old one, and
        # phones would go on getting that. So each certificate has a context of its own.
        self.context.sni_callback = self._choose

    def show(self, shown: Pair, *, own: bool) -> None:
        """From the next handshake on."""
        self.pair, self.is_own = shown, own

    def _choose(self, connection: ssl.SSLObject, _name: str, _context: ssl.SSLContext) -> None:
        if self.pair is not None:
            connection.context = self.pair.context


class Certificates:
    """The certificates of all sites with HTTPS; call ``begin`` before they listen."""

    name = "certificates"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        *,
        machine: Callable[[], Machine] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        staff, shopper = settings.sites.staff, settings.sites.shopper
        self._machine = machine or (lambda: names.machine(staff))
        self._folder = settings.data.folder / FOLDER
        self._own = Own(settings)
        self._shown: dict[str, Shown] = {}
        if staff.https:
            self._shown["staff"] = Shown(_files(staff.certificate, staff.key))
        if shopper.certificate is not None:
            self._shown["shopper"] = Shown(_files(shopper.certificate, shopper.key))
        self._told: Mapping[str, str] | None = None

    @property
    def contexts(self) -> Mapping[str, ssl.SSLContext]:
        """What each site with HTTPS serves with, by its name."""
        return {name: one.context for name, one in self._shown.items()}

    @property
    def staff(self) -> Shown:
        """What the staff site shows; only where it has HTTPS."""
        return self._shown["staff"]

    def authority(self) -> tuple[bytes, str]:
        """The box's own authority as DER, for phones that shall trust it, and its SHA-256."""
        certificate = self._own.authority.certificate
        return certificate.public_bytes(Encoding.DER), pair.fingerprint(certificate)

    async def begin(self) -> Self:
        """Read or make all. Raises ``StorageError`` where the first own one cannot be written."""
        if self._shown:
            try:
                await asyncio.to_thread(self._look, self._clock.now(), trusted=False)
            except OSError as error:
                raise StorageError(
                    f"{self._folder}: cannot be written: {error.strerror}; let this user write "
                    "there, or make room"
                ) from error
        return self

    async def run(self) -> NoReturn:
        """Look after them for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Read what changed, make what is due, and bring the tasks up to date."""
        if self._shown:
            now, trusted = self._clock.now(), self._clock.trusted
            try:
                await asyncio.to_thread(self._look, now, trusted=trusted)
            except OSError as error:
                log.warning("own certificate cannot be written", why=str(error))
        wrong = {name: one.wrong for name, one in self._shown.items() if one.wrong is not None}
        if wrong != self._told:
            now = self._clock.now()
            await self._database.write_patiently(lambda rows: _settle(rows, wrong, now))
            self._told = wrong

    def _look(self, now: datetime, *, trusted: bool) -> None:
        for name, one in self._shown.items():
            self._read(name, one)
        self._renew(now, trusted=trusted)

    def _read(self, name: str, one: Shown) -> None:
        if one.files is None:
            return
        seen = tuple(_stat(file) for file in one.files)
        if seen == one.seen:
            return
        try:
            found = pair.load(*one.files)
        except PairError as error:
            if one.wrong != str(error):
                log.error(  # noqa: TRY400 - the words say it all
                    "certificate cannot be used; the last good one stays", site=name, why=str(error)
                )
            one.wrong = str(error)
        else:
            one.wrong = None
            one.show(found, own=False)
            _tell(name, one)
        one.seen = seen

    def _renew(self, now: datetime, *, trusted: bool) -> None:
        changed = self._own.renew(self._machine(), now if trusted else None, now)
        lacking = [
            (name, one)
            for name, one in self._shown.items()
            if one.pair is None or (one.is_own and changed)
        ]
        if lacking:
            own = pair.load(self._own.file, self._own.file)
            for name, one in lacking:
                one.show(own, own=True)
                _tell(name, one)


def _tell(site: str, one: Shown) -> None:
    shown = one.pair
    if shown is not None:
        log.info(
            "certificate in force",
            site=site,
            own=one.is_own,
            names=list(shown.names),
            ends=shown.ends.date().isoformat(),
            sha256=shown.sha256,
        )


def _settle(connection: Connection, wrong: Mapping[str, str], now: datetime) -> None:
    for open_ in tasks.of_kind(connection, TASK):
        if open_.key not in wrong:
            tasks.close(connection, TASK, open_.key)
    for site, why in wrong.items():
        tasks.open_(connection, TASK, site, {"message": why}, now)


def _files(certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    return (certificate, key) if certificate is not None and key is not None else None


def _stat(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ctime_ns, found.st_size, found.st_ino
